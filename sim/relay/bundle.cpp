// Bundles as they arrive, and their place until their block has passed.
// SPDX-License-Identifier: Apache-2.0
#include "bundle.hpp"

#include "base/hex.hpp"
#include "chain/keccak.hpp"
#include "chain/rlp.hpp"
#include "chain/u256.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <fmt/format.h>

namespace jitbox::relay_sim {
namespace {

namespace json = boost::json;

/// A quantity that may be hex text or a JSON number; absent is zero.
Result<std::uint64_t> number_field(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    if (value == nullptr || value->is_null()) return 0;
    if (value->is_uint64()) return value->get_uint64();
    if (value->is_int64() && value->get_int64() >= 0) return static_cast<std::uint64_t>(value->get_int64());
    if (value->is_string()) {
        const auto number = chain::parse_u256(std::string_view(value->get_string()));
        if (number && *number <= UINT64_MAX) return static_cast<std::uint64_t>(*number);
    }
    return fail(fmt::format("{}: not a 64-bit quantity", name));
}

/// A blob transaction as it travels, type || rlp([transaction, (version,) blobs, commitments, proofs]) (EIP-4844, EIP-7594),
/// without its sidecar; any other transaction as it is. A builder publishes the blobs with its block, so it takes no blob
/// transaction alone.
Result<Bytes> without_sidecar(const Bytes& raw) {
    if (raw.empty() || raw[0] != static_cast<std::uint8_t>(chain::TransactionType::blob)) return raw;
    chain::RlpReader outer(BytesView(raw).subspan(1));
    chain::RlpReader parts = outer.list("blob transaction");
    const chain::RlpItem transaction = parts.item();
    if (auto ok = outer.finish(); !ok) return std::unexpected(ok.error());
    if (!transaction.is_list)
        return fail("a blob transaction without its blobs; a builder needs them: send the network form (EIP-4844)");
    chain::RlpItem blobs = parts.item();
    if (!blobs.is_list) blobs = parts.item(); // the version came first
    for (const char* list : {"commitments", "proofs"}) {
        const chain::RlpItem item = parts.item();
        if (!item.is_list) parts.set_error(std::string(list) + " is not a list");
    }
    if (auto ok = parts.finish(); !ok) return fail("sidecar: " + ok.error().what);
    Bytes out{raw[0]};
    out.insert(out.end(), transaction.whole.begin(), transaction.whole.end());
    return out;
}

Result<BundleTransaction> parse_transaction(const json::value& text, std::size_t index) {
    const auto wrong = [&](const std::string& what) { return fail(fmt::format("txs[{}]: {}", index, what)); };
    if (!text.is_string()) return wrong("not a hex string");
    auto raw = from_hex(std::string_view(text.get_string()));
    if (!raw) return wrong(raw.error().what);
    const auto canonical = without_sidecar(*raw);
    if (!canonical) return wrong(canonical.error().what);
    auto fields = chain::decode_transaction(*canonical);
    if (!fields) return wrong(fields.error().what);
    auto sender = chain::recover_sender(*fields);
    if (!sender) return wrong(sender.error().what);
    const Bytes32 hash = chain::keccak256(*canonical);
    return BundleTransaction{std::move(*raw), hash, *sender, std::move(*fields), false};
}

Result<void> mark_reverting(const json::object& object, Bundle& bundle) {
    const json::value* list = object.if_contains("revertingTxHashes");
    if (list == nullptr || list->is_null()) return {};
    if (!list->is_array()) return fail("revertingTxHashes: not an array");
    for (const json::value& item : list->get_array()) {
        const auto hash = item.is_string() ? fixed_from_hex<32>(std::string_view(item.get_string())) : fail("not a string");
        if (!hash) return fail("revertingTxHashes: " + hash.error().what);
        for (BundleTransaction& transaction : bundle.transactions)
            if (transaction.hash == *hash) transaction.may_revert = true;
    }
    return {};
}

} // namespace

Bytes32 Bundle::hash() const {
    Bytes all;
    for (const BundleTransaction& transaction : transactions)
        all.insert(all.end(), transaction.hash.begin(), transaction.hash.end());
    return chain::keccak256(all);
}

Result<Bundle> parse_bundle(const json::value& parameter) {
    if (!parameter.is_object()) return fail("params[0]: not an object");
    const json::object& object = parameter.get_object();
    const json::value* list = object.if_contains("txs");
    if (list == nullptr || !list->is_array()) return fail("txs: missing or not an array");
    if (list->get_array().size() > max_bundle_transactions)
        return fail(fmt::format("txs: {} transactions, at most {}", list->get_array().size(), max_bundle_transactions));

    Bundle bundle;
    std::size_t bytes = 0;
    for (const json::value& text : list->get_array()) {
        auto transaction = parse_transaction(text, bundle.transactions.size());
        if (!transaction) return std::unexpected(transaction.error());
        bytes += transaction->raw.size();
        bundle.transactions.push_back(std::move(*transaction));
    }
    if (bytes > max_bundle_bytes) return fail(fmt::format("txs: {} bytes, at most {}", bytes, max_bundle_bytes));

    for (auto [name, field] : {std::pair{"blockNumber", &bundle.block_number}, std::pair{"minTimestamp", &bundle.min_timestamp},
                               std::pair{"maxTimestamp", &bundle.max_timestamp}}) {
        const auto number = number_field(object, name);
        if (!number) return std::unexpected(number.error());
        *field = *number;
    }
    if (const json::value* uuid = object.if_contains("replacementUuid"); uuid != nullptr && !uuid->is_null()) {
        if (!uuid->is_string() || uuid->get_string().size() > 64)
            return fail("replacementUuid: not a string of at most 64 characters");
        bundle.replacement_uuid = uuid->get_string();
    }
    if (bundle.transactions.empty() && bundle.replacement_uuid.empty()) return fail("txs: empty, and no replacementUuid to cancel");
    if (auto ok = mark_reverting(object, bundle); !ok) return std::unexpected(ok.error());
    return bundle;
}

bool BundlePool::add(Bundle bundle) {
    const bool replaced = !bundle.replacement_uuid.empty() && cancel(bundle.signer, bundle.replacement_uuid) > 0;
    if (!bundle.transactions.empty()) {
        bundle.received_order = next_order_++;
        bundles_.push_back(std::move(bundle));
    }
    return replaced;
}

std::size_t BundlePool::cancel(const chain::Address& signer, const std::string& replacement_uuid) {
    return std::erase_if(
        bundles_, [&](const Bundle& bundle) { return bundle.signer == signer && bundle.replacement_uuid == replacement_uuid; });
}

std::vector<Bundle> BundlePool::for_block(std::uint64_t number, std::uint64_t timestamp) const {
    std::vector<Bundle> out;
    std::ranges::copy_if(bundles_, std::back_inserter(out), [&](const Bundle& bundle) {
        return bundle.block_number == number && timestamp >= bundle.min_timestamp &&
               (bundle.max_timestamp == 0 || timestamp <= bundle.max_timestamp);
    });
    return out;
}

void BundlePool::drop_before(std::uint64_t number) {
    std::erase_if(bundles_, [&](const Bundle& bundle) { return bundle.block_number < number; });
}

} // namespace jitbox::relay_sim
