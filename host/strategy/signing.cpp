// Signing an approved plan, and getting lanes back after a signer that did not answer.
// SPDX-License-Identifier: Apache-2.0
#include "strategy/signing.hpp"

#include "base/hex.hpp"
#include "chain/keccak.hpp"
#include "chain/transaction.hpp"

#include <algorithm>
#include <memory>

namespace jitbox::strategy {
namespace {

// A raw type-2 transaction is the unsigned payload with a longer list header and three more fields: checking that the signer's
// digest is ours and that the hash is that of the raw bytes leaves only the signature itself to trust.
bool matches(const signer::SignedTransaction& transaction, const Bytes& payload) {
    if (transaction.digest != chain::keccak256(BytesView(payload)) ||
        transaction.hash != chain::keccak256(BytesView(transaction.raw)))
        return false;
    const auto decoded = chain::decode_transaction(transaction.raw);
    return decoded && chain::signing_hash(*decoded) == transaction.digest;
}

} // namespace

bool nothing_bound(signer::RefusalCode code) {
    using enum signer::RefusalCode;
    switch (code) {
    // What the signer refuses while it reads the request, before the ledger is touched.
    case bad_request:
    case forbidden:
    case unknown_lane:
    case wrong_chain:
    case wrong_contract:
    case wrong_call:
    case pool_not_listed:
    case bundle_mismatch:
    case over_plan_notional:
    case over_gas_cap:
    case over_tip_cap:
        return true;
    // Also said after the ledger has bound the nonces: the latch and the lease's total are looked at again before a release.
    case not_armed:
    case tripped:
    case over_total_notional:
    case over_loss_budget:
    case ledger_unavailable:
    case wrong_state:
    case nonce_bound:
    case hsm_unavailable:
    case hsm_deadline:
    case bad_signature:
    case key_illegal:
    case approvals_needed:
    case audit_unavailable:
    case deadline:
    case disconnected:
    case internal:
        return false;
    }
    return false;
}

SigningPort signing_port(signer::SigningClient& client) {
    return {.sign =
                [&client](signer::SignBundleRequest request, signer::SigningClient::BundleHandler handler) {
                    client.async_sign_bundle(std::move(request), std::move(handler));
                },
            .recall = [&client](signer::RecallRequest request,
                                signer::SigningClient::BundleHandler handler) { client.async_recall(request, std::move(handler)); },
            .lanes = [&client](signer::SigningClient::LanesHandler handler) { client.async_lanes(std::move(handler)); }};
}

Bytes unsigned_payload(const Plan& plan, const Call& call) {
    return chain::unsigned_payload(chain::Eip1559Transaction{.chain_id = plan.chain_id,
                                                             .nonce = call.nonce,
                                                             .max_priority_fee_per_gas = plan.max_priority_fee_per_gas_wei,
                                                             .max_fee_per_gas = plan.max_fee_per_gas_wei,
                                                             .gas_limit = call.gas_limit,
                                                             .to = plan.executor,
                                                             .value = 0,
                                                             .data = call.calldata});
}

void SigningStep::sign(risk::Approved<Plan> approved, Handler handler) {
    const std::uint64_t ticket = approved.ticket();
    auto plan = std::make_shared<Plan>(std::move(approved).take());
    plan->clock.mark(telemetry::Stage::gated);
    signer::SignBundleRequest request{.lane = plan->lane,
                                      .mint_unsigned = unsigned_payload(*plan, plan->mint),
                                      .burn_unsigned = unsigned_payload(*plan, plan->burn)};
    port_.sign(std::move(request), [this, plan, ticket, handler = std::move(handler)](const auto& answer) {
        finish(std::move(*plan), ticket, answer, handler);
    });
}

void SigningStep::finish(Plan plan, std::uint64_t ticket, const signer::Answer<signer::SignedBundle>& answer,
                         const Handler& handler) {
    const auto failed = [&](signer::Refusal refusal, bool may_be_bound) {
        if (may_be_bound) {
            lanes_.uncertain(plan.lane);
        } else {
            lanes_.release(plan.lane);
        }
        handler(std::unexpected(SigningFailure{.ticket = ticket,
                                               .uuid = plan.uuid,
                                               .version = plan.version,
                                               .refusal = std::move(refusal),
                                               .nonces_may_be_bound = may_be_bound}));
    };
    if (!answer) return failed(answer.error(), !nothing_bound(answer.error().code));
    const bool ours = answer->address == plan.lane_address && matches(answer->mint, unsigned_payload(plan, plan.mint)) &&
                      matches(answer->burn, unsigned_payload(plan, plan.burn));
    if (!ours)
        return failed({.code = signer::RefusalCode::bad_signature,
                       .what = "the answer is for other bytes than the plan's",
                       .hint = "stop, and look at jit-signer's log: this must not happen"},
                      true);
    plan.clock.mark(telemetry::Stage::signed_);
    lanes_.signed_bundle(plan.lane, answer->mint.raw, answer->mint.hash, answer->burn.raw, answer->burn.hash);
    handler(SignedPlan{.plan = std::move(plan),
                       .ticket = ticket,
                       .mint_raw = answer->mint.raw,
                       .burn_raw = answer->burn.raw,
                       .mint_hash = answer->mint.hash,
                       .burn_hash = answer->burn.hash});
}

void SigningStep::recover(std::function<void(Result<void>)> done) {
    if (lanes_.to_recall().empty()) return done({});
    port_.lanes([this, done = std::move(done)](const signer::Answer<signer::Lanes>& answer) {
        if (!answer) return done(std::unexpected(answer.error().error()));
        const auto waiting = std::make_shared<std::size_t>(1);
        const auto first_error = std::make_shared<Result<void>>();
        const auto one_done = [waiting, first_error, done](const Result<void>& result) {
            if (!result && *first_error) *first_error = result;
            if (--*waiting == 0) done(*first_error);
        };
        for (const Lane& lane : lanes_.to_recall()) {
            const auto at_signer = std::ranges::find(*answer, lane.index, &signer::Lane::lane);
            const bool bound =
                at_signer != answer->end() && at_signer->highest_nonce && *at_signer->highest_nonce >= lane.next_nonce;
            if (at_signer != answer->end() && !bound) {
                lanes_.release(lane.index);
                continue;
            }
            ++*waiting;
            recall_lane(lane, one_done);
        }
        one_done({});
    });
}

void SigningStep::recall_lane(const Lane& lane, std::function<void(Result<void>)> done) {
    port_.recall({.lane = lane.index, .nonce = lane.next_nonce},
                 [this, index = lane.index, done = std::move(done)](const signer::Answer<signer::SignedBundle>& answer) {
                     if (!answer) return done(std::unexpected(answer.error().error()));
                     lanes_.signed_bundle(index, answer->mint.raw, answer->mint.hash, answer->burn.raw, answer->burn.hash);
                     done({});
                 });
}

} // namespace jitbox::strategy
