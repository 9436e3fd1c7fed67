// The answers of `jitctl evaluate`: the exact swap, the exact life of a position, and the card's decision. Private to apps.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/offline/evaluate_input.hpp"
#include "apps/offline/leg_decision.hpp"

#include <string>

namespace jitbox::apps {

class Evaluator {
public:
    /// `engine` answers decisions; null: the kernel on the calling thread. Exact swaps and positions are computed on the host.
    explicit Evaluator(accel::Engine* engine = nullptr);

    /// Appends one JSON object to `out`. Throws std::runtime_error when the engine fails.
    void answer(const EvaluateLine& line, std::string& out);

private:
    void append_decision(const EvaluateLine& line, std::string& out);

    LegDecision decision_;
};

} // namespace jitbox::apps
