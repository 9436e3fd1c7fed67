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

Result<std::vector<std::string>> pending_hashes(Node& node) {
    const auto block = node.call("eth_getBlockByNumber", {"pending", false});
    if (!block) return std::unexpected(block.error());
    std::vector<std::string> out;
    for (const json::value& hash : block->at("transactions").as_array()) out.emplace_back(hash.as_string());
    return out;
}

/// Everything in the node's pool: what would be mined now in its order, then what waits for a nonce or for room.
Result<std::vector<std::string>> pool_hashes(Node& node) {
    auto out = pending_hashes(node);
    if (!out) return out;
    const auto content = node.call("txpool_content");
    if (!content) return std::unexpected(content.error());
    std::unordered_set<std::string> seen(out->begin(), out->end());
    for (const std::string_view part : {"pending", "queued"})
        for (const auto& account : content->at(part).as_object())
            for (const auto& entry : account.value().as_object())
                if (std::string hash(entry.value().at("hash").as_string()); seen.insert(hash).second)
                    out->push_back(std::move(hash));
    return out;
}

Result<std::vector<std::string>> take_pool(Node& node) {
    const auto hashes = pool_hashes(node);
    if (!hashes) return std::unexpected(hashes.error());
    std::vector<std::string> raw;
    for (const std::string& hash : *hashes) {
        auto text = node.call("debug_getRawTransaction", {hash});
        if (!text || !text->is_string()) continue; // mined or replaced meanwhile
        raw.emplace_back(text->get_string());
    }
    for (const std::string& hash : *hashes)
        (void)node.call("anvil_dropTransaction", {hash}); // one that went with its predecessor is gone already
    return raw;
}

Result<void> send_all(Node& node, const std::vector<BundleTransaction>& transactions) {
    for (const BundleTransaction& transaction : transactions)
        if (auto sent = node.call("eth_sendRawTransaction", {to_hex(transaction.raw)}); !sent) return std::unexpected(sent.error());
    return {};
}

bool starts_with(const std::vector<std::string>& hashes, const std::vector<BundleTransaction>& first) {
    return hashes.size() >= first.size() && std::ranges::equal(first, std::span(hashes).first(first.size()),
                                                               [](const BundleTransaction& transaction, const std::string& hash) {
                                                                   return to_hex(transaction.hash) == hash;
                                                               });
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
    std::unordered_set<std::string> mine;
    for (const BundleTransaction& transaction : first) mine.insert(to_hex(transaction.raw));
    for (int attempt = 0; attempt < reorder_attempts; ++attempt) {
        const auto others = take_pool(node_);
        if (!others) return std::unexpected(others.error());
        Result<void> sent = send_all(node_, first);
        for (const std::string& raw : *others)
            if (!mine.contains(raw))
                (void)node_.call("eth_sendRawTransaction", {raw}); // one that the node refuses now was not minable either
        if (!sent) return sent;
        const auto pending = pending_hashes(node_);
        if (!pending) return std::unexpected(pending.error());
        if (starts_with(*pending, first)) return {};
    }
    return fail("builder: the bundle could not be put first in the node's pool", "is the node started with --order fifo?");
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
