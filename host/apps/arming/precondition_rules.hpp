// What stands against arming, as rules over what is known: every refusal has its own text (ARM-2).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/arming/arming.hpp"
#include "apps/config/config.hpp"
#include "apps/market/market.hpp"
#include "chain/block.hpp"

#include <optional>
#include <string>
#include <vector>

namespace jitbox::apps {

/// What this process knows without asking anybody.
struct KnownHere {
    const Config& config;
    const ArmView& arm;
    MarketView market;
    bool lanes_ready = false;
    std::string engine_error;           ///< empty while the engine is trusted
    Result<void> self_test;             ///< of the engine, or of nothing where it cannot be tested beside its work
    std::string unresolved_alert;       ///< empty, or what has halted the gate
    std::vector<Error> risk_objections; ///< RiskWatch::objections
    std::string audit_problem;          ///< empty while the audit log is whole and its anchor keeps up
    std::string journal_error;          ///< empty while the journal is written
};

/// Every objection; none means that nothing here stands against arming.
[[nodiscard]] std::vector<Error> objections(const KnownHere& known);

/// The node's head against `ours`, the last one that is applied to the pools.
[[nodiscard]] std::optional<Error> head_objection(const Result<chain::Head>& node, std::uint64_t ours);

/// The node's code of a contract of the manifest; `expected_hash` is its keccak256 in hex, empty where any code will do.
[[nodiscard]] std::optional<Error> code_objection(const std::string& address, const Result<Bytes>& code,
                                                  const std::string& expected_hash);

} // namespace jitbox::apps
