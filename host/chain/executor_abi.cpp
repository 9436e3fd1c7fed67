// Calldata of the executor's two operator calls (deploy/contracts/src/JitExecutor.sol).
// SPDX-License-Identifier: Apache-2.0
#include "chain/executor_abi.hpp"

#include "base/hex.hpp"

#include <algorithm>

namespace jitbox::chain {
namespace {

/// Appends fields of fixed width, and keeps the name of the first value that did not fit its field.
class Packer {
public:
    Packer(const Selector& selector, std::size_t size) {
        out_.reserve(size);
        out_.assign(selector.begin(), selector.end());
    }

    Packer& uint(const char* name, const u256& value, unsigned bits) {
        if (bits < 256 && (value >> bits) != 0 && failure_.empty())
            failure_ = std::string(name) + " " + to_decimal(value) + " needs more than " + std::to_string(bits) + " bits";
        for (unsigned at = bits; at > 0; at -= 8) out_.push_back(static_cast<std::uint8_t>(value >> (at - 8)));
        return *this;
    }

    Packer& tick(const char* name, std::int32_t value) {
        constexpr std::int32_t bound = 1 << 23;
        if ((value < -bound || value >= bound) && failure_.empty())
            failure_ = std::string(name) + " " + std::to_string(value) + " is no int24";
        for (const unsigned shift : {16U, 8U, 0U})
            out_.push_back(static_cast<std::uint8_t>(static_cast<std::uint32_t>(value) >> shift));
        return *this;
    }

    Packer& bytes(const Bytes32& value) {
        out_.insert(out_.end(), value.begin(), value.end());
        return *this;
    }

    Packer& price(const char* name, const ExecutorPrice& value) {
        return uint(name, value.mantissa, 32).uint(name, value.shift, 8);
    }

    Result<Bytes> take() {
        if (!failure_.empty()) return fail("executor call: " + failure_);
        return std::move(out_);
    }

private:
    Bytes out_;
    std::string failure_;
};

/// Reads what Packer wrote; the length was checked.
class Unpacker {
public:
    explicit Unpacker(BytesView rest) : rest_(rest) {}

    u256 uint(unsigned bits) {
        u256 value = 0;
        for (const std::uint8_t byte : next(bits / 8)) value = (value << 8) | byte;
        return value;
    }

    std::int32_t tick() {
        const auto raw = static_cast<std::uint32_t>(uint(24));
        return static_cast<std::int32_t>(raw << 8) >> 8;
    }

    Bytes32 bytes() {
        Bytes32 out{};
        std::ranges::copy(next(out.size()), out.begin());
        return out;
    }

    ExecutorPrice price() {
        const auto mantissa = static_cast<std::uint32_t>(uint(32));
        return {.mantissa = mantissa, .shift = static_cast<std::uint8_t>(uint(8))};
    }

private:
    BytesView next(std::size_t count) {
        const BytesView part = rest_.first(count);
        rest_ = rest_.subspan(count);
        return part;
    }

    BytesView rest_;
};

Result<Unpacker> open_call(BytesView calldata, const Selector& selector, std::size_t size, const std::string& name) {
    const BytesView first = calldata.first(std::min<std::size_t>(calldata.size(), 4));
    if (!std::ranges::equal(first, selector))
        return fail("executor call: selector is " + to_hex(first) + ", " + name + " has " + to_hex(selector));
    if (calldata.size() != size)
        return fail("executor " + name + ": " + std::to_string(calldata.size()) + " bytes of calldata where " +
                    std::to_string(size) + " are needed");
    return Unpacker(calldata.subspan(4));
}

template <typename Call>
Packer& pack_head(Packer& out, const Call& call) {
    return out.uint("poolId", call.pool_id, 16)
        .tick("tickLower", call.tick_lower)
        .tick("tickUpper", call.tick_upper)
        .uint("blockNumber", call.block_number, 64)
        .uint("liquidity", call.liquidity, 128);
}

template <typename Call>
void read_head(Unpacker& in, Call& call) {
    call.pool_id = static_cast<std::uint16_t>(in.uint(16));
    call.tick_lower = in.tick();
    call.tick_upper = in.tick();
    call.block_number = static_cast<std::uint64_t>(in.uint(64));
    call.liquidity = static_cast<u128>(in.uint(128));
}

} // namespace

Result<ExecutorPrice> executor_price(const u256& price_x96) {
    if (price_x96 == 0) return ExecutorPrice{};
    if ((price_x96 >> 160) != 0)
        return fail("executor price: " + to_decimal(price_x96 >> 96) + " wei a unit is 2^64 or more",
                    "the contract has no form for it");
    // price = x / 2^96 = mantissa * 2^(32 - shift): with the highest bit of x at place n, mantissa = x >> (n - 31), shift = 159 -
    // n.
    unsigned top = 159;
    while ((price_x96 >> top) == 0) --top;
    const u256 mantissa = top >= 31 ? price_x96 >> (top - 31) : price_x96 << (31 - top);
    return ExecutorPrice{.mantissa = static_cast<std::uint32_t>(mantissa), .shift = static_cast<std::uint8_t>(159 - top)};
}

u256 value_at(const ExecutorPrice& price, const u256& amount) {
    return static_cast<u256>(((static_cast<u512>(amount) * price.mantissa) << 32) >> price.shift);
}

Result<Bytes> encode(const ExecutorMint& call) {
    Packer out(ExecutorMint::selector, ExecutorMint::size);
    return pack_head(out, call)
        .bytes(call.parent_hash)
        .uint("amount0Max", call.amount0_max, 128)
        .uint("amount1Max", call.amount1_max, 128)
        .uint("sqrtPriceX96", call.sqrt_price_x96, 160)
        .tick("tick", call.tick)
        .uint("poolLiquidity", call.pool_liquidity, 128)
        .take();
}

Result<Bytes> encode(const ExecutorBurn& call) {
    Packer out(ExecutorBurn::selector, ExecutorBurn::size);
    return pack_head(out, call)
        .uint("amount0Min", call.amount0_min, 128)
        .uint("amount1Min", call.amount1_min, 128)
        .uint("tipWei", call.tip_wei, 80)
        .uint("minProceedsWei", call.min_proceeds_wei, 96)
        .price("price0", call.price0)
        .price("price1", call.price1)
        .take();
}

Result<ExecutorMint> decode_executor_mint(BytesView calldata) {
    auto in = open_call(calldata, ExecutorMint::selector, ExecutorMint::size, "mint");
    if (!in) return std::unexpected(in.error());
    ExecutorMint out;
    read_head(*in, out);
    out.parent_hash = in->bytes();
    out.amount0_max = in->uint(128);
    out.amount1_max = in->uint(128);
    out.sqrt_price_x96 = in->uint(160);
    out.tick = in->tick();
    out.pool_liquidity = static_cast<u128>(in->uint(128));
    return out;
}

Result<ExecutorBurn> decode_executor_burn(BytesView calldata) {
    auto in = open_call(calldata, ExecutorBurn::selector, ExecutorBurn::size, "burn");
    if (!in) return std::unexpected(in.error());
    ExecutorBurn out;
    read_head(*in, out);
    out.amount0_min = in->uint(128);
    out.amount1_min = in->uint(128);
    out.tip_wei = in->uint(80);
    out.min_proceeds_wei = in->uint(96);
    out.price0 = in->price();
    out.price1 = in->price();
    return out;
}

} // namespace jitbox::chain
