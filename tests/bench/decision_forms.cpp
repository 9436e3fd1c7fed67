// See decision_forms.hpp. SPDX-License-Identifier: Apache-2.0
#include "decision_forms.hpp"

#include "../unit/kernels/parser_harness.hpp"

namespace jitbox::test {
namespace {

constexpr std::uint64_t deadline = 99999;

struct Sides {
    Bytes20 in;
    Bytes20 out;
};

Bytes single(const Sides& tokens, std::uint32_t fee, const accel::u256& amount, bool with_deadline) {
    Calldata out(with_deadline ? 0x414bf389 : 0x04e45aaf);
    out.word(tokens.in).word(tokens.out).word(fee).word(address_of(0x33));
    if (with_deadline) out.word(deadline);
    return out.word(amount).word(1).word(0).get();
}

Bytes one_hop(const Sides& tokens, std::uint32_t fee, const accel::u256& amount, bool with_deadline) {
    Calldata out(with_deadline ? 0xc04b8d59 : 0xb858183f);
    out.word(32).word(with_deadline ? 160 : 128).word(address_of(0x33));
    if (with_deadline) out.word(deadline);
    return out.word(amount).word(1).bytes(path_of({tokens.in, tokens.out}, fee)).get();
}

Bytes single_output(const Sides& tokens, std::uint32_t fee, const accel::u256& amount, bool with_deadline) {
    Calldata out(with_deadline ? 0xdb3e2198 : 0x5023b4df);
    out.word(tokens.in).word(tokens.out).word(fee).word(address_of(0x33));
    if (with_deadline) out.word(deadline);
    return out.word(amount).word(static_cast<accel::u256>(1) << 200).word(0).get();
}

/// execute(bytes,bytes[],uint256) of V3_SWAP_EXACT_IN. Version 2.1.1 also counts prices, of which there are none here.
Bytes universal(const Sides& tokens, std::uint32_t fee, const accel::u256& amount, bool prices) {
    Calldata input;
    input.word(1).word(amount).word(1).word((prices ? 6 : 5) * 32).word(1);
    const Bytes path = path_of({tokens.in, tokens.out}, fee);
    if (prices) input.word(6 * 32 + 32 + 64);
    input.bytes(path);
    if (prices) input.word(0);
    return Calldata(0x3593564c).word(96).word(160).word(deadline).bytes(Bytes{0x00}).append(array_of({input.get()})).get();
}

Bytes pool_swap(bool zero_for_one, const accel::u256& amount) {
    constexpr std::uint64_t lowest = 4295128740; // TickMath.MIN_SQRT_RATIO + 1, as the routers give it
    const accel::u256 highest = static_cast<accel::u256>(1) << 159;
    const accel::u256 limit = zero_for_one ? static_cast<accel::u256>(lowest) : highest;
    return Calldata(0x128acb08).word(address_of(9)).word(zero_for_one ? 1 : 0).word(amount).word(limit).word(160).bytes({}).get();
}

} // namespace

std::vector<PathForm> exact_input_forms(const accel::PoolRecord& on, bool zero_for_one, const accel::u256& amount) {
    using enum accel::RouterKind;
    const Sides tokens = zero_for_one ? Sides{on.token0, on.token1} : Sides{on.token1, on.token0};
    const auto multicall = [](const Bytes& call) {
        return Calldata(0x5ae401dc).word(deadline).word(64).append(array_of({call})).get();
    };
    return {
        {"SwapRouter", "exactInputSingle", swap_router, single(tokens, on.fee, amount, true)},
        {"SwapRouter", "exactInput", swap_router, one_hop(tokens, on.fee, amount, true)},
        {"SwapRouter02", "exactInputSingle", swap_router02, single(tokens, on.fee, amount, false)},
        {"SwapRouter02", "exactInput", swap_router02, one_hop(tokens, on.fee, amount, false)},
        {"SwapRouter02", "multicall of exactInputSingle", swap_router02, multicall(single(tokens, on.fee, amount, false))},
        {"UniversalRouter 1.2", "execute of V3_SWAP_EXACT_IN", universal_router, universal(tokens, on.fee, amount, false)},
        {"UniversalRouter 2.1.1", "execute of V3_SWAP_EXACT_IN", universal_router_v2_1, universal(tokens, on.fee, amount, true)},
        {"pool", "swap", pool, pool_swap(zero_for_one, amount)}};
}

std::vector<PathForm> exact_output_forms(const accel::PoolRecord& on, bool zero_for_one, const accel::u256& amount) {
    using enum accel::RouterKind;
    const Sides tokens = zero_for_one ? Sides{on.token0, on.token1} : Sides{on.token1, on.token0};
    return {{"SwapRouter", "exactOutputSingle", swap_router, single_output(tokens, on.fee, amount, true)},
            {"SwapRouter02", "exactOutputSingle", swap_router02, single_output(tokens, on.fee, amount, false)}};
}

} // namespace jitbox::test
