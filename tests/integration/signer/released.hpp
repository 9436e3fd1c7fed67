// What left a signer, held against its ledger.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "signer/protocol.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace jitbox::test {

/// JITBOX_CHAOS_ROUNDS for the long form.
[[nodiscard]] int rounds(int standard);

/// Address and nonce.
using NonceKey = std::pair<Bytes20, std::uint64_t>;

/// Every digest that ever left the signer. Thread-safe.
class Released {
public:
    void add(const signer::SignedBundle& bundle);
    /// One digest a nonce, and each of them in the ledger.
    void check(const std::string& ledger_path);
    [[nodiscard]] std::size_t size() const { return digests_.size(); }

private:
    std::mutex mutex_;
    std::map<NonceKey, std::set<Bytes32>> digests_;
};

/// All of a ledger as it was read at one time.
class LedgerCopy {
public:
    static LedgerCopy read(const std::string& ledger_path);
    /// Everything that `earlier` holds is here and the same; a signature may have come to a digest.
    void expect_continues(const LedgerCopy& earlier) const;
    [[nodiscard]] std::size_t size() const { return rows_.size(); }

private:
    struct Row {
        Bytes32 digest{};
        std::optional<std::pair<Bytes32, Bytes32>> signature;
    };
    std::map<NonceKey, Row> rows_;
};

} // namespace jitbox::test
