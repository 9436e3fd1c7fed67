// Ticks to prices.
// SPDX-License-Identifier: Apache-2.0
#include "apps/config/reference_prices.hpp"

#include "base/hex.hpp"
#include "chain/abi.hpp"
#include "hls/tick_math.hpp"

#include <boost/json.hpp>

#include <filesystem>
#include <fstream>
#include <optional>

namespace jitbox::apps {
namespace {

using chain::u512;

/// Units of token1 for a unit of token0 at the tick, Q128.
u512 ratio_x128(std::int32_t tick) {
    const u256 sqrt_x96 = hlsk::sqrt_ratio_at_tick(tick).v;
    return (static_cast<u512>(sqrt_x96) * static_cast<u512>(sqrt_x96)) >> 64;
}

/// The other token's price, both wei a unit in Q96; empty: 0 or too large.
std::optional<u256> other_price(const u256& known, bool known_is_token0, std::int32_t tick) {
    const u512 ratio = ratio_x128(tick);
    if (ratio == 0) return std::nullopt;
    const u512 price = known_is_token0 ? (static_cast<u512>(known) << 128) / ratio : (static_cast<u512>(known) * ratio) >> 128;
    if (price == 0 || (price >> 160) != 0) return std::nullopt;
    return static_cast<u256>(price);
}

u512 power_of_ten(std::uint64_t exponent) {
    u512 out = 1;
    for (std::uint64_t i = 0; i < exponent; ++i) out *= 10;
    return out;
}

} // namespace

Result<std::int32_t> mean_tick(std::int64_t before, std::int64_t after, std::uint32_t seconds) {
    if (seconds == 0) return fail("prices: a window of 0 seconds has no mean");
    const std::int64_t difference = after - before; // both are int56
    std::int64_t tick = difference / static_cast<std::int64_t>(seconds);
    if (difference < 0 && difference % static_cast<std::int64_t>(seconds) != 0) --tick;
    if (tick < hlsk::min_tick || tick > hlsk::max_tick) return fail("prices: the mean tick " + std::to_string(tick) + " is none");
    return static_cast<std::int32_t>(tick);
}

Bytes observe_call(std::uint32_t window_s) {
    return chain::AbiWriter(chain::selector_of("observe(uint32[])")).uint(32).uint(2).uint(window_s).uint(0).take();
}

Result<std::int32_t> observed_tick(BytesView answer, std::uint32_t window_s) {
    chain::AbiReader in(answer);
    in.uint("offset of tickCumulatives");
    in.uint("offset of secondsPerLiquidity");
    if (in.uint("number of tickCumulatives") != 2) return fail("prices: this is no V3 pool");
    const auto before = static_cast<std::int64_t>(in.sint("tickCumulative", 56));
    const auto after = static_cast<std::int64_t>(in.sint("tickCumulative", 56));
    if (auto read = in.finish(false); !read) return std::unexpected(read.error());
    return mean_tick(before, after, window_s);
}

Result<std::map<Bytes20, u256>> prices_from(const Config& config, const Bytes20& base, std::span<const PoolTick> ticks) {
    const TokenConfig* const root = config.token(base);
    if (root == nullptr) return fail("prices: the base " + to_hex(base) + " is no token of the configuration");
    std::map<Bytes20, u256> units{
        {base, static_cast<u256>((static_cast<u512>(1'000'000'000'000'000'000U) << 96) / power_of_ten(root->decimals))}};
    for (bool grew = true; grew;) {
        grew = false;
        for (const auto& [pool, tick] : ticks) {
            const bool has0 = units.contains(pool->token0);
            if (has0 == units.contains(pool->token1)) continue;
            const auto price = other_price(units.at(has0 ? pool->token0 : pool->token1), has0, tick);
            if (!price) return fail("prices: the pool " + to_hex(pool->address) + " gives a price that is 0 or too large");
            units.emplace(has0 ? pool->token1 : pool->token0, *price);
            grew = true;
        }
    }
    std::map<Bytes20, u256> out;
    for (const TokenConfig& token : config.tokens) {
        const auto found = units.find(token.address);
        if (found == units.end())
            return fail("prices: " + token.symbol + " is in none of the reference pools that lead to the base",
                        "give another --pool");
        out.emplace(token.address, static_cast<u256>((static_cast<u512>(found->second) * power_of_ten(token.decimals)) >> 96));
    }
    return out;
}

std::string price_document(const std::map<Bytes20, u256>& prices, std::uint64_t time_ms) {
    boost::json::array rows;
    for (const auto& [token, wei] : prices)
        rows.push_back(boost::json::object{{"token", to_hex(token)}, {"price_wei", chain::to_decimal(wei)}, {"time_ms", time_ms}});
    return boost::json::serialize(boost::json::object{{"prices", std::move(rows)}}) + "\n";
}

Result<void> replace_price_file(const std::string& path, const std::string& text) {
    const std::string fresh = path + ".new";
    std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    std::error_code error;
    if (file) std::filesystem::rename(fresh, path, error);
    if (!file || error) return fail("prices: cannot write " + path, "its folder must be there and writable");
    return {};
}

} // namespace jitbox::apps
