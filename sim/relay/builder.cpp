// Builds the next block of the sandbox chain.
// SPDX-License-Identifier: Apache-2.0
#include "builder.hpp"

#include "base/hex.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <fmt/format.h>
#include <unordered_set>

namespace jitbox::relay_sim {
namespace {

namespace json = boost::json;

/// A transaction that arrives while the pool is being reordered may stand before the bundle; then it is reordered again.
constexpr int reorder_attempts = 8;

/// A transaction of the node's pool. An account has at most one of each nonce there.
struct PoolEntry {
    std::string hash;
    std::string sender; ///< "0x" and lower case, as `nonce`: the node's own words
    std::string nonce;
};

std::string text_of(const json::value& object, std::string_view field) {
    return std::string(object.at(field).as_string());
}

/// What would be mined now, in its order.
Result<std::vector<PoolEntry>> pending_entries(Node& node) {
    const auto block = node.call("eth_getBlockByNumber", {"pending", true});
    if (!block) return std::unexpected(block.error());
    std::vector<PoolEntry> out;
    for (const json::value& entry : block->at("transactions").as_array())
        out.push_back({text_of(entry, "hash"), text_of(entry, "from"), text_of(entry, "nonce")});
    return out;
}

/// Everything in the node's pool: what would be mined now in its order, then what waits for a nonce or for room.
Result<std::vector<PoolEntry>> pool_entries(Node& node) {
    auto out = pending_entries(node);
    if (!out) return out;
    const auto content = node.call("txpool_content");
    if (!content) return std::unexpected(content.error());
    std::unordered_set<std::string> seen;
    for (const PoolEntry& entry : *out) seen.insert(entry.hash);
    for (const std::string_view part : {"pending", "queued"})
        for (const auto& account : content->at(part).as_object())
            for (const auto& entry : account.value().as_object())
                if (std::string hash = text_of(entry.value(), "hash"); seen.insert(hash).second)
                    out->push_back({std::move(hash), text_of(entry.value(), "from"), text_of(entry.value(), "nonce")});
    return out;
}

/// Of `entries`, in their order, the raw bytes of those that do not use a nonce that `first` uses; all are dropped from the pool.
/// One with a nonce of the bundle's could not follow it in the block, and sent again with a higher fee it would take its place.
std::vector<std::string> take(Node& node, const std::vector<PoolEntry>& entries, const std::vector<BundleTransaction>& first) {
    std::unordered_set<std::string> used;
    for (const BundleTransaction& transaction : first) used.insert(to_hex(transaction.sender) + quantity(transaction.fields.nonce));
    std::vector<std::string> raw;
    for (const PoolEntry& entry : entries) {
        if (used.contains(entry.sender + entry.nonce)) continue;
        auto text = node.call("debug_getRawTransaction", {entry.hash});
        if (text && text->is_string()) raw.emplace_back(text->get_string()); // otherwise mined or replaced meanwhile
    }
    for (const PoolEntry& entry : entries)
        (void)node.call("anvil_dropTransaction", {entry.hash}); // one that went with its predecessor is gone already
    return raw;
}

Result<void> send_all(Node& node, const std::vector<BundleTransaction>& transactions) {
    for (const BundleTransaction& transaction : transactions)
        if (auto sent = node.call("eth_sendRawTransaction", {to_hex(transaction.raw)}); !sent) return std::unexpected(sent.error());
    return {};
}

bool starts_with(const std::vector<PoolEntry>& entries, const std::vector<BundleTransaction>& first) {
    return entries.size() >= first.size() && std::ranges::equal(first, std::span(entries).first(first.size()),
                                                                [](const BundleTransaction& transaction, const PoolEntry& entry) {
                                                                    return to_hex(transaction.hash) == entry.hash;
                                                                });
}

/// For the error: which of the bundle's transactions the node would not mine at their place, and what stands there.
std::string out_of_place(const std::vector<PoolEntry>& entries, const std::vector<BundleTransaction>& first) {
    std::string out;
    for (std::size_t i = 0; i < first.size(); ++i)
        if (const std::string found = i < entries.size() ? entries[i].hash : "nothing"; found != to_hex(first[i].hash))
            out += fmt::format("; at {} stands {} instead of {}", i, found, to_hex(first[i].hash));
    return out;
}

} // namespace

Result<BuiltBlock> Builder::build(std::vector<Bundle> candidates, std::optional<std::uint64_t> only_first) {
    const auto block = next();
    if (!block) return std::unexpected(block.error());
    Result<Choice> choice = only_first ? Result<Choice>(truncate(candidates, *only_first)) : choose(*block, std::move(candidates));
    if (!choice) return std::unexpected(choice.error());
    if (auto ok = put_first(choice->transactions); !ok) return std::unexpected(ok.error());
    return mine(*block, std::move(*choice));
}

Result<Builder::Choice> Builder::choose(const NextBlock& block, std::vector<Bundle> candidates) {
    struct Offer {
        Bundle bundle;
        chain::u256 payment_wei = 0;
    };
    Choice out;
    std::vector<Offer> offers;
    for (Bundle& bundle : candidates) {
        const auto alone = simulate(node_, block, bundle.transactions);
        if (!alone) return std::unexpected(alone.error());
        if (alone->valid && alone->not_minable.empty())
            offers.push_back({std::move(bundle), alone->coinbase_wei()});
        else
            out.fates.push_back({bundle.hash(), bundle.replacement_uuid, false, alone->valid ? alone->not_minable : alone->error});
    }
    std::ranges::sort(offers, [](const Offer& a, const Offer& b) { // ties: the one that came first
        return a.payment_wei != b.payment_wei ? a.payment_wei > b.payment_wei : a.bundle.received_order < b.bundle.received_order;
    });
    for (const Offer& offer : offers) {
        std::vector<BundleTransaction> together = out.transactions;
        together.insert(together.end(), offer.bundle.transactions.begin(), offer.bundle.transactions.end());
        const auto result = simulate(node_, block, together);
        if (!result) return std::unexpected(result.error());
        const std::string& obstacle = result->valid ? result->not_minable : result->error;
        out.fates.push_back({offer.bundle.hash(), offer.bundle.replacement_uuid, obstacle.empty(),
                             obstacle.empty() ? "" : "conflicts with a better paying bundle: " + obstacle});
        if (obstacle.empty()) out.transactions = std::move(together);
    }
    return out;
}

Builder::Choice Builder::truncate(const std::vector<Bundle>& candidates, std::uint64_t only_first) {
    Choice out;
    for (const Bundle& bundle : candidates) {
        const auto count = std::min<std::size_t>(only_first, bundle.transactions.size());
        out.transactions.insert(out.transactions.end(), bundle.transactions.begin(),
                                bundle.transactions.begin() + static_cast<std::ptrdiff_t>(count));
        out.fates.push_back({bundle.hash(), bundle.replacement_uuid, false,
                             fmt::format("fault partial: {} of {} transactions included", count, bundle.transactions.size())});
    }
    return out;
}

Result<void> Builder::put_first(const std::vector<BundleTransaction>& first) {
    if (first.empty()) return {};
    std::vector<PoolEntry> pending;
    for (int attempt = 0; attempt < reorder_attempts; ++attempt) {
        const auto entries = pool_entries(node_);
        if (!entries) return std::unexpected(entries.error());
        const std::vector<std::string> others = take(node_, *entries, first);
        const Result<void> sent = send_all(node_, first);
        for (const std::string& raw : others)
            (void)node_.call("eth_sendRawTransaction", {raw}); // one that the node refuses now was not minable either
        if (!sent) return sent;
        auto now = pending_entries(node_);
        if (!now) return std::unexpected(now.error());
        pending = std::move(*now);
        if (starts_with(pending, first)) return {};
    }
    return fail("builder: the bundle could not be put first in the node's pool" + out_of_place(pending, first),
                "is the node started with --order fifo?");
}

Result<BuiltBlock> Builder::mine(const NextBlock& block, Choice choice) {
    if (auto set = node_.call("evm_setNextBlockTimestamp", {block.timestamp}); !set) return std::unexpected(set.error());
    if (auto mined = node_.call("evm_mine"); !mined) return std::unexpected(mined.error());
    const auto latest = node_.call("eth_getBlockByNumber", {quantity(block.number), false});
    if (!latest) return std::unexpected(latest.error());
    BuiltBlock out;
    out.number = block.number;
    out.transactions = latest->at("transactions").as_array().size();
    if (const auto hash = fixed_from_hex<32>(std::string_view(latest->at("hash").as_string()))) out.hash = *hash;
    out.bundles = std::move(choice.fates);
    return out;
}

} // namespace jitbox::relay_sim
