// Strict reading of one JSON line.
// SPDX-License-Identifier: Apache-2.0
#include "signer/wire.hpp"

namespace jitbox::signer {

Result<boost::json::object> parse_line(std::string_view line) {
    if (line.size() > max_line_bytes) return fail("line longer than " + std::to_string(max_line_bytes) + " bytes");
    boost::json::parse_options options;
    options.max_depth = 8;
    boost::system::error_code error;
    boost::json::value value = boost::json::parse(line, error, {}, options);
    if (error) return fail("not JSON: " + error.message());
    if (!value.is_object()) return fail("not a JSON object");
    return std::move(value.as_object());
}

void ObjectReader::set_error(std::string what) {
    if (error_.empty()) error_ = where_.empty() ? std::move(what) : where_ + ": " + what;
}

const boost::json::value* ObjectReader::member(std::string_view name) {
    asked_.emplace(name);
    const auto* value = object_ == nullptr ? nullptr : object_->if_contains(name);
    if (value == nullptr) set_error("member '" + std::string(name) + "' is missing");
    return value;
}

std::uint64_t ObjectReader::natural(std::string_view name, std::uint64_t maximum) {
    const auto* value = member(name);
    if (value == nullptr) return 0;
    std::uint64_t number = 0;
    if (value->is_uint64())
        number = value->as_uint64();
    else if (value->is_int64() && value->as_int64() >= 0)
        number = static_cast<std::uint64_t>(value->as_int64());
    else
        set_error("member '" + std::string(name) + "' must be a natural number");
    if (number > maximum) set_error("member '" + std::string(name) + "' is above " + std::to_string(maximum));
    return ok() ? number : 0;
}

std::string ObjectReader::text(std::string_view name, std::size_t max_size) {
    const auto* value = member(name);
    if (value == nullptr) return {};
    if (!value->is_string()) {
        set_error("member '" + std::string(name) + "' must be text");
        return {};
    }
    if (value->as_string().size() > max_size) {
        set_error("member '" + std::string(name) + "' is longer than " + std::to_string(max_size));
        return {};
    }
    return std::string(value->as_string());
}

bool ObjectReader::flag(std::string_view name) {
    const auto* value = member(name);
    if (value == nullptr) return false;
    if (!value->is_bool()) {
        set_error("member '" + std::string(name) + "' must be true or false");
        return false;
    }
    return value->as_bool();
}

chain::u256 ObjectReader::amount(std::string_view name) {
    const std::string digits = text(name, 80);
    if (!ok()) return 0;
    const auto value = chain::parse_u256(digits);
    if (!value) set_error("member '" + std::string(name) + "': " + value.error().what);
    return value.value_or(0);
}

Bytes ObjectReader::bytes(std::string_view name) {
    const std::string digits = text(name, max_line_bytes);
    if (!ok()) return {};
    auto value = from_hex(digits);
    if (!value) set_error("member '" + std::string(name) + "': " + value.error().what);
    return value.value_or(Bytes{});
}

const boost::json::object* ObjectReader::object(std::string_view name) {
    const auto* value = member(name);
    if (value == nullptr) return nullptr;
    if (!value->is_object()) set_error("member '" + std::string(name) + "' must be an object");
    return value->if_object();
}

const boost::json::array* ObjectReader::array(std::string_view name, std::size_t max_size) {
    const auto* value = member(name);
    if (value == nullptr) return nullptr;
    if (!value->is_array() || value->as_array().size() > max_size) {
        set_error("member '" + std::string(name) + "' must be an array of at most " + std::to_string(max_size));
        return nullptr;
    }
    return value->if_array();
}

Result<void> ObjectReader::finish() {
    if (ok() && object_ != nullptr)
        for (const auto& item : *object_)
            if (!asked_.contains(item.key())) set_error("unknown member '" + std::string(item.key()) + "'");
    if (!ok()) return fail(error_);
    return {};
}

} // namespace jitbox::signer
