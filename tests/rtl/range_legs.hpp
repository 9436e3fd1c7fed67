// Random legs for the benches of range_profit's engine: pools of every kind, from the usual to the absurd.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rtl/range_engine_driver.hpp"

#include <random>

namespace jitbox::test {

/// Any pool: both ends of the price range, tiny and huge liquidity and amounts, dense and empty windows, every fee.
EngineLeg wild_leg(std::mt19937_64& random);

/// A swap worth joining on a pool as they are found (tests/bench/quality_corpus.hpp).
EngineLeg usual_leg(std::mt19937_64& random, hlsk::RatioMemo& memo);

/// A swap of exact input over 20 to `most_spacings` spacings, most of them without an initialised tick, and K up to 4,096: what
/// range_flow is for.
EngineLeg long_leg(std::mt19937_64& random, hlsk::RatioMemo& memo, std::int32_t most_spacings);

} // namespace jitbox::test
