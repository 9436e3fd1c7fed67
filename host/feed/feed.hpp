// The node's stream of pending transactions, heads and logs: verified, deduplicated, with gaps filled.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/block.hpp"
#include "chain/transaction.hpp"
#include "feed/rpc_client.hpp"

namespace jitbox::feed {

struct PendingTransaction {
    Bytes raw; ///< canonical bytes; keccak256(raw) == hash has been checked
    Bytes32 hash{};
    chain::Transaction transaction;
    std::optional<Bytes20> claimed_sender; ///< the node's word, not checked: see chain::recover_sender
    std::uint64_t received_ns = 0;         ///< steady clock when the frame had arrived
    bool from_gap_fill = false;            ///< read from the node's pool after a gap, not announced live
};

struct FeedOptions {
    std::string url;                           ///< ws://host:port of the subscriptions, or wss://
    std::string ca_file{};                     ///< for wss://: PEM of the authorities to trust; empty: the system's
    std::vector<chain::Address> log_addresses; ///< pools whose logs are subscribed; empty: no logs
    std::size_t max_frame_bytes = 8UL * 1024 * 1024;
    std::size_t remembered_hashes = 131'072; ///< for dropping repeated transactions
    std::chrono::milliseconds min_backoff{50};
    std::chrono::milliseconds max_backoff{5000};
    std::chrono::milliseconds stall{15'000}; ///< no head for so long: ask the node, reconnect if it has moved on
    std::uint64_t max_head_gap = 128;        ///< more missed heads than this: only the latest one is delivered
};

struct FeedCounters {
    std::uint64_t frames = 0;
    std::uint64_t malformed_frames = 0;
    std::uint64_t pending = 0; ///< delivered
    std::uint64_t duplicates = 0;
    std::uint64_t malformed_transactions = 0;
    std::uint64_t lying_hashes = 0; ///< transactions whose bytes do not hash to the announced hash
    std::uint64_t heads = 0;
    std::uint64_t logs = 0;
    std::uint64_t connects = 0;
    std::uint64_t gaps = 0;             ///< detected; each was filled from txpool_content and eth_getBlockByNumber
    std::uint64_t gap_transactions = 0; ///< delivered from a gap fill
    std::uint64_t gap_heads = 0;
    bool connected = false;
    bool suspicious = false; ///< the source has lied at least once
};

/// All on the io_context's thread.
struct FeedCallbacks {
    std::function<void(PendingTransaction&&)> on_pending;
    std::function<void(const chain::Head&)> on_head; ///< in order; a repeated head is delivered once
    std::function<void(const chain::Log&)> on_log;   ///< also with removed = true
    std::function<void(bool connected, const std::string& why)> on_connection;
    std::function<void(const std::string& what)> on_warning; ///< a lying hash, a malformed frame, a gap
};

/// The subscription that rehearse_frame knows.
inline constexpr const char* rehearsed_subscription = "0x0";
/// Reads the text of a pending transaction's frame as a connection would, and remembers nothing of it. Errors: it is none.
[[nodiscard]] Result<PendingTransaction> rehearse_frame(const std::string& frame);

/// Subscribes to newPendingTransactions (full bodies), newHeads and logs. Nothing that the node sends ends the process.
class Feed {
public:
    /// `rpc` serves the gap fills and must outlive the feed. Errors: the url; the ca_file.
    [[nodiscard]] static Result<std::unique_ptr<Feed>> start(boost::asio::io_context& io, RpcClient& rpc, FeedOptions options,
                                                             FeedCallbacks callbacks);
    virtual ~Feed() = default;
    [[nodiscard]] virtual FeedCounters counters() const = 0;
};

} // namespace jitbox::feed
