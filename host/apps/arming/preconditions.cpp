// Objections to arming, from here and from the node.
// SPDX-License-Identifier: Apache-2.0
#include "apps/arming/preconditions.hpp"

#include "apps/arming/release_check.hpp"
#include "apps/custody/chain_checks.hpp"
#include "apps/offline/self_test.hpp"
#include "base/hex.hpp"
#include "chain/keccak.hpp"

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace jitbox::apps {
namespace {

constexpr std::uint64_t blocks_behind = 1; ///< a head may arrive while we ask

/// Collects answers of the node; calls `done` when the last holder is gone.
struct Collector {
    explicit Collector(std::function<void(std::vector<Error>)> d) : done(std::move(d)) {}
    ~Collector() { done(std::move(errors)); }
    Collector(const Collector&) = delete;
    Collector& operator=(const Collector&) = delete;

    void object(std::string what, std::string hint) { errors.push_back({std::move(what), std::move(hint)}); }

    std::function<void(std::vector<Error>)> done;
    std::vector<Error> errors;
};

void check_here(const PreconditionInputs& inputs, Collector& out) {
    if (!inputs.engine_error.empty())
        out.object(
            "arm: the engine has failed: " + inputs.engine_error,
            "jitd resets it every few seconds and reloads the pools: see the log; a card: jitctl card test while jitd is stopped");
    if (const auto tested = inputs.engine_is_card ? Result<void>{} : run_self_test(*accel::make_native_engine()); !tested) {
        out.object("arm: the engine's self-test failed: " + tested.error().what, "do not use this build; " + tested.error().hint);
    }
    const ArmView& arm = inputs.arming.view();
    if (!arm.signer_reachable) out.object("arm: the signer is not reachable: " + arm.signer_error, "is jit-signer running?");
    if (arm.signer_reachable && !arm.signer.hsm_ready) {
        out.object("arm: the signer's HSM is not ready: " + arm.signer.hsm_error, "see jit-signer's log");
    }
    if (arm.signer_reachable && arm.state == signer::ArmState::tripped) {
        out.object("arm: the appliance is TRIPPED: " + arm.cause, "deal with the cause, then jitctl reset");
    }
    if (arm.signer_reachable &&
        (arm.signer.chain_id != inputs.services.config.chain.id || arm.signer.executor != inputs.services.config.chain.executor)) {
        out.object(fmt::format("arm: the signer is configured for chain {} and executor {}", arm.signer.chain_id,
                               to_hex(arm.signer.executor)),
                   "make its configuration and jitd's name the same ones");
    }
    if (!inputs.lanes_ready) out.object("arm: the lanes are not known yet", "signer and node must both have answered; try again");
    if (!inputs.unresolved_alert.empty())
        out.object("arm: stopped by an alert: " + inputs.unresolved_alert, "jitctl reset after looking");
    for (const Error& objection : inputs.risk_objections) out.object(objection.what, objection.hint);
    if (!inputs.audit_problem.empty())
        out.object("arm: " + inputs.audit_problem, "repair the anchor (TPM or mount); jitctl audit verify");
    if (const std::string broken = inputs.services.journal.last_error(); !broken.empty()) {
        out.object("arm: the journal cannot be written: " + broken, "free space or repair the disk");
    }
}

/// Manifest, clock. The code hashes that the manifest wants come back for the node to be asked.
ReleaseCheck check_machine(const PreconditionInputs& inputs, Collector& out) {
    if (const std::string problem = clock_problem(inputs.services.config); !problem.empty()) {
        out.object("arm: " + problem, "see chronyc tracking; arming.require_synchronised_clock");
    }
    ReleaseCheck release =
        check_release(inputs.services.config, installed_release(inputs.services.config), inputs.arming.view().signer);
    for (const Error& objection : release.objections) out.object(objection.what, objection.hint);
    return release;
}

void check_market(const PreconditionInputs& inputs, Collector& out) {
    const MarketView market = inputs.market.view();
    const std::uint64_t stale_ms = 2 * inputs.services.config.chain.block_time_s * 1000;
    if (!market.connected) out.object("arm: the node is not connected", "see jitctl status; is chain.node_ws right?");
    if (market.head == 0) {
        out.object("arm: no head has been applied yet", "wait for the first block");
    } else if (static_cast<std::uint64_t>(market.head_age.count()) > stale_ms) {
        out.object(fmt::format("arm: the last head is {} ms old", market.head_age.count()), "is the node in sync?");
    }
    if (market.pools_quarantined > 0) {
        out.object(fmt::format("arm: {} pool(s) differ from the node", market.pools_quarantined),
                   "see jitctl pools; they return after the next comparison that agrees");
    }
    if (market.pools_in_service == 0) out.object("arm: no pool is in service", "see jitctl pools");
}

/// The signer's lanes, or nobody while it is not known.
std::vector<Bytes20> operators_of(const ArmView& arm) {
    std::vector<Bytes20> out;
    if (!arm.signer_reachable) return out;
    for (const signer::Lane& lane : arm.signer.lanes) out.push_back(lane.address);
    return out;
}

using Contracts = std::vector<std::pair<Bytes20, std::string>>; ///< address, code hash

/// One after the other: what a node can do at once is its own affair.
void ask_codes(feed::NodeClient& node, const std::shared_ptr<Collector>& out, Contracts contracts) {
    if (contracts.empty()) return;
    const auto [address, hash] = contracts.back();
    contracts.pop_back();
    node.code(address, [&node, out, contracts = std::move(contracts), expected_hash = hash,
                        text = to_hex(address)](const Result<Bytes>& code) {
        const std::string name = "contract of the manifest";
        if (!code) {
            out->object("arm: the node did not give the code of " + name + ": " + code.error().what, code.error().hint);
        } else if (code->empty()) {
            out->object("arm: there is no contract at " + text + " (" + name + ")", "check the address and the chain");
        } else if (!expected_hash.empty() && to_hex(chain::keccak256(BytesView(*code))) != expected_hash) {
            out->object("arm: the code at " + text + " (" + name + ") is not the configured one: keccak256 is " +
                            to_hex(chain::keccak256(BytesView(*code))),
                        "compare with the manifest; do not arm before the difference is explained");
        }
        ask_codes(node, out, contracts);
    });
}

void ask_chain(const PreconditionInputs& inputs, const std::shared_ptr<Collector>& out, Contracts contracts) {
    const Config& config = inputs.services.config;
    ChainSubject subject{
        .config = &config, .profile = config.profile ? &*config.profile : nullptr, .operators = operators_of(inputs.arming.view())};
    check_chain(subject, inputs.node.rpc(),
                [&node = inputs.node, out, environment = config.environment,
                 contracts = std::move(contracts)](const std::vector<ChainCheck>& checks) {
                    for (const ChainCheck& check : checks)
                        if (objects(check, environment)) out->object("arm: chain: " + check.name + ": " + check.what, check.hint);
                    ask_codes(node, out, contracts);
                });
}

} // namespace

void check_preconditions(const PreconditionInputs& inputs, std::function<void(std::vector<Error>)> done) {
    const auto out = std::make_shared<Collector>(std::move(done));
    check_here(inputs, *out);
    const ReleaseCheck release = check_machine(inputs, *out);
    check_market(inputs, *out);
    inputs.node.latest_head([out, ours = inputs.market.view().head](const Result<chain::Head>& head) {
        if (!head) {
            out->object("arm: the node did not give its head: " + head.error().what, head.error().hint);
        } else if (head->number > ours + blocks_behind) {
            out->object(fmt::format("arm: the pools are at block {}, the node at {}", ours, head->number),
                        "wait until they have caught up");
        }
    });
    // A node that is not connected is an objection already; waiting for its answers would only delay it.
    if (!inputs.node.rpc().connected()) return;
    Contracts contracts;
    for (const auto& [address, hash] : release.contracts)
        if (const auto bytes = fixed_from_hex<20>(address)) contracts.emplace_back(*bytes, hash);
    ask_chain(inputs, out, std::move(contracts));
}

} // namespace jitbox::apps
