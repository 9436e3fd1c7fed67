// The signing step: takes only what the risk gate approved, and leaves the lane in a state that is true whatever the signer did.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "risk/gate.hpp"
#include "signer/client.hpp"
#include "strategy/lanes.hpp"
#include "strategy/plan.hpp"

#include <expected>
#include <functional>
#include <string>

namespace jitbox::strategy {

/// A plan with both signatures: ready to be journalled and sent.
struct SignedPlan {
    Plan plan;
    std::uint64_t ticket = 0; ///< for risk::Gate::settle
    Bytes mint_raw, burn_raw;
    Bytes32 mint_hash{}, burn_hash{};
};

/// Why there is no signature. The order is over: settle its ticket with 0.
struct SigningFailure {
    std::uint64_t ticket = 0;
    std::string uuid;
    std::uint32_t version = 0;
    signer::Refusal refusal;
    bool nonces_may_be_bound = false; ///< the lane is `uncertain` now; recover() brings it back
};

/// Whether a refusal with this code guarantees that the ledger bound no nonce.
[[nodiscard]] bool nothing_bound(signer::RefusalCode code);

/// What the step needs of the signer; signing_port() makes one from the real client.
struct SigningPort {
    std::function<void(signer::SignBundleRequest, signer::SigningClient::BundleHandler)> sign;
    std::function<void(signer::RecallRequest, signer::SigningClient::BundleHandler)> recall;
    std::function<void(signer::SigningClient::LanesHandler)> lanes;
};
[[nodiscard]] SigningPort signing_port(signer::SigningClient& client);

/// The unsigned payload (0x02 || rlp) of one of the plan's two calls.
[[nodiscard]] Bytes unsigned_payload(const Plan& plan, const Call& call);

/// Single-threaded; must outlive its requests (the SigningClient calls no handler after its own end).
class SigningStep {
public:
    using Handler = std::function<void(std::expected<SignedPlan, SigningFailure>)>;

    SigningStep(SigningPort port, Lanes& lanes) : port_(std::move(port)), lanes_(lanes) {}

    /// Requests both signatures. Answers that are for other bytes than the plan's are treated as a broken signer.
    void sign(risk::Approved<Plan> approved, Handler handler);
    /// Brings every uncertain lane back: free when the ledger bound nothing, else with the recalled transactions, which the next
    /// Lanes::to_void publishes. `done` is called once, with the first error.
    void recover(std::function<void(Result<void>)> done);

private:
    void finish(Plan plan, std::uint64_t ticket, const signer::Answer<signer::SignedBundle>& answer, const Handler& handler);
    void recall_lane(const Lane& lane, std::function<void(Result<void>)> done);

    SigningPort port_;
    Lanes& lanes_;
};

} // namespace jitbox::strategy
