// Strict reading of one JSON line; private to signer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/hex.hpp"
#include "signer/protocol.hpp"

#include <boost/json.hpp>

#include <set>

namespace jitbox::signer {

/// Reads members of an object by name. The first error is kept; finish() also refuses members that nobody asked for.
class ObjectReader {
public:
    explicit ObjectReader(const boost::json::object* object, std::string where = {}) : object_(object), where_(std::move(where)) {
        if (object_ == nullptr) set_error("is no JSON object");
    }

    std::uint64_t natural(std::string_view name, std::uint64_t maximum = UINT64_MAX);
    std::string text(std::string_view name, std::size_t max_size = 256);
    bool flag(std::string_view name);
    chain::u256 amount(std::string_view name); ///< decimal text
    Bytes bytes(std::string_view name);        ///< hex text
    template <std::size_t N>
    std::array<std::uint8_t, N> fixed(std::string_view name) {
        std::array<std::uint8_t, N> out{};
        const Bytes value = bytes(name);
        if (ok() && value.size() != N) set_error("member '" + std::string(name) + "' must have " + std::to_string(N) + " bytes");
        if (ok()) std::ranges::copy(value, out.begin());
        return out;
    }
    const boost::json::object* object(std::string_view name);
    const boost::json::array* array(std::string_view name, std::size_t max_size);
    [[nodiscard]] bool has(std::string_view name) const { return object_ != nullptr && object_->contains(name); }

    [[nodiscard]] bool ok() const { return error_.empty(); }
    void set_error(std::string what);
    [[nodiscard]] Result<void> finish();

private:
    const boost::json::value* member(std::string_view name);

    const boost::json::object* object_;
    std::string where_;
    std::set<std::string, std::less<>> asked_;
    std::string error_;
};

/// The line as a JSON object. Errors: too long, not JSON, too deep, no object.
[[nodiscard]] Result<boost::json::object> parse_line(std::string_view line);

} // namespace jitbox::signer
