// What left a signer, held against its ledger.
// SPDX-License-Identifier: Apache-2.0
#include "released.hpp"

#include "base/hex.hpp"
#include "chain/transaction.hpp"
#include "store/sqlite.hpp"
#include "support/bundles.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace jitbox::test {
namespace {

std::unique_ptr<store::Database> open(const std::string& path) {
    return store::Database::open(path, std::array<const char*, 1>{""}).value();
}

} // namespace

int rounds(int standard) {
    const char* text = std::getenv("JITBOX_CHAOS_ROUNDS");
    return text == nullptr ? standard : std::max(1, static_cast<int>(std::strtol(text, nullptr, 10)));
}

void Released::add(const signer::SignedBundle& bundle) {
    for (const signer::SignedTransaction* transaction : {&bundle.mint, &bundle.burn}) {
        const auto decoded = chain::decode_transaction(transaction->raw).value();
        const std::scoped_lock lock(mutex_);
        digests_[{chain::recover_sender(decoded).value(), decoded.nonce}].insert(chain::signing_hash(decoded));
    }
}

void Released::check(const std::string& ledger_path) {
    const std::scoped_lock lock(mutex_);
    auto ledger = open(ledger_path);
    const auto reading = store::Transaction::begin(*ledger).value();
    // The whole of the ledger's key: without the chain each look is one through all nonces.
    auto query = ledger->prepare("SELECT digest FROM signatures WHERE address = ?1 AND chain_id = ?2 AND nonce = ?3").value();
    for (const auto& [key, digests] : digests_) {
        EXPECT_EQ(digests.size(), 1U) << "nonce " << key.second << " has " << digests.size() << " released digests";
        ASSERT_TRUE(query.bind(key.first, chain_id, key.second).step().value()) << "a released signature has no durable record";
        EXPECT_EQ(query.fixed<32>(0), *digests.begin());
    }
}

LedgerCopy LedgerCopy::read(const std::string& ledger_path) {
    LedgerCopy out;
    auto ledger = open(ledger_path);
    auto query = ledger->prepare("SELECT address, nonce, digest, r, s FROM signatures").value();
    query.bind();
    while (query.step().value()) {
        Row row{.digest = query.fixed<32>(2), .signature = {}};
        if (!query.is_null(3)) row.signature = {query.fixed<32>(3), query.fixed<32>(4)};
        out.rows_[{query.fixed<20>(0), query.unsigned_integer(1)}] = row;
    }
    return out;
}

void LedgerCopy::expect_continues(const LedgerCopy& earlier) const {
    for (const auto& [key, before] : earlier.rows_) {
        const auto now = rows_.find(key);
        ASSERT_NE(now, rows_.end()) << "nonce " << key.second << " was bound and is not any more";
        EXPECT_EQ(now->second.digest, before.digest) << "nonce " << key.second;
        if (before.signature) EXPECT_EQ(now->second.signature, before.signature) << "nonce " << key.second;
    }
}

} // namespace jitbox::test
