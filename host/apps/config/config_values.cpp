// What each type of the schema accepts.
// SPDX-License-Identifier: Apache-2.0
#include "apps/config/config_schema.hpp"
#include "base/hex.hpp"
#include "chain/address.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>

namespace jitbox::apps::schema {
namespace {

std::vector<std::string> split(const std::string& text, char between) {
    std::vector<std::string> out;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, between);) out.push_back(part);
    return out;
}

std::vector<std::string> split_choices(const char* range) {
    return split(range, '|');
}

std::string listed(const char* range) {
    std::string out;
    for (const std::string& choice : split_choices(range)) out += (out.empty() ? "" : ", ") + choice;
    return out;
}

Result<Value> to_choice(const char* range, const std::string& text) {
    const auto choices = split_choices(range);
    if (std::ranges::find(choices, text) == choices.end()) return fail("is none of the choices", "use one of: " + listed(range));
    return Value{.text = text};
}

Result<Value> to_integer(const char* range, const std::string& text) {
    const std::string limits = range;
    const std::size_t dots = limits.find("..");
    const std::int64_t low = std::stoll(limits.substr(0, dots));
    const std::int64_t high = std::stoll(limits.substr(dots + 2));
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < low || value > high) {
        return fail("is out of range", "use an integer in " + limits);
    }
    return Value{.integer = value};
}

Result<Value> to_wei(const std::string& text) {
    const bool decimal = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    const auto value = decimal ? chain::parse_u256(text) : Result<u256>(fail(""));
    if (!value) return fail("is no amount", "use a non-negative decimal integer, quoted when it is longer than 18 digits");
    return Value{.wei = *value};
}

Result<Value> to_address(const std::string& text) {
    const auto value = chain::parse_address(text);
    if (!value) {
        const std::string& hint = value.error().hint;
        return fail("is no address: " + value.error().what, hint.empty() ? "use 0x and 40 hex digits" : hint);
    }
    if (chain::is_zero(*value)) return fail("is the zero address", "fill in the deployed contract's address");
    return Value{.address = *value};
}

Result<Value> to_addresses(const std::string& text) {
    Value out;
    for (std::string part : split(text, ',')) {
        part.erase(0, part.find_first_not_of(' '));
        part.erase(part.find_last_not_of(' ') + 1);
        const auto one = to_address(part);
        if (!one) return std::unexpected(one.error());
        out.addresses.push_back(one->address);
    }
    if (out.addresses.empty()) return fail("names no address", "separate several by commas");
    return out;
}

/// As an address, and spelt with its checksum: for lists that people copy by hand.
Result<Value> to_checksummed(const std::string& text) {
    auto value = to_address(text);
    if (value && chain::to_checksum(value->address) != text)
        return fail("has no EIP-55 checksum", "compare it with its source, then write " + chain::to_checksum(value->address));
    return value;
}

Result<Value> to_url(const char* range, const std::string& text) {
    for (const std::string& scheme : split_choices(range)) {
        const std::string prefix = scheme + "://";
        if (text.starts_with(prefix) && text.size() > prefix.size()) return Value{.text = text};
    }
    return fail("is no URL that can be used here", "use one that starts with " + listed(range) + " and ://, e.g. " +
                                                       split_choices(range).front() + "://127.0.0.1:8545");
}

Result<Value> to_hash(const std::string& text) {
    if (!fixed_from_hex<32>(text) || !text.starts_with("0x")) return fail("is no hash", "use 0x and 64 hex digits");
    std::string lower = text;
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return Value{.text = lower};
}

} // namespace

Result<Value> convert(Type type, const char* range, const std::string& text) {
    switch (type) {
    case Type::text:
    case Type::path:
        if (text.empty()) return fail("is empty", "give a value");
        return Value{.text = text};
    case Type::choice:
        return to_choice(range, text);
    case Type::integer:
        return to_integer(range, text);
    case Type::flag:
        return Value{.flag = text == "true"};
    case Type::wei:
        return to_wei(text);
    case Type::address:
        return to_address(text);
    case Type::addresses:
        return to_addresses(text);
    case Type::checksummed:
        return to_checksummed(text);
    case Type::url:
        return to_url(range, text);
    case Type::hash:
        return to_hash(text);
    }
    return fail("has a type that this build does not know");
}

const char* name_of(Type type) {
    switch (type) {
    case Type::text:
        return "text";
    case Type::choice:
        return "one of";
    case Type::integer:
        return "integer";
    case Type::flag:
        return "true or false";
    case Type::wei:
        return "amount (decimal)";
    case Type::address:
        return "address";
    case Type::addresses:
        return "addresses with commas";
    case Type::checksummed:
        return "address with checksum";
    case Type::path:
        return "path";
    case Type::url:
        return "URL";
    case Type::hash:
        return "hash";
    }
    return "value";
}

} // namespace jitbox::apps::schema
