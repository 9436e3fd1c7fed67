// A line of `jitctl evaluate` as typed values: every field checked, every error naming its field.
// SPDX-License-Identifier: Apache-2.0
#include "apps/offline/evaluate_input.hpp"

#include "apps/text/integer_text.hpp"
#include "base/hex.hpp"
#include "hls/tick_math.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <limits>

namespace jitbox::apps {
namespace {

namespace json = boost::json;
using accel::i256;
using accel::u128;
using accel::u256;

/// Collects the first error, so that a line reads as a list of fields.
class Reader {
public:
    [[nodiscard]] const std::optional<Error>& error() const { return error_; }

    void complain(const std::string& what, std::string hint = {}) {
        if (!error_) error_ = Error{what, std::move(hint)};
    }

    /// A member that must be an object; an empty one when it is missing and not needed.
    const json::object& object(const json::object& in, std::string_view name, bool needed) {
        static const json::object none;
        const json::value* value = in.if_contains(name);
        if (value == nullptr || value->is_null()) {
            if (needed) complain(std::string(name) + " is missing");
            return none;
        }
        if (value->is_object()) return value->get_object();
        complain(std::string(name) + " is no object");
        return none;
    }

    i256 integer(const json::object& in, const std::string& path, std::string_view name, std::optional<i256> fallback, i256 low,
                 i256 high) {
        const json::value* value = in.if_contains(name);
        if (value == nullptr || value->is_null()) {
            if (!fallback) complain(path + std::string(name) + " is missing");
            return fallback.value_or(low);
        }
        const std::optional<i256> number = integer_of(*value);
        if (number && *number >= low && *number <= high) return *number;
        complain(path + std::string(name) + " is not an integer from " + decimal_text(low) + " to " + decimal_text(high),
                 "give it as a decimal string");
        return low;
    }

    u256 wide(const json::object& in, const std::string& path, std::string_view name, std::optional<u256> fallback) {
        const json::value* value = in.if_contains(name);
        if (value == nullptr || value->is_null()) {
            if (!fallback) complain(path + std::string(name) + " is missing");
            return fallback.value_or(0);
        }
        if (value->is_string()) {
            if (auto number = unsigned_from_text(value->get_string())) return *number;
        } else if (const std::optional<i256> number = integer_of(*value); number && *number >= 0) {
            return static_cast<u256>(*number);
        }
        complain(path + std::string(name) + " is not an unsigned integer of at most 256 bits", "give it as a decimal string");
        return 0;
    }

    bool boolean(const json::object& in, const std::string& path, std::string_view name) {
        const json::value* value = in.if_contains(name);
        if (value != nullptr && value->is_bool()) return value->get_bool();
        complain(path + std::string(name) + " is not true or false");
        return false;
    }

    Bytes20 address(const json::object& in, const std::string& path, std::string_view name, const Bytes20& fallback) {
        const json::value* value = in.if_contains(name);
        if (value == nullptr || value->is_null()) return fallback;
        if (value->is_string()) {
            if (auto bytes = fixed_from_hex<20>(value->get_string())) return *bytes;
        }
        complain(path + std::string(name) + " is no address of 20 bytes in hex");
        return fallback;
    }

private:
    static std::optional<i256> integer_of(const json::value& value) {
        if (value.is_string()) return signed_from_text(value.get_string());
        if (value.is_int64()) return static_cast<i256>(value.get_int64());
        if (value.is_uint64()) return static_cast<i256>(value.get_uint64());
        return std::nullopt;
    }

