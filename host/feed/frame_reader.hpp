// Frames of a subscription connection: told apart, parsed, transactions verified. No I/O, so that it can be fuzzed and measured.
// Private to host/feed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "feed/feed.hpp"
#include "feed/seen_hashes.hpp"

#include <simdjson.h>
#include <string_view>
#include <variant>

namespace jitbox::feed {

enum class Subscription : std::uint8_t { pending, heads, logs };

/// What a frame was.
struct Ignored {}; ///< a repeated transaction, a notification of a subscription that we do not have
struct Malformed {
    std::string what;
};
struct Lying {
    std::string what;
};
/// An answer to a request of ours: subscription id, or the node's error.
struct Answer {
    std::uint64_t id = 0;
    Result<std::string> result;
};
using FrameContent = std::variant<Ignored, Malformed, Lying, Answer, PendingTransaction, chain::Head, chain::Log>;

class FrameReader {
public:
    explicit FrameReader(std::size_t remembered_hashes) : seen_(remembered_hashes) {}

    /// A new connection: subscription ids of the old one mean nothing any more.
    void forget_subscriptions() { subscriptions_.clear(); }
    void add_subscription(std::string id, Subscription kind) { subscriptions_.emplace_back(std::move(id), kind); }

    /// `frame` is followed by SIMDJSON_PADDING readable bytes.
    [[nodiscard]] FrameContent read(std::string_view frame, std::uint64_t received_ns);
    /// A transaction object from anywhere: re-encoded, its hash checked, repeated ones ignored.
    [[nodiscard]] FrameContent read_transaction(simdjson::dom::element value, std::uint64_t received_ns, bool from_gap_fill);

private:
    [[nodiscard]] FrameContent read_notification(simdjson::dom::element params, std::uint64_t received_ns);

    simdjson::dom::parser parser_;
    std::vector<std::pair<std::string, Subscription>> subscriptions_;
    SeenHashes seen_;
};

} // namespace jitbox::feed
