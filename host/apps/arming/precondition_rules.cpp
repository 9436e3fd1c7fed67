// What stands against arming, as rules over what is known: every refusal has its own text (ARM-2).
// SPDX-License-Identifier: Apache-2.0
#include "apps/arming/precondition_rules.hpp"

#include "base/hex.hpp"
#include "chain/keccak.hpp"

#include <fmt/format.h>

namespace jitbox::apps {
namespace {

constexpr std::uint64_t blocks_behind = 1; ///< a head may arrive while we ask

using Errors = std::vector<Error>;

void check_engine(const KnownHere& known, Errors& out) {
    if (!known.engine_error.empty())
        out.push_back({"arm: the engine has failed: " + known.engine_error,
                       "jitd resets it every few seconds and reloads the pools: see the "
                       "log; a card: jitctl card test while jitd is stopped"});
    if (!known.self_test)
        out.push_back({"arm: the engine's self-test failed: " + known.self_test.error().what,
                       "do not use this build; " + known.self_test.error().hint});
}

void check_signer(const KnownHere& known, Errors& out) {
    const ArmView& arm = known.arm;
    const ChainConfig& chain = known.config.chain;
    if (!known.lanes_ready)
        out.push_back({"arm: the lanes are not known yet", "signer and node must both have answered; try again"});
    if (!arm.signer_reachable) {
        out.push_back({"arm: the signer is not reachable: " + arm.signer_error, "is jit-signer running?"});
        return;
    }
    if (!arm.signer.hsm_ready)
        out.push_back({"arm: the signer's HSM is not ready: " + arm.signer.hsm_error, "see jit-signer's log"});
    if (arm.state == signer::ArmState::tripped)
        out.push_back({"arm: the appliance is TRIPPED: " + arm.cause, "deal with the cause, then jitctl reset"});
    if (arm.signer.chain_id != chain.id || arm.signer.executor != chain.executor)
        out.push_back({fmt::format("arm: the signer is configured for chain {} and executor {}", arm.signer.chain_id,
                                   to_hex(arm.signer.executor)),
                       "make its configuration and jitd's name the same ones"});
}

void check_records(const KnownHere& known, Errors& out) {
    if (!known.unresolved_alert.empty())
        out.push_back({"arm: stopped by an alert: " + known.unresolved_alert, "jitctl reset after looking"});
    out.insert(out.end(), known.risk_objections.begin(), known.risk_objections.end());
    if (!known.audit_problem.empty())
        out.push_back({"arm: " + known.audit_problem, "jitctl audit verify; repair the anchor (TPM or mount)"});
    if (!known.journal_error.empty())
        out.push_back({"arm: the journal cannot be written: " + known.journal_error, "free space or repair the disk"});
}

void check_market(const KnownHere& known, Errors& out) {
    const MarketView& market = known.market;
    const std::uint64_t stale_ms = 2 * known.config.chain.block_time_s * 1000;
    if (!market.connected) out.push_back({"arm: the node is not connected", "see jitctl status; is chain.node_ws right?"});
    if (market.head == 0)
        out.push_back({"arm: no head has been applied yet", "wait for the first block"});
    else if (static_cast<std::uint64_t>(market.head_age.count()) > stale_ms)
        out.push_back({fmt::format("arm: the last head is {} ms old", market.head_age.count()), "is the node in sync?"});
    if (market.pools_quarantined > 0)
        out.push_back({fmt::format("arm: {} pool(s) differ from the node", market.pools_quarantined),
                       "see jitctl pools; they return after the next comparison that agrees"});
    if (market.pools_in_service == 0) out.push_back({"arm: no pool is in service", "see jitctl pools"});
}

} // namespace

std::vector<Error> objections(const KnownHere& known) {
    Errors out;
    check_engine(known, out);
    check_signer(known, out);
    check_records(known, out);
    check_market(known, out);
    return out;
}

std::optional<Error> head_objection(const Result<chain::Head>& node, std::uint64_t ours) {
    if (!node) return Error{"arm: the node did not give its head: " + node.error().what, node.error().hint};
    if (node->number <= ours + blocks_behind) return std::nullopt;
    return Error{fmt::format("arm: the pools are at block {}, the node at {}", ours, node->number),
                 "wait until they have caught up"};
}

std::optional<Error> code_objection(const std::string& address, const Result<Bytes>& code, const std::string& expected_hash) {
    const std::string name = "contract of the manifest";
    if (!code) return Error{"arm: the node did not give the code of " + name + ": " + code.error().what, code.error().hint};
    if (code->empty())
        return Error{"arm: there is no contract at " + address + " (" + name + ")", "check the address and the chain"};
    const std::string found = to_hex(chain::keccak256(BytesView(*code)));
    if (expected_hash.empty() || found == expected_hash) return std::nullopt;
    return Error{"arm: the code at " + address + " (" + name + ") is not the configured one: keccak256 is " + found,
                 "compare with the manifest; do not arm before the difference is explained"};
}

} // namespace jitbox::apps
