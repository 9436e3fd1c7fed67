// Leaf arithmetic of the kernels, for the host.
// SPDX-License-Identifier: Apache-2.0
#include "chain/wide_math.hpp"

#include "hls/wide_math.hpp"

namespace jitbox::chain {
namespace {

hlsk::u256 wide(const u256& value) {
    hlsk::u256 out;
    out.v = value;
    return out;
}

} // namespace

std::optional<u256> mul_div(const u256& a, const u256& b, const u256& d) {
    hlsk::u256 out;
    if (d == 0 || !hlsk::mul_div(wide(a), wide(b), wide(d), out)) return std::nullopt;
    return out.v;
}

std::optional<u256> mul_div_up(const u256& a, const u256& b, const u256& d) {
    hlsk::u256 out;
    if (d == 0 || !hlsk::mul_div_rounding_up(wide(a), wide(b), wide(d), out)) return std::nullopt;
    return out.v;
}

} // namespace jitbox::chain
