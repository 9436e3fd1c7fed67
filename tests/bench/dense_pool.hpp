// The pool of the card's benches: 0.3 % at price 1 with an initialised tick every spacing, and amounts that take a given number of
// steps. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hls/range_search.hpp"

#include <cstdint>

namespace jitbox::test {

constexpr std::int32_t dense_spacing = 60;

struct DensePool {
    hlsk::PoolState state{};
    hlsk::TickWindow window{};
};

DensePool dense_pool();

/// Budgets far above any amount here, both tokens worth a wei, K as asked.
hlsk::PoolParams generous_params(std::uint32_t candidates);

/// A swap without a limit of its own; the amount is still zero.
hlsk::SwapRequest dense_swap(bool zero_for_one, bool exact_in);

/// The amount whose swap alone has that many steps and ends in the middle of the last.
hlsk::u256 amount_for(const DensePool& pool, hlsk::SwapRequest request, std::uint32_t steps, hlsk::RatioMemo& memo);

hlsk::u256 ten_to(int power);

} // namespace jitbox::test
