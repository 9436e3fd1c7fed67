// The answers of `jitctl evaluate`: the exact swap, the exact life of a position, and the card's decision. Private to apps.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/evaluate_input.hpp"
#include "hls/range_profit.hpp"

#include <memory>
#include <string>

namespace jitbox::apps {

class Evaluator {
public:
    Evaluator();

    /// Appends one JSON object to `out`.
    void answer(const EvaluateLine& line, std::string& out);

private:
    void append_decision(const EvaluateLine& line, std::string& out);

    std::unique_ptr<hlsk::RangeProfitState> kernel_; ///< the card's image: what does not fit its window is a REJECT here too
    std::uint64_t version_ = 0;
};

} // namespace jitbox::apps
