// Objections to arming, from here and from the node.
// SPDX-License-Identifier: Apache-2.0
#include "apps/arming/preconditions.hpp"

#include "apps/arming/precondition_rules.hpp"
#include "apps/arming/release_check.hpp"
#include "apps/custody/chain_checks.hpp"
#include "apps/offline/self_test.hpp"
#include "base/hex.hpp"

#include <memory>
#include <utility>

namespace jitbox::apps {
namespace {

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

void object_all(const std::vector<Error>& objections, Collector& out) {
    out.errors.insert(out.errors.end(), objections.begin(), objections.end());
}

void check_here(const PreconditionInputs& inputs, Collector& out) {
    object_all(objections({.config = inputs.services.config,
                           .arm = inputs.arming.view(),
                           .market = inputs.market.view(),
                           .lanes_ready = inputs.lanes_ready,
                           .engine_error = inputs.engine_error,
                           .self_test = inputs.engine_is_card ? Result<void>{} : run_self_test(*accel::make_native_engine()),
                           .unresolved_alert = inputs.unresolved_alert,
                           .risk_objections = inputs.risk_objections,
                           .audit_problem = inputs.audit_problem,
                           .journal_error = inputs.services.journal.last_error()}),
               out);
}

/// Manifest, clock. The code hashes that the manifest wants come back for the node to be asked.
ReleaseCheck check_machine(const PreconditionInputs& inputs, Collector& out) {
    if (const std::string problem = clock_problem(inputs.services.config); !problem.empty()) {
        out.object("arm: " + problem, "see chronyc tracking; arming.require_synchronised_clock");
    }
    ReleaseCheck release =
        check_release(inputs.services.config, installed_release(inputs.services.config), inputs.arming.view().signer);
    object_all(release.objections, out);
    return release;
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
        if (const auto objection = code_objection(text, code, expected_hash)) out->errors.push_back(*objection);
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
    inputs.node.latest_head([out, ours = inputs.market.view().head](const Result<chain::Head>& head) {
        if (const auto objection = head_objection(head, ours)) out->errors.push_back(*objection);
    });
    // A node that is not connected is an objection already; waiting for its answers would only delay it.
    if (!inputs.node.rpc().connected()) return;
    Contracts contracts;
    for (const auto& [address, hash] : release.contracts)
        if (const auto bytes = fixed_from_hex<20>(address)) contracts.emplace_back(*bytes, hash);
    ask_chain(inputs, out, std::move(contracts));
}

} // namespace jitbox::apps
