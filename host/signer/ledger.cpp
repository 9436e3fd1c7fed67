// The signing ledger.
// SPDX-License-Identifier: Apache-2.0
#include "signer/ledger.hpp"

#include "base/hex.hpp"

#include <chrono>

namespace jitbox::signer {
namespace {

constexpr std::array<const char*, 1> migrations = {R"(
CREATE TABLE signatures (
    address BLOB NOT NULL, chain_id INTEGER NOT NULL, nonce INTEGER NOT NULL, digest BLOB NOT NULL, payload BLOB NOT NULL,
    time_ns INTEGER NOT NULL, r BLOB, s BLOB, y_parity INTEGER,
    PRIMARY KEY (address, chain_id, nonce)) WITHOUT ROWID;
CREATE TRIGGER digests_are_for_ever BEFORE UPDATE OF address, chain_id, nonce, digest, payload ON signatures
    BEGIN SELECT raise(ABORT, 'a bound digest cannot be changed'); END;
CREATE TRIGGER rows_are_for_ever BEFORE DELETE ON signatures
    BEGIN SELECT raise(ABORT, 'a bound digest cannot be removed'); END;
)"};

std::unexpected<Refusal> unavailable(const Error& error) {
    return std::unexpected(Refusal{
        .code = RefusalCode::ledger_unavailable, .what = "ledger: " + error.what + ": nothing was signed", .hint = error.hint});
}

LedgerEntry read_entry(const store::Statement& row) {
    LedgerEntry entry{.digest = row.fixed<32>(0), .payload = row.blob(1), .signature = {}};
    if (!row.is_null(2))
        entry.signature = chain::Signature{.r = chain::from_big_endian(row.fixed<32>(2)),
                                           .s = chain::from_big_endian(row.fixed<32>(3)),
                                           .y_parity = static_cast<std::uint8_t>(row.integer(4))};
    return entry;
}

} // namespace

Result<Ledger> Ledger::open(const std::string& path) {
    auto database = store::Database::open(path, migrations);
    if (!database) return std::unexpected(database.error());
    auto insert = (*database)->prepare(
        "INSERT INTO signatures (address, chain_id, nonce, digest, payload, time_ns) VALUES (?1,?2,?3,?4,?5,?6)");
    auto select = (*database)->prepare(
        "SELECT digest, payload, r, s, y_parity FROM signatures WHERE address = ?1 AND chain_id = ?2 AND nonce = ?3");
    auto update = (*database)->prepare(
        "UPDATE signatures SET r = ?5, s = ?6, y_parity = ?7 WHERE address = ?1 AND chain_id = ?2 AND nonce = ?3 AND digest = ?4");
    auto highest = (*database)->prepare("SELECT max(nonce) FROM signatures WHERE address = ?1 AND chain_id = ?2");
    for (const auto* statement : {&insert, &select, &update, &highest})
        if (!*statement) return std::unexpected(statement->error());
    return Ledger(std::move(*database), std::move(*insert), std::move(*select), std::move(*update), std::move(*highest));
}

Answer<LedgerEntry> Ledger::bind_one(const Binding& binding) {
    auto present = find(binding.address, binding.chain_id, binding.nonce);
    if (!present) return unavailable(present.error());
    auto& held = *present;
    if (held) {
        if (held->digest == binding.digest) return std::move(*held);
        return std::unexpected(Refusal{.code = RefusalCode::nonce_bound,
                                       .what = "nonce " + std::to_string(binding.nonce) + " of " +
                                               chain::to_checksum(binding.address) + " is bound to digest " + to_hex(held->digest) +
                                               ", asked was digest " + to_hex(binding.digest),
                                       .hint = "recall the bound bundle and publish it to free the nonce"});
    }
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto done = insert_
                          .bind(binding.address, binding.chain_id, binding.nonce, binding.digest, binding.payload,
                                std::chrono::duration_cast<std::chrono::nanoseconds>(now).count())
                          .run();
    if (!done) return unavailable(done.error());
    return LedgerEntry{.digest = binding.digest, .payload = binding.payload, .signature = {}};
}

Answer<std::array<LedgerEntry, 2>> Ledger::bind(const std::array<Binding, 2>& bindings) {
    if (auto strict = database_->execute("PRAGMA synchronous=FULL"); !strict) return unavailable(strict.error());
    auto transaction = store::Transaction::begin(*database_);
    if (!transaction) return unavailable(transaction.error());
    auto first = bind_one(bindings[0]);
    if (!first) return std::unexpected(first.error());
    auto second = bind_one(bindings[1]);
    if (!second) return std::unexpected(second.error());
    if (auto done = transaction->commit(); !done) return unavailable(done.error());
    return std::array{std::move(*first), std::move(*second)};
}

Result<void> Ledger::store(const std::array<Binding, 2>& bindings, const std::array<chain::Signature, 2>& signatures) {
    if (auto relaxed = database_->execute("PRAGMA synchronous=NORMAL"); !relaxed) return relaxed;
    auto stored = store_both(bindings, signatures);
    // A binding must never run without it: should the pragma fail, the caller sees an error and bind() asks again.
    if (auto strict = database_->execute("PRAGMA synchronous=FULL"); !strict) return strict;
    return stored;
}

Result<void> Ledger::store_both(const std::array<Binding, 2>& bindings, const std::array<chain::Signature, 2>& signatures) {
    auto transaction = store::Transaction::begin(*database_);
    if (!transaction) return std::unexpected(transaction.error());
    for (std::size_t i = 0; i < 2; ++i) {
        const auto done =
            update_
                .bind(bindings[i].address, bindings[i].chain_id, bindings[i].nonce, bindings[i].digest,
                      chain::to_big_endian(signatures[i].r), chain::to_big_endian(signatures[i].s), signatures[i].y_parity)
                .run();
        if (!done) return done;
    }
    return transaction->commit();
}

Result<std::optional<LedgerEntry>> Ledger::find(const chain::Address& address, std::uint64_t chain_id, std::uint64_t nonce) {
    const auto row = select_.bind(address, chain_id, nonce).step();
    if (!row) return std::unexpected(row.error());
    std::optional<LedgerEntry> out;
    if (*row) out = read_entry(select_);
    select_.reset();
    return out;
}

Result<std::optional<std::uint64_t>> Ledger::highest_nonce(const chain::Address& address, std::uint64_t chain_id) {
    const auto row = highest_.bind(address, chain_id).step();
    if (!row) return std::unexpected(row.error());
    std::optional<std::uint64_t> out;
    if (*row && !highest_.is_null(0)) out = highest_.unsigned_integer(0);
    highest_.reset();
    return out;
}

} // namespace jitbox::signer
