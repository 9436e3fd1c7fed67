// What must hold before the appliance may be armed (ARM-2, first form). Every refusal has its own text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/arming/arming.hpp"
#include "apps/market/market.hpp"
#include "apps/runtime/services.hpp"
#include "feed/node_client.hpp"

#include <functional>
#include <vector>

namespace jitbox::apps {

struct PreconditionInputs {
    const Services& services;
    const Market& market;
    const Arming& arming;
    feed::NodeClient& node;
    bool lanes_ready = false;
    std::string engine_error;           ///< empty while the engine is trusted
    bool engine_is_card = false;        ///< tested when it was opened and after each reset: it cannot be tested beside its work
    std::string unresolved_alert;       ///< empty, or what has halted the gate
    std::string audit_problem;          ///< empty while the audit log is whole and its anchor keeps up
    std::vector<Error> risk_objections; ///< RiskWatch::objections
};

/// Checks what is known here at once, then asks the node (its head against ours; everything of chain_checks.hpp). `done` gets
/// every objection; none means that arming may go on.
void check_preconditions(const PreconditionInputs& inputs, std::function<void(std::vector<Error>)> done);

} // namespace jitbox::apps
