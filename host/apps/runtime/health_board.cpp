// What /healthz says.
// SPDX-License-Identifier: Apache-2.0
#include "apps/runtime/health_board.hpp"

#include <boost/json.hpp>

#include <utility>

namespace jitbox::apps {
namespace {

constexpr std::chrono::seconds longest_silence{1};

} // namespace

void HealthBoard::beat(HealthFacts facts) {
    const std::scoped_lock lock(mutex_);
    facts_ = std::move(facts);
    last_beat_ = std::chrono::steady_clock::now();
}

control::Health HealthBoard::read() const {
    const std::scoped_lock lock(mutex_);
    const auto silence = std::chrono::steady_clock::now() - last_beat_;
    const bool alive = silence < longest_silence;
    const boost::json::object report{{"state", signer::to_text(facts_.state)},
                                     {"loop_silent_ms", std::chrono::duration_cast<std::chrono::milliseconds>(silence).count()},
                                     {"node", facts_.node},
                                     {"signer", facts_.signer},
                                     {"engine", facts_.engine.empty() ? "ok" : facts_.engine}};
    return {.ok = alive && facts_.node && facts_.signer && facts_.engine.empty(), .json = boost::json::serialize(report)};
}

} // namespace jitbox::apps
