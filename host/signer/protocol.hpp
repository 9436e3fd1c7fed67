// The signer's wire: one JSON object a line over two Unix sockets, signing and control. docs/signer.md has the texts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "chain/u256.hpp"
#include "signer/arm_table.hpp"

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace jitbox::signer {

/// No line on either socket is longer, newline included.
inline constexpr std::size_t max_line_bytes = 131'072;

/// Why the signer (or its client) said no. Text form by to_text; on the wire as "code".
enum class RefusalCode : std::uint8_t {
    bad_request,         ///< malformed line, unknown member, bytes that are no type-2 transaction
    not_armed,           ///< DISARMED, or the lease ended
    tripped,             ///< emergency stop is latched
    wrong_state,         ///< a control command that the present state does not allow
    unknown_lane,        ///< no such key
    wrong_chain,         ///< chain id
    wrong_contract,      ///< `to` is not the executor, or ether is sent
    wrong_call,          ///< selector or arguments are not those of executor mint/burn
    pool_not_listed,     ///< not in the lease
    bundle_mismatch,     ///< mint and burn are not of one position, block and lane
    over_plan_notional,  ///< one plan above the lease
    over_total_notional, ///< the lease is used up
    over_loss_budget,    ///< what the lease may lose at worst is used up
    over_gas_cap,        ///< gas limit, fee or priority fee
    over_tip_cap,
    nonce_bound,        ///< the ledger holds another digest for this nonce; recall it instead
    ledger_unavailable, ///< full disk, I/O: nothing was signed
    hsm_unavailable,    ///< worker not running, token missing, wrong PIN
    hsm_deadline,       ///< the module did not answer in time and was killed
    bad_signature,      ///< what the module returned does not verify
    key_illegal,        ///< a lane's key is past its age limit or retired
    approvals_needed,   ///< dual control: too few people, or an approval that does not count
    audit_unavailable,  ///< the action could not be audited
    forbidden,          ///< a watcher asked for more than the status
    deadline,           ///< client: no answer in time; the signer MAY have signed: recall or void the lane
    disconnected,       ///< client: no connection, or it broke; same caution as `deadline` when it broke
    internal,
};
[[nodiscard]] std::string_view to_text(RefusalCode code);
[[nodiscard]] std::optional<RefusalCode> refusal_from_text(std::string_view text);

struct Refusal {
    RefusalCode code = RefusalCode::internal;
    std::string what;
    std::string hint;
    [[nodiscard]] Error error() const { return {.what = "signer: " + what, .hint = hint}; }
};
template <typename T>
using Answer = std::expected<T, Refusal>;

// ---- signing socket ----

/// Both transactions unsigned: 0x02 || rlp([chain_id, nonce, max_priority_fee, max_fee, gas_limit, to, value, data, access_list]),
/// access list empty, value 0, `to` the executor; mint at nonce n, burn at n + 1 of the lane's key.
struct SignBundleRequest {
    std::uint32_t lane = 0;
    Bytes mint_unsigned{};
    Bytes burn_unsigned{};
};
/// The transactions that the ledger holds for `nonce` and `nonce + 1` of a lane, re-signed when a crash lost their signatures: how
/// a lane is freed whose bundle was lost with the process. Needs ARMED like every release of a signature.
struct RecallRequest {
    std::uint32_t lane = 0;
    std::uint64_t nonce = 0;
};
struct LanesRequest {};
/// Signs a bundle into the menu: nothing of it leaves the signer before a sign_bundle of the very same bytes (signer/menu.hpp).
struct PrepareRequest {
    SignBundleRequest bundle;
};
/// This block is there: candidates for it and for earlier ones are worth nothing any more and are destroyed.
struct BlockRequest {
    std::uint64_t number = 0;
};
struct MenuState {
    std::uint64_t candidates = 0; ///< in the menu now
};

struct SignedTransaction {
    Bytes raw;             ///< ready for eth_sendRawTransaction
    Bytes32 hash{};        ///< keccak256(raw)
    Bytes32 digest{};      ///< keccak256(unsigned): what the ledger binds the nonce to
    bool replayed = false; ///< came from the ledger, not from the HSM now
};
struct SignedBundle {
    std::uint32_t lane = 0;
    Bytes20 address{}; ///< sender
    SignedTransaction mint;
    SignedTransaction burn;
};
struct Lane {
    std::uint32_t lane = 0;
    std::string label;
    Bytes20 address{};
    std::optional<std::uint64_t> highest_nonce; ///< highest nonce the ledger binds; empty when none
};
using Lanes = std::vector<Lane>;

// ---- control socket ----

/// A pool of the lease and the prices its notional is computed with: V = floor(a0*price0/2^96) + floor(a1*price1/2^96), wei.
struct LeasePool {
    std::uint16_t pool_id = 0; ///< the executor's pool id
    chain::u256 price0_x96 = 0;
    chain::u256 price1_x96 = 0;
    bool operator==(const LeasePool&) const = default;
};
/// One person's yes to one action on one subject, good until `expires_s` and for one use (API-3). As a line:
/// {"action":"arm","subject":"{...}","nonce":"<32 hex digits>","expires":1795392000,"approver":"carol","signature":"<base64>"}
struct Approval {
    std::string action;                       ///< "arm", "renew", "reset", "loosen_level" ...; lower-case letters and '_'
    std::string subject;                      ///< canonical JSON of what is approved: arm_subject() and its neighbours
    std::string nonce;                        ///< 32 lower-case hex digits, never used again
    std::int64_t expires_s = 0;               ///< Unix time
    std::string approver;                     ///< the name that the signer's configuration gives the key
    std::array<std::uint8_t, 64> signature{}; ///< Ed25519 over canonical_bytes()
    bool operator==(const Approval&) const = default;
};
/// What an operator arms. Every signed plan counts its full notional (from amount0Max, amount1Max) against the total and its worst
/// loss against the budget, included or not.
struct ArmRequest {
    std::string operator_name{};
    std::string environment{}; ///< must be the signer's own
    std::chrono::seconds ttl{0};
    chain::u256 loss_budget_wei = 0;
    chain::u256 max_plan_notional_wei = 0;
    chain::u256 max_total_notional_wei = 0;
    std::vector<LeasePool> pools{};
    std::string limits{}; ///< that jitd arms with: format_limit_terms(); empty: not told, which only development may
    std::vector<Approval> approvals{};
};
/// More time for the lease in force; nothing else of it changes.
struct RenewRequest {
    std::string operator_name{};
    std::chrono::seconds ttl{0};
    std::vector<Approval> approvals{};
};
/// The dead man's handle (ARM-3).
struct HeartbeatRequest {};
struct DisarmRequest {
    std::string operator_name{};
    std::string reason{};
};
struct EstopRequest {
    std::string operator_name{};
    std::string reason{};
};
/// TRIPPED -> DISARMED.
struct ResetRequest {
    std::string operator_name{};
    std::string reason{};
    std::vector<Approval> approvals{};
};
struct StatusRequest {};
/// Two people's yes to what jitd does itself: `action` loosen_level, loosen_limits or resume_halted, `subject` jitd's text of it.
/// The approvals are used up; where the configuration names no people (development) nothing is needed. With loosen_limits go the
/// limits themselves, of which the subject has the digests: from then on they are those of the last arming.
struct EndorseRequest {
    std::string operator_name{};
    std::string action{};
    std::string subject{};
    std::string limits{}; ///< loosen_limits: format_limit_terms()
    std::vector<Approval> approvals{};
};

struct SignerStatus {
    ArmState state = ArmState::disarmed;
    std::string cause;    ///< why it is in this state, e.g. "boot", "lease expired", "estop by alice: ..."
    std::string lease_id; ///< of the lease in force, random; empty without one
    std::string trip_id;  ///< while TRIPPED: of the newest trip, random
    std::string operator_name;
    std::vector<std::string> approvers; ///< whose approvals the lease rests on
    std::string environment;            ///< the signer's
    std::chrono::milliseconds lease_left{0};
    chain::u256 loss_budget_wei = 0;
    chain::u256 used_loss_wei = 0; ///< sum of the worst losses of what was released
    chain::u256 max_plan_notional_wei = 0;
    chain::u256 max_total_notional_wei = 0;
    chain::u256 used_notional_wei = 0;
    std::vector<LeasePool> pools;
    Lanes lanes;
    bool hsm_ready = false;
    std::string hsm_error;            ///< empty when ready
    std::uint64_t signed_bundles = 0; ///< since start
    std::uint64_t refused = 0;
    std::uint64_t hsm_restarts = 0;
    std::uint64_t menu_candidates = 0; ///< signed and not asked for yet
    std::uint64_t menu_hits = 0;       ///< bundles that came from the menu, since start
    std::uint64_t chain_id = 0;
    Bytes20 executor{};
    std::string binary_sha256; ///< of the signer's own program and configuration, for the manifest
    std::string config_name;   ///< without its folder
    std::string config_sha256;
    std::string limits_digest; ///< limits_digest() of the last arming's limits, or of those accepted since; empty: never armed
};

// ---- lines ----

using SigningRequest = std::variant<SignBundleRequest, RecallRequest, LanesRequest, PrepareRequest, BlockRequest>;
using ControlRequest = std::variant<ArmRequest, RenewRequest, HeartbeatRequest, DisarmRequest, EstopRequest, ResetRequest,
                                    StatusRequest, EndorseRequest>;
template <typename Request>
struct Numbered {
    std::uint64_t id = 0; ///< chosen by the client, echoed in the answer
    Request request;
};

/// Strict: unknown ops and members, missing members, wrong types and numbers out of range are errors that name the member.
[[nodiscard]] Result<Numbered<SigningRequest>> parse_signing_request(std::string_view line);
[[nodiscard]] Result<Numbered<ControlRequest>> parse_control_request(std::string_view line);
/// One line with its newline.
[[nodiscard]] std::string format(const Numbered<SigningRequest>& request);
[[nodiscard]] std::string format(const Numbered<ControlRequest>& request);

[[nodiscard]] std::string format_answer(std::uint64_t id, const Answer<SignedBundle>& answer);
[[nodiscard]] std::string format_answer(std::uint64_t id, const Answer<Lanes>& answer);
[[nodiscard]] std::string format_answer(std::uint64_t id, const Answer<MenuState>& answer);
[[nodiscard]] std::string format_answer(std::uint64_t id, const Answer<SignerStatus>& answer);
/// A parsed answer: the id and either the value or the signer's refusal. Errors: the line is no answer of this kind.
template <typename T>
struct NumberedAnswer {
    std::uint64_t id = 0;
    Answer<T> answer;
};
[[nodiscard]] Result<NumberedAnswer<SignedBundle>> parse_bundle_answer(std::string_view line);
[[nodiscard]] Result<NumberedAnswer<Lanes>> parse_lanes_answer(std::string_view line);
[[nodiscard]] Result<NumberedAnswer<MenuState>> parse_menu_answer(std::string_view line);
[[nodiscard]] Result<NumberedAnswer<SignerStatus>> parse_status_answer(std::string_view line);

} // namespace jitbox::signer
