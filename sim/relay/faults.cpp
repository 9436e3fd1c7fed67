// How the relay misbehaves on command.
// SPDX-License-Identifier: Apache-2.0
#include "faults.hpp"

#include "chain/u256.hpp"

#include <array>
#include <boost/json.hpp>
#include <string_view>

namespace jitbox::relay_sim {
namespace {

constexpr std::array<std::string_view, 8> mode_names = {"none",  "slow",       "hang",      "drop",
                                                        "error", "http_error", "malformed", "partial"};

Result<FaultMode> mode_of(std::string_view name) {
    std::string known;
    for (std::size_t i = 0; i < mode_names.size(); ++i) {
        if (mode_names[i] == name) return static_cast<FaultMode>(i);
        known += (i == 0 ? "" : ", ") + std::string(mode_names[i]);
    }
    return fail("fault: unknown mode \"" + std::string(name) + "\"", "one of: " + known);
}

Result<std::uint64_t> number(const boost::json::object& object, std::string_view name, std::uint64_t otherwise) {
    const boost::json::value* value = object.if_contains(name);
    if (value == nullptr) return otherwise;
    if (value->is_int64() && value->get_int64() >= 0) return static_cast<std::uint64_t>(value->get_int64());
    return fail("fault: " + std::string(name) + " is not a number of 0 or more");
}

} // namespace

Result<Fault> parse_fault(const boost::json::value& value) {
    if (!value.is_object()) return fail("fault: not an object");
    const boost::json::object& object = value.get_object();
    const boost::json::value* name = object.if_contains("mode");
    if (name == nullptr || !name->is_string()) return fail("fault: mode is missing");
    const auto mode = mode_of(std::string_view(name->get_string()));
    const auto delay = number(object, "ms", 1000);
    const auto transactions = number(object, "transactions", 1);
    const auto count = number(object, "count", 0);
    if (!mode) return std::unexpected(mode.error());
    for (const auto* field : {&delay, &transactions, &count})
        if (!*field) return std::unexpected(field->error());
    return Fault{*mode, std::chrono::milliseconds(*delay), *transactions, *count};
}

Result<Fault> parse_fault_option(const std::string& text) {
    const auto colon = text.find(':');
    boost::json::object object{{"mode", text.substr(0, colon)}};
    if (colon != std::string::npos) {
        const auto value = chain::parse_u256(text.substr(colon + 1));
        if (!value || *value > 1'000'000)
            return fail("fault: \"" + text + "\": what follows the colon is no number up to 1,000,000");
        object[text.starts_with("partial") ? "transactions" : "ms"] = static_cast<std::int64_t>(*value);
    }
    return parse_fault(object);
}

std::string name_of(FaultMode mode) {
    return std::string(mode_names.at(static_cast<std::size_t>(mode)));
}

} // namespace jitbox::relay_sim
