// Dual control (API-3): what a person approves is text, signed with that person's Ed25519 key; the signer wants two of them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "signer/protocol.hpp"
#include "signer/secret.hpp"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jitbox::signer {

/// A person whose approvals count: `approvals.people` of the signer's configuration.
struct Approver {
    std::string name;
    std::array<std::uint8_t, 32> public_key{};
    bool operator==(const Approver&) const = default;
};

/// No approval is good for longer than this, however far its expiry lies.
inline constexpr std::chrono::hours max_approval_life{24};
inline constexpr std::size_t approvals_needed = 2;

/// The bytes that are signed: "jitbox approval v1", action, subject, nonce, expiry and approver, each with a newline after it. No
/// field may contain a control character, so that no two approvals share their bytes.
[[nodiscard]] std::string canonical_bytes(const Approval& approval);

/// One line of JSON, without newline.
[[nodiscard]] std::string format_approval(const Approval& approval);
/// Strict: unknown and missing members, malformed names, nonces and signatures are errors that name the member.
[[nodiscard]] Result<Approval> parse_approval(std::string_view line);

/// The subject of an arming: the whole lease with its prices, the chain and the executor. jitd and the signer make the same text.
[[nodiscard]] std::string arm_subject(std::uint64_t chain_id, const Bytes20& executor, const ArmRequest& terms);
/// The subject of a renewal: which lease (`lease_id` of the signer's status, new at every arming), by whom, for how long.
[[nodiscard]] std::string renew_subject(std::uint64_t chain_id, const Bytes20& executor, std::string_view lease_id,
                                        const RenewRequest& request);
/// The subject of leaving TRIPPED: `trip_id` of the signer's status, new at every trip and every start in TRIPPED.
[[nodiscard]] std::string reset_subject(std::uint64_t chain_id, const Bytes20& executor, std::string_view trip_id);

/// A new key: the public half as base64 (for the signer's configuration) and the seed as base64 (for the person alone).
struct ApproverKey {
    std::string public_key;
    Secret seed;
};
[[nodiscard]] Result<ApproverKey> generate_approver_key();
/// Base64 of 32 bytes. Errors: other text, a point that libsodium refuses is found when a signature is checked.
[[nodiscard]] Result<std::array<std::uint8_t, 32>> parse_approver_public_key(std::string_view text);
/// Fills in a nonce, the expiry `life` from `now` and the signature by the seed (base64, as generate_approver_key() gave it).
[[nodiscard]] Result<Approval> sign_approval(std::string action, std::string subject, std::string approver,
                                             std::chrono::system_clock::time_point now, std::chrono::seconds life,
                                             const Secret& seed);

/// Whether `approvals` let `action` on `subject` happen at `now`: each good in itself, by known and different people, at least
/// approvals_needed of them. Errors name the approver and what is wrong. Does not know what was used before: ApprovalBook does.
[[nodiscard]] Result<void> check_approvals(std::span<const Approver> approvers, std::string_view action, std::string_view subject,
                                           std::span<const Approval> approvals, std::chrono::system_clock::time_point now);

} // namespace jitbox::signer
