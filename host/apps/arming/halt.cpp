// A halt of this process.
// SPDX-License-Identifier: Apache-2.0
#include "apps/arming/halt.hpp"

#include "base/hex.hpp"

#include <boost/json.hpp>

namespace jitbox::apps {
namespace {

/// Beyond the signer's own deadline: then a stop that was told has arrived, and a heartbeat has said so, or has not.
constexpr std::chrono::milliseconds heartbeats{500};

} // namespace

Halt::Halt(const Config& config, Arming& arming) : config_(config), arming_(arming) {}

void Halt::begin(const std::string& reason) {
    reason_ = reason.empty() ? "no reason given" : reason;
    since_ = std::to_string(wall_ns());
    begun_ = std::chrono::steady_clock::now();
    latched_ = false;
}

void Halt::tick() {
    if (!standing() || latched_ || telling_ || !arming_.view().signer_reachable) return;
    latched_ = arming_.view().state == signer::ArmState::tripped;
    const auto patience = std::chrono::milliseconds(config_.signer.timeout_ms) + heartbeats;
    if (latched_ || std::chrono::steady_clock::now() - begun_ < patience) return;
    telling_ = true;
    arming_.estop("jitd", "a stop that had not reached the signer: " + reason_, [this](const auto&) { telling_ = false; });
}

std::string Halt::subject(const control::ResetCommand& command) const {
    return boost::json::serialize(boost::json::object{{"chain_id", config_.chain.id},
                                                      {"executor", to_hex(config_.chain.executor)},
                                                      {"operator", command.operator_name},
                                                      {"reason", command.reason},
                                                      {"halted_by", reason_},
                                                      {"since", since_}});
}

} // namespace jitbox::apps