    std::optional<Error> error_;
};

constexpr i256 u128_max = (static_cast<i256>(1) << 128) - 1;
constexpr i256 i128_max = (static_cast<i256>(1) << 127) - 1;
constexpr i256 u160_max = (static_cast<i256>(1) << 160) - 1;

Bytes20 filled_address(std::uint8_t byte) {
    Bytes20 out{};
    out.fill(byte);
    return out;
}

/// Tick.tickSpacingToMaxLiquidityPerTick of v3-core.
u128 max_liquidity_per_tick(std::int32_t spacing) {
    const std::int32_t lowest = hlsk::min_tick / spacing * spacing;
    const std::int32_t highest = hlsk::max_tick / spacing * spacing;
    const std::int32_t count = (highest - lowest) / spacing + 1;
    return ~static_cast<u128>(0) / static_cast<u128>(count);
}

void read_ticks(Reader& read, const json::object& pool, EvaluateLine& out) {
    const json::value* list = pool.if_contains("ticks");
    if (list == nullptr || !list->is_array()) {
        read.complain(list == nullptr ? "pool.ticks is missing" : "pool.ticks is no array", "every initialised tick; [] for none");
        return;
    }
    for (const json::value& item : list->get_array()) {
        if (!item.is_object()) {
            read.complain("pool.ticks has an element that is no object");
            return;
        }
        const json::object& object = item.get_object();
        const std::string path = "pool.ticks[" + std::to_string(out.ticks.size()) + "].";
        accel::TickEntry tick;
        tick.tick = static_cast<std::int32_t>(read.integer(object, path, "tick", std::nullopt, hlsk::min_tick, hlsk::max_tick));
        const i256 net = read.integer(object, path, "liquidity_net", std::nullopt, -i128_max, i128_max);
        const i256 magnitude = net < 0 ? -net : net;
        // A listed tick is initialised, so something references it even where what it adds and removes cancels out.
        const i256 least = magnitude == 0 ? static_cast<i256>(1) : magnitude;
        tick.liquidity_net = static_cast<accel::i128>(net);
        tick.liquidity_gross = static_cast<u128>(read.integer(object, path, "liquidity_gross", least, least, u128_max));
        out.ticks.push_back(tick);
    }
    std::ranges::sort(out.ticks, {}, &accel::TickEntry::tick);
    for (std::size_t i = 0; i < out.ticks.size(); ++i) {
        const std::int32_t tick = out.ticks[i].tick;
        if (i > 0 && out.ticks[i - 1].tick == tick) read.complain("pool.ticks lists tick " + std::to_string(tick) + " twice");
        if (tick % out.pool.tick_spacing != 0)
            read.complain("pool.ticks lists tick " + std::to_string(tick) + ", which is no multiple of tick_spacing");
    }
}

void check_price(Reader& read, const accel::PoolRecord& pool) {
    hlsk::u256 price;
    price.v = pool.sqrt_price_x96;
    if (price < hlsk::min_sqrt_ratio() || price >= hlsk::max_sqrt_ratio()) {
        read.complain("pool.sqrt_price_x96 is outside of [4295128739, 1461446703485210103287273052203988822378723970342)");
        return;
    }
    const std::int32_t tick = hlsk::tick_at_sqrt_ratio(price);
    // After a crossing downwards slot0.tick is one below the tick on which the price stands.
    if (pool.tick != tick && !(pool.tick == tick - 1 && hlsk::sqrt_ratio_at_tick(tick) == price))
        read.complain("pool.tick is " + std::to_string(pool.tick) + ", but sqrt_price_x96 is at tick " + std::to_string(tick));
}

void read_pool(Reader& read, const json::object& in, EvaluateLine& out) {
    accel::PoolRecord& pool = out.pool;
    const std::string path = "pool.";
    pool.token0 = read.address(in, path, "token0", filled_address(0x01));
    pool.token1 = read.address(in, path, "token1", filled_address(0x02));
    if (pool.token0 >= pool.token1) read.complain("pool.token0 is not below pool.token1", "a V3 pool sorts its tokens by address");
    pool.fee = static_cast<std::uint32_t>(read.integer(in, path, "fee", std::nullopt, 0, 999'999));
    pool.tick_spacing = static_cast<std::int32_t>(read.integer(in, path, "tick_spacing", std::nullopt, 1, 16'383));
    pool.sqrt_price_x96 = static_cast<u256>(read.integer(in, path, "sqrt_price_x96", std::nullopt, 0, u160_max));
    pool.tick = static_cast<std::int32_t>(read.integer(in, path, "tick", std::nullopt, hlsk::min_tick - 1, hlsk::max_tick));
    pool.liquidity = static_cast<u128>(read.integer(in, path, "liquidity", std::nullopt, 0, u128_max));
    if (const json::value* kind = in.if_contains("kind"); kind != nullptr) {
        if (kind->is_string() && kind->get_string() == "pancake_v3") {
            pool.pool_kind = accel::PoolKind::pancake_v3;
        } else if (!kind->is_string() || kind->get_string() != "uniswap_v3") {
            read.complain("pool.kind is neither \"uniswap_v3\" nor \"pancake_v3\"");
        }
    }
    const bool pancake = pool.pool_kind == accel::PoolKind::pancake_v3;
    const i256 highest = pancake ? static_cast<i256>(0xffffffffLL) : static_cast<i256>(0xff);
    pool.fee_protocol = static_cast<std::uint32_t>(read.integer(in, path, "fee_protocol", static_cast<i256>(0), 0, highest));
    if (pancake && ((pool.fee_protocol & 0xffffU) > 10'000 || (pool.fee_protocol >> 16U) > 10'000))
        read.complain("pool.fee_protocol has a half over 10000");
    const u128 most = max_liquidity_per_tick(pool.tick_spacing);
    pool.max_liquidity_per_tick =
        static_cast<u128>(read.integer(in, path, "max_liquidity_per_tick", static_cast<i256>(most), 0, u128_max));
    check_price(read, pool);
    read_ticks(read, in, out);
}

/// Wei a unit of token0 when a unit of token1 is one wei and the market agrees with the pool.
u256 price0_of_pool(u256 sqrt_price_x96) {
    return static_cast<u256>((static_cast<chain::u512>(sqrt_price_x96) * static_cast<chain::u512>(sqrt_price_x96)) >> 96);
}

void read_params(Reader& read, const json::object& in, EvaluateLine& out) {
    accel::ParamsRecord& params = out.params;
    const std::string path = "params.";
    const u256 plenty = (static_cast<u256>(1) << 128) - 1;
    params.candidates =
        static_cast<std::uint16_t>(read.integer(in, path, "candidates", records::default_candidates, 1, records::max_candidates));
    params.tip_ppm = static_cast<std::uint32_t>(read.integer(in, path, "tip_ppm", 0, 0, 1'000'000));
    params.price1_x96 = read.wide(in, path, "price1_x96", static_cast<u256>(1) << 96);
    params.price0_x96 = read.wide(in, path, "price0_x96", price0_of_pool(out.pool.sqrt_price_x96));
    params.budget0 = read.wide(in, path, "budget0", plenty);
    params.budget1 = read.wide(in, path, "budget1", plenty);
    params.gas_cost_wei = read.wide(in, path, "gas_cost_wei", 0);
    params.tip_floor_wei = read.wide(in, path, "tip_floor_wei", 0);
    params.min_profit_wei = read.wide(in, path, "min_profit_wei", 0);
}

} // namespace

Result<EvaluateLine> parse_evaluate_line(std::string_view text) {
    boost::system::error_code bad;
    json::monotonic_resource memory;
    const json::value root = json::parse(text, bad, &memory);
    if (bad) return fail("not JSON: " + bad.message());
    if (!root.is_object()) return fail("not a JSON object");
    EvaluateLine out;
    Reader read;
    const json::object& line = root.get_object();
    read_pool(read, read.object(line, "pool", true), out);
    const json::object& swap = read.object(line, "swap", true);
    const i256 most = ~(static_cast<i256>(1) << 255);
    out.zero_for_one = read.boolean(swap, "swap.", "zero_for_one");
    out.amount_specified = read.integer(swap, "swap.", "amount_specified", std::nullopt, -most - 1, most);
    out.sqrt_price_limit_x96 =
        static_cast<u256>(read.integer(swap, "swap.", "sqrt_price_limit_x96", static_cast<i256>(0), 0, u160_max));
    if (const json::value* given = line.if_contains("position"); given != nullptr && !given->is_null()) {
        const json::object& position = read.object(line, "position", true);
        constexpr std::int32_t any_tick = 1 << 23;
        EvaluatePosition wanted;
        wanted.tick_lower =
            static_cast<std::int32_t>(read.integer(position, "position.", "tick_lower", std::nullopt, -any_tick, any_tick));
        wanted.tick_upper =
            static_cast<std::int32_t>(read.integer(position, "position.", "tick_upper", std::nullopt, -any_tick, any_tick));
        wanted.liquidity = static_cast<u128>(read.integer(position, "position.", "liquidity", std::nullopt, 0, u128_max));
        out.position = wanted;
    }
    read_params(read, read.object(line, "params", false), out);
    if (const std::optional<Error>& wrong = read.error(); wrong.has_value()) return std::unexpected(*wrong);
    return out;
}

} // namespace jitbox::apps
