// Dual control: approvals as text and their Ed25519 signatures.
// SPDX-License-Identifier: Apache-2.0
#include "signer/approval.hpp"

#include "signer/approval_wire.hpp"
#include "signer/base64.hpp"

#include <sodium.h>

#include <algorithm>
#include <set>

namespace jitbox::signer {
namespace {

namespace json = boost::json;

/// Idempotent; only fails where the system has no randomness.
bool sodium_ready() {
    return sodium_init() >= 0;
}

bool all_of(std::string_view text, std::string_view allowed) {
    return text.find_first_not_of(allowed) == std::string_view::npos;
}

constexpr std::string_view lower = "abcdefghijklmnopqrstuvwxyz";

bool good_action(std::string_view text) {
    return !text.empty() && text.size() <= 32 && all_of(text, "abcdefghijklmnopqrstuvwxyz_");
}

bool good_name(std::string_view text) {
    return !text.empty() && text.size() <= 64 && all_of(text, "abcdefghijklmnopqrstuvwxyz0123456789_.-") && lower.contains(text[0]);
}

bool good_nonce(std::string_view text) {
    return text.size() == 32 && all_of(text, "0123456789abcdef");
}

bool good_subject(std::string_view text) {
    return !text.empty() && text.size() <= max_subject_bytes &&
           std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

Result<void> check_one(std::span<const Approver> approvers, std::string_view action, std::string_view subject,
                       const Approval& approval, std::chrono::system_clock::time_point now) {
    if (auto fields = check_approval_fields(approval); !fields) return fields;
    const std::string who = "approval of '" + approval.approver + "'";
    const auto known = std::ranges::find(approvers, approval.approver, &Approver::name);
    if (known == approvers.end())
        return fail(who + ": not among approvals.people", "the signer's configuration lists who may approve");
    const std::string signed_bytes = canonical_bytes(approval);
    if (crypto_sign_verify_detached(approval.signature.data(), reinterpret_cast<const unsigned char*>(signed_bytes.data()),
                                    signed_bytes.size(), known->public_key.data()) != 0)
        return fail(who + ": the signature does not verify", "made with another key, or changed afterwards");
    if (approval.action != action) return fail(who + ": is for '" + approval.action + "', asked was '" + std::string(action) + "'");
    if (approval.subject != subject)
        return fail(who + ": is for another subject: " + approval.subject, "asked was " + std::string(subject));
    const auto expires = std::chrono::system_clock::time_point(std::chrono::seconds(approval.expires_s));
    if (expires <= now) return fail(who + ": expired", "approve again");
    if (expires > now + max_approval_life) return fail(who + ": expires more than 24 hours ahead", "approve for a shorter time");
    return {};
}

json::object to_json(const ArmRequest& terms) {
    std::vector<LeasePool> pools = terms.pools;
    std::ranges::sort(pools, {}, &LeasePool::pool_id);
    json::array items;
    for (const LeasePool& pool : pools)
        items.push_back(json::object{{"pool_id", pool.pool_id},
                                     {"price0_x96", chain::to_decimal(pool.price0_x96)},
                                     {"price1_x96", chain::to_decimal(pool.price1_x96)}});
    return {{"operator", terms.operator_name},
            {"environment", terms.environment},
            {"ttl_s", terms.ttl.count()},
            {"loss_budget_wei", chain::to_decimal(terms.loss_budget_wei)},
            {"max_plan_notional_wei", chain::to_decimal(terms.max_plan_notional_wei)},
            {"max_total_notional_wei", chain::to_decimal(terms.max_total_notional_wei)},
            {"pools", std::move(items)}};
}

} // namespace

Result<void> check_approval_fields(const Approval& approval) {
    if (!good_action(approval.action)) return fail("approval: member 'action' must be 1 to 32 lower-case letters");
    if (!good_subject(approval.subject)) return fail("approval: member 'subject' is empty, too long or has control characters");
    if (!good_nonce(approval.nonce)) return fail("approval: member 'nonce' must be 32 lower-case hex digits");
    if (!good_name(approval.approver))
        return fail("approval: member 'approver' must be 1 to 64 of a-z, 0-9, '_', '.', '-', a letter first");
    return {};
}

std::string canonical_bytes(const Approval& approval) {
    return "jitbox approval v1\n" + approval.action + "\n" + approval.subject + "\n" + approval.nonce + "\n" +
           std::to_string(approval.expires_s) + "\n" + approval.approver + "\n";
}

std::string arm_subject(std::uint64_t chain_id, const Bytes20& executor, const ArmRequest& terms) {
    json::object out = {{"chain_id", chain_id}, {"executor", to_hex(executor)}};
    for (auto& item : to_json(terms)) out[item.key()] = std::move(item.value());
    return json::serialize(out);
}

std::string renew_subject(std::uint64_t chain_id, const Bytes20& executor, std::string_view lease_id, const RenewRequest& request) {
    return json::serialize(json::object{{"chain_id", chain_id},
                                        {"executor", to_hex(executor)},
                                        {"lease_id", lease_id},
                                        {"operator", request.operator_name},
                                        {"ttl_s", request.ttl.count()}});
}

std::string reset_subject(std::uint64_t chain_id, const Bytes20& executor, std::string_view trip_id) {
    return json::serialize(json::object{{"chain_id", chain_id}, {"executor", to_hex(executor)}, {"trip_id", trip_id}});
}

Result<ApproverKey> generate_approver_key() {
    if (!sodium_ready()) return fail("approval: libsodium cannot start");
    std::array<std::uint8_t, crypto_sign_SEEDBYTES> seed{};
    std::array<std::uint8_t, crypto_sign_PUBLICKEYBYTES> public_key{};
    std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret_key{};
    randombytes_buf(seed.data(), seed.size());
    crypto_sign_seed_keypair(public_key.data(), secret_key.data(), seed.data());
    ApproverKey out{.public_key = to_base64(public_key), .seed = Secret(to_base64(seed))};
    sodium_memzero(secret_key.data(), secret_key.size());
    sodium_memzero(seed.data(), seed.size());
    return out;
}

Result<std::array<std::uint8_t, 32>> parse_approver_public_key(std::string_view text) {
    std::array<std::uint8_t, 32> out{};
    if (!from_base64(text, out)) return fail("'" + std::string(text) + "' is no base64 of 32 bytes");
    return out;
}

Result<Approval> sign_approval(std::string action, std::string subject, std::string approver,
                               std::chrono::system_clock::time_point now, std::chrono::seconds life, const Secret& seed) {
    if (!sodium_ready()) return fail("approval: libsodium cannot start");
    if (life <= std::chrono::seconds(0) || life > max_approval_life) return fail("approval: the life must be 1 s to 24 h");
    std::array<std::uint8_t, crypto_sign_SEEDBYTES> bytes{};
    if (!from_base64(seed.reveal(), bytes)) return fail("approval: the key is no base64 of 32 bytes");
    std::array<std::uint8_t, 16> random{};
    randombytes_buf(random.data(), random.size());
    const auto expires = std::chrono::duration_cast<std::chrono::seconds>((now + life).time_since_epoch());
    Approval out{.action = std::move(action),
                 .subject = std::move(subject),
                 .nonce = to_hex_plain(random),
                 .expires_s = expires.count(),
                 .approver = std::move(approver)};
    if (auto fields = check_approval_fields(out); !fields) {
        sodium_memzero(bytes.data(), bytes.size());
        return std::unexpected(fields.error());
    }
    std::array<std::uint8_t, crypto_sign_PUBLICKEYBYTES> public_key{};
    std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret_key{};
    crypto_sign_seed_keypair(public_key.data(), secret_key.data(), bytes.data());
    const std::string text = canonical_bytes(out);
    crypto_sign_detached(out.signature.data(), nullptr, reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                         secret_key.data());
    sodium_memzero(secret_key.data(), secret_key.size());
    sodium_memzero(bytes.data(), bytes.size());
    return out;
}

Result<void> check_approvals(std::span<const Approver> approvers, std::string_view action, std::string_view subject,
                             std::span<const Approval> approvals, std::chrono::system_clock::time_point now) {
    std::set<std::string_view> people;
    std::set<std::span<const std::uint8_t>, decltype([](auto a, auto b) { return std::ranges::lexicographical_compare(a, b); })>
        keys;
    for (const Approval& approval : approvals) {
        if (auto good = check_one(approvers, action, subject, approval, now); !good) return good;
        if (!people.insert(approval.approver).second)
            return fail("approval of '" + approval.approver + "': two approvals by one person count once", "ask somebody else");
        keys.insert(std::ranges::find(approvers, approval.approver, &Approver::name)->public_key);
    }
    const std::size_t count = std::min(people.size(), keys.size()); // one key under two names is one person
    if (count < approvals_needed)
        return fail(std::string(action) + " needs the approvals of " + std::to_string(approvals_needed) +
                        " different people, there are " + std::to_string(count),
                    "`jitctl approve` for: " + std::string(subject));
    return {};
}

} // namespace jitbox::signer
