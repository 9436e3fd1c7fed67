// Products of 512 bits divided: the kernels' leaf arithmetic for the host. A `_BitInt(512)` division goes bit by bit and takes some
// twenty times as long. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/u256.hpp"

#include <optional>

namespace jitbox::chain {

/// floor(a * b / d) over the whole product (FullMath.mulDiv). Empty when the quotient does not fit, or d is zero.
[[nodiscard]] std::optional<u256> mul_div(const u256& a, const u256& b, const u256& d);
/// The same rounded up (FullMath.mulDivRoundingUp).
[[nodiscard]] std::optional<u256> mul_div_up(const u256& a, const u256& b, const u256& d);

} // namespace jitbox::chain
