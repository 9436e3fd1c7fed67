// Random but realistic swaps for the quality bench: pools as they are found, swaps worth joining, an outside price near the pool's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hls/range_search.hpp"

#include <cstdint>
#include <memory>

namespace jitbox::bench {

/// One leg with everything that the search reads. Not copyable: the search input refers to nothing, but the window is large.
struct QualityCase {
    hlsk::SearchInput input{};
    hlsk::TickWindow window{};
    hlsk::u256 notional_wei; ///< what the swapper puts in, at the outside price
};

/// Case `index` of `seed`. The swap alone has been run; the span of the search is at most `max_spacings` tick spacings wide, or the
/// result is null.
std::unique_ptr<QualityCase> make_quality_case(std::uint64_t seed, std::uint64_t index, std::int32_t max_spacings,
                                               hlsk::RatioMemo& memo);

} // namespace jitbox::bench
