// Compares limits.
// SPDX-License-Identifier: Apache-2.0
#include "signer/limit_terms.hpp"

#include "base/hex.hpp"
#include "chain/keccak.hpp"
#include "chain/u256.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace jitbox::signer {
namespace {

namespace json = boost::json;
using chain::u256;

/// Terms of which less is looser.
constexpr std::array<std::string_view, 13> less_is_looser = {
    "risk.unusual_access", "arming.manifest",        "arming.require_synchronised_clock", "audit.anchor",
    "prices.file",         "prices.second_source",   "risk.configuration_change",         "risk.min_profit_wei",
    "risk.unusual_amount", "risk.unusual_frequency", "risk.unusual_destination",          "risk.unusual_success",
    "risk.unusual_timing",
};
/// Terms of which neither more nor less is tighter: any other value counts as looser.
constexpr std::array<std::string_view, 1> other_is_looser = {"risk.value_at_risk_days"};
/// Terms of which 0 turns the rule off, which is the loosest of all.
constexpr std::array<std::string_view, 5> zero_is_off = {"risk.unusual_refusals_per_minute", "risk.unusual_requests_per_minute",
                                                         "risk.unusual_amount_wei", "risk.unusual_orders_per_hour",
                                                         "risk.unusual_timing_ppm"};
/// Below so much of what it was a success rate is unusual: less is looser, 0 is off.
constexpr std::string_view success_share = "risk.unusual_success_ppm";

bool is_one_of(std::string_view key, std::span<const std::string_view> keys) {
    return std::ranges::find(keys, key) != keys.end();
}

bool is_looser(std::string_view key, const u256& before, const u256& now) {
    if (before == now) return false;
    if (is_one_of(key, other_is_looser)) return true;
    if (is_one_of(key, less_is_looser) || key == success_share) return now < before;
    if (is_one_of(key, zero_is_off) && (before == 0 || now == 0)) return now == 0;
    return now > before;
}

std::string change(const std::string& key, const std::string& from, const std::string& to) {
    return key + ": " + from + " -> " + to;
}

} // namespace

std::string format_limit_terms(const LimitTerms& terms) {
    json::object out;
    for (const auto& [key, value] : terms) out[key] = value;
    return json::serialize(out);
}

Result<LimitTerms> parse_limit_terms(std::string_view text) {
    boost::system::error_code error;
    const json::value value = json::parse(json::string_view(text.data(), text.size()), error);
    if (error || !value.is_object()) return fail("limits: no JSON object");
    LimitTerms out;
    for (const auto& [key, term] : value.get_object()) {
        if (!term.is_string() || !chain::parse_u256(std::string_view(term.get_string())))
            return fail("limits: " + std::string(key) + " is no decimal text");
        out[std::string(key)] = std::string(term.get_string());
    }
    return out;
}

std::vector<std::string> looser_terms(const LimitTerms& before, const LimitTerms& now) {
    std::vector<std::string> out;
    for (const auto& [key, value] : now) {
        const auto found = before.find(key);
        if (found == before.end() && !key.starts_with("pools.")) continue;
        const std::string old = found == before.end() ? "0" : found->second;
        if (is_looser(key, chain::parse_u256(old).value_or(0), chain::parse_u256(value).value_or(0)))
            out.push_back(change(key, old, value));
    }
    for (const auto& [key, value] : before)
        if (!now.contains(key) && !key.starts_with("pools.")) out.push_back(change(key, value, "gone"));
    return out;
}

std::string limits_digest(std::string_view text) {
    if (text.empty()) return {};
    return to_hex(chain::keccak256(BytesView(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())));
}

} // namespace jitbox::signer
