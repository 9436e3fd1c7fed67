// The decision about one leg on one pool, by the kernel on this thread or by an engine. Private to apps.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/engine.hpp"
#include "apps/offline/evaluate_input.hpp"
#include "hls/range_profit.hpp"

#include <memory>

namespace jitbox::apps {

class LegDecision {
public:
    /// Null: range_profit itself, on the calling thread. An engine gets the leg as a router's call, because that is what engines
    /// take.
    explicit LegDecision(accel::Engine* engine);

    /// The DECISION, or the first REJECT. `window`: the ticks of the line's pool that a card would be given. Throws
    /// std::runtime_error when the engine fails.
    [[nodiscard]] Bytes answer(const EvaluateLine& line, accel::TicksRecord window);

private:
    [[nodiscard]] Bytes from_kernel(const std::vector<Bytes>& state, const EvaluateLine& line);
    [[nodiscard]] Bytes from_engine(const std::vector<Bytes>& state, const EvaluateLine& line);

    accel::Engine* engine_;
    std::unique_ptr<hlsk::RangeProfitState> kernel_; ///< the card's image: what does not fit its window is a REJECT here too
    std::uint64_t version_ = 0;
};

} // namespace jitbox::apps
