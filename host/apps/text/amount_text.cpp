// Amounts and durations as people type and read them.
// SPDX-License-Identifier: Apache-2.0
#include "apps/text/amount_text.hpp"

#include <algorithm>
#include <charconv>

namespace jitbox::apps {
namespace {

using chain::u256;

u256 power_of_ten(std::size_t exponent) {
    u256 out = 1;
    for (std::size_t i = 0; i < exponent; ++i) out *= 10;
    return out;
}

} // namespace

Result<u256> parse_wei(std::string_view text) {
    const std::size_t unit_at = std::min(text.find_first_not_of("0123456789."), text.size());
    const std::string_view number = text.substr(0, unit_at);
    const std::string_view unit = text.substr(unit_at);
    if (number.empty()) return fail("'" + std::string(text) + "' is no amount", "e.g. 300eth, 20gwei or 1000000");
    std::size_t decimals = 0;
    if (unit == "eth") {
        decimals = 18;
    } else if (unit == "gwei") {
        decimals = 9;
    } else if (!unit.empty() && unit != "wei") {
        return fail("'" + std::string(text) + "' has an unknown unit", "use eth, gwei or wei, e.g. 300eth");
    }
    const std::size_t dot = std::min(number.find('.'), number.size());
    const std::string_view fraction = dot < number.size() ? number.substr(dot + 1) : std::string_view{};
    if (fraction.size() > decimals) return fail("'" + std::string(text) + "' has a fraction of a wei", "use fewer digits");
    const auto digits = chain::parse_u256(std::string(number.substr(0, dot)) + std::string(fraction));
    if (!digits) return fail("'" + std::string(text) + "' is no amount", "e.g. 300eth, 20gwei or 1000000");
    const u256 scale = power_of_ten(decimals - fraction.size());
    if (*digits > ~u256{0} / scale) return fail("'" + std::string(text) + "' does not fit 256 bits");
    return *digits * scale;
}

Result<std::chrono::seconds> parse_duration(std::string_view text) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    const std::uint32_t scale = unit.empty() || unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3600 : 0;
    if (error != std::errc{} || scale == 0 || number == 0) {
        return fail("'" + std::string(text) + "' is no duration", "e.g. 90s, 10m or 2h");
    }
    return std::chrono::seconds(std::uint64_t{number} * scale);
}

std::string as_ether(std::string_view wei) {
    const auto parsed = chain::parse_i256(wei);
    if (!parsed) return std::string(wei);
    const bool negative = *parsed < 0;
    const u256 magnitude = negative ? -static_cast<u256>(*parsed) : static_cast<u256>(*parsed);
    const u256 millionths = magnitude / power_of_ten(12);
    std::string fraction = chain::to_decimal(u256{millionths % power_of_ten(6)});
    fraction.insert(0, 6 - fraction.size(), '0');
    return (negative ? "-" : "") + chain::to_decimal(u256{millionths / power_of_ten(6)}) + "." + fraction;
}

} // namespace jitbox::apps
