// Lanes: the operator keys as slots, each with at most one bundle in flight, so that no nonce is ever signed twice.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jitbox::strategy {

enum class LaneState : std::uint8_t {
    free,
    busy,      ///< holds a plan or a bundle whose block has not come yet
    voiding,   ///< its block passed without it: both transactions are published and their receipts awaited
    uncertain, ///< the signer may have bound its nonces, but the signatures are not here: recall first
};
[[nodiscard]] std::string_view to_text(LaneState state);

struct Lane {
    std::uint32_t index = 0;
    Bytes20 address{};
    LaneState state = LaneState::free;
    std::uint64_t next_nonce = 0; ///< of the next mint when free; of the mint in flight otherwise
    std::string bundle;           ///< "uuid/version" that holds it; empty when free
    Bytes mint_raw, burn_raw;     ///< known from the moment of signing; what voiding publishes
    Bytes32 mint_hash{}, burn_hash{};
    std::uint64_t target_block = 0;
};

/// Not thread-safe: owned by jitd's loop. Nothing here talks to the outside: the composition publishes and asks for nonces.
class Lanes {
public:
    /// `nonce` from eth_getTransactionCount(address, latest) at start.
    void add(std::uint32_t index, const Bytes20& address, std::uint64_t nonce);

    /// Takes a free lane (lowest index first) for `bundle`. Empty when none is free.
    [[nodiscard]] std::optional<Lane> take(std::string_view bundle, std::uint64_t target_block);
    /// The plan was dropped before the signer saw it, or the signer refused without binding a nonce.
    void release(std::uint32_t index);
    /// The signer has released both transactions.
    void signed_bundle(std::uint32_t index, Bytes mint_raw, const Bytes32& mint_hash, Bytes burn_raw, const Bytes32& burn_hash);
    /// The signer did not answer, or failed after it may have bound the nonces.
    void uncertain(std::uint32_t index);
    /// The bundle whose mint has `mint_nonce` is included: both of its nonces are used on chain. Said again after a reorganisation,
    /// when the lane holds a later bundle, it changes nothing.
    void consumed(std::uint32_t index, std::uint64_t mint_nonce);

    /// A head arrived: signed lanes whose target block is `head` or earlier and that were not consumed become voiding. Returns the
    /// lanes to publish now (also those that are voiding for several blocks: publishing again is harmless).
    [[nodiscard]] std::vector<Lane> to_void(std::uint64_t head);
    /// What the node says about a lane (eth_getTransactionCount latest). Frees a voiding lane whose nonces are used, and an
    /// uncertain lane whose nonces were never bound is freed by release(). Returns true when the lane became free.
    bool observe_nonce(std::uint32_t index, std::uint64_t account_nonce);
    /// Uncertain lanes: recall() their `next_nonce` from the signer.
    [[nodiscard]] std::vector<Lane> to_recall() const;
    /// After a restart: the lane holds this bundle of the journal (raw empty: recall it).
    void restore(std::uint32_t index, std::string_view bundle, std::uint64_t mint_nonce, std::uint64_t target_block, Bytes mint_raw,
                 Bytes burn_raw);

    [[nodiscard]] const std::vector<Lane>& all() const { return lanes_; }
    [[nodiscard]] const Lane* find(std::uint32_t index) const;

private:
    [[nodiscard]] Lane* lane(std::uint32_t index);
    static void free_lane(Lane& lane, std::uint64_t next_nonce);

    std::vector<Lane> lanes_;
};

} // namespace jitbox::strategy
