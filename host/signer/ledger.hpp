// The signing ledger: for one key, chain and nonce there is one digest, for ever, durable before anything is signed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/secp256k1.hpp"
#include "signer/protocol.hpp"
#include "store/sqlite.hpp"

#include <array>
#include <memory>
#include <optional>

namespace jitbox::signer {

struct Binding {
    chain::Address address{};
    std::uint64_t chain_id = 0;
    std::uint64_t nonce = 0;
    Bytes32 digest{};
    Bytes payload; ///< the unsigned transaction, so that a lost bundle can be signed again
};

struct LedgerEntry {
    Bytes32 digest{};
    Bytes payload;
    std::optional<chain::Signature> signature; ///< empty when a crash came before it was stored
};

/// For one thread at a time.
class Ledger {
public:
    [[nodiscard]] static Result<Ledger> open(const std::string& path);

    /// Binds both in one transaction, durable when it returns; entries that exist with the same digest are given back as they are.
    /// Refusals: nonce_bound (names both digests, neither of the two is bound then), ledger_unavailable (full disk, I/O).
    [[nodiscard]] Answer<std::array<LedgerEntry, 2>> bind(const std::array<Binding, 2>& bindings);
    /// Keeps the signatures for replay, before they are released. Not fsync'd: they survive the process but maybe not a power cut,
    /// after which the bound digest is signed anew. The rule, one digest a nonce, hangs on bind() alone.
    [[nodiscard]] Result<void> store(const std::array<Binding, 2>& bindings, const std::array<chain::Signature, 2>& signatures);
    [[nodiscard]] Result<std::optional<LedgerEntry>> find(const chain::Address& address, std::uint64_t chain_id,
                                                          std::uint64_t nonce);
    [[nodiscard]] Result<std::optional<std::uint64_t>> highest_nonce(const chain::Address& address, std::uint64_t chain_id);

private:
    Ledger(std::unique_ptr<store::Database> database, store::Statement insert, store::Statement select, store::Statement update,
           store::Statement highest)
        : database_(std::move(database)), insert_(std::move(insert)), select_(std::move(select)), update_(std::move(update)),
          highest_(std::move(highest)) {}
    [[nodiscard]] Result<void> store_both(const std::array<Binding, 2>& bindings,
                                          const std::array<chain::Signature, 2>& signatures);
    [[nodiscard]] Answer<LedgerEntry> bind_one(const Binding& binding);

    std::unique_ptr<store::Database> database_; // before the statements, which end first
    store::Statement insert_;
    store::Statement select_;
    store::Statement update_;
    store::Statement highest_;
};

} // namespace jitbox::signer
