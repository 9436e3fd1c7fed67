// Frames of a subscription connection: told apart, parsed, transactions verified.
// SPDX-License-Identifier: Apache-2.0
#include "feed/frame_reader.hpp"

#include "base/hex.hpp"
#include "base/printable.hpp"
#include "chain/keccak.hpp"
#include "feed/node_json.hpp"

#include <algorithm>

namespace jitbox::feed {
namespace {

namespace dom = simdjson::dom;

/// The announced hash of a transaction object, for dropping repetitions before the work of parsing it.
std::optional<Bytes32> announced_hash(dom::element value) {
    std::string_view text;
    if (value["hash"].get(text) != simdjson::SUCCESS) return std::nullopt;
    const auto hash = fixed_from_hex<32>(text);
    return hash ? std::optional(*hash) : std::nullopt;
}

Answer answer_of(std::uint64_t id, dom::element document) {
    std::string_view text;
    if (document["error"]["message"].get(text) == simdjson::SUCCESS) return {id, fail(printable(text, 500))};
    if (document["result"].get(text) == simdjson::SUCCESS) return {id, std::string(text)};
    return {id, fail("the answer is neither a subscription id nor an error")};
}

} // namespace

FrameContent FrameReader::read(std::string_view frame, std::uint64_t received_ns) {
    dom::element document;
    if (const auto error = parser_.parse(frame.data(), frame.size(), false).get(document))
        return Malformed{std::string("frame of ") + std::to_string(frame.size()) + " bytes: " + simdjson::error_message(error)};
    if (!document.is_object()) return Malformed{"frame: not a JSON object"};
    std::uint64_t id = 0;
    if (document["id"].get(id) == simdjson::SUCCESS) return answer_of(id, document);
    std::string_view method;
    if (document["method"].get(method) != simdjson::SUCCESS) return Malformed{"frame: neither an answer nor a notification"};
    if (method != "eth_subscription") return Malformed{"frame: unexpected method \"" + printable(method, 100) + "\""};
    dom::element params;
    if (document["params"].get(params) != simdjson::SUCCESS) return Malformed{"notification: params is missing"};
    return read_notification(params, received_ns);
}

FrameContent FrameReader::read_notification(dom::element params, std::uint64_t received_ns) {
    std::string_view id;
    dom::element result;
    if (params["subscription"].get(id) != simdjson::SUCCESS) return Malformed{"notification: params.subscription is missing"};
    if (params["result"].get(result) != simdjson::SUCCESS) return Malformed{"notification: params.result is missing"};
    const auto found = std::ranges::find(subscriptions_, id, &std::pair<std::string, Subscription>::first);
    if (found == subscriptions_.end()) return Ignored{};
    switch (found->second) {
    case Subscription::pending:
        if (result.is_string()) return Malformed{"transaction: only its hash was announced; the node does not send full bodies"};
        return read_transaction(result, received_ns, false);
    case Subscription::heads: {
        auto head = head_from_json(result);
        return head ? FrameContent(*head) : FrameContent(Malformed{head.error().what});
    }
    case Subscription::logs: {
        auto log = log_from_json(result);
        return log ? FrameContent(std::move(*log)) : FrameContent(Malformed{log.error().what});
    }
    }
    return Ignored{};
}

FrameContent FrameReader::read_transaction(dom::element value, std::uint64_t received_ns, bool from_gap_fill) {
    // Only verified hashes are remembered, so that a lie cannot make us drop the true transaction.
    if (const auto hash = announced_hash(value); hash && seen_.contains(*hash)) return Ignored{};
    auto announced = transaction_from_json(value);
    if (!announced) return Malformed{announced.error().what};
    PendingTransaction out{.raw = {},
                           .hash = announced->hash,
                           .transaction = std::move(announced->transaction),
                           .claimed_sender = announced->sender,
                           .received_ns = received_ns,
                           .from_gap_fill = from_gap_fill};
    out.raw.reserve(256 + out.transaction.data.size());
    chain::append_signed(out.transaction, out.raw);
    if (const Bytes32 actual = chain::keccak256(BytesView(out.raw)); actual != out.hash)
        return Lying{"transaction announced as " + to_hex(out.hash) + " hashes to " + to_hex(actual)};
    seen_.insert(out.hash);
    return out;
}

Result<PendingTransaction> rehearse_frame(const std::string& frame) {
    std::string padded;
    padded.reserve(frame.size() + simdjson::SIMDJSON_PADDING);
    padded = frame;
    FrameReader reader(1);
    reader.add_subscription(rehearsed_subscription, Subscription::pending);
    FrameContent content = reader.read(padded, 0);
    if (auto* const transaction = std::get_if<PendingTransaction>(&content); transaction != nullptr) return std::move(*transaction);
    return fail("feed: the rehearsed frame is no pending transaction");
}

} // namespace jitbox::feed
