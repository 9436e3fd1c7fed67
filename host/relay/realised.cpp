// Realised amounts from the receipts' logs, and their comparison with the prediction.
// SPDX-License-Identifier: Apache-2.0
#include "chain/abi.hpp"
#include "chain/executor_abi.hpp"
#include "chain/transaction.hpp"
#include "chain/uniswap_abi.hpp"
#include "relay/outcome.hpp"

namespace jitbox::relay {
namespace {

using chain::to_decimal;
using chain::u512;

Bytes32 address_topic(const Bytes20& address) {
    Bytes32 out{};
    std::ranges::copy(address, out.begin() + 12);
    return out;
}

Bytes32 tick_topic(std::int32_t tick) {
    return chain::to_big_endian(static_cast<u256>(static_cast<i256>(tick)));
}

bool is_ours(const chain::Log& log, const TrackedBundle& bundle, const Bytes32& topic) {
    return log.address == bundle.pool && log.topics.size() == 4 && log.topics[0] == topic &&
           log.topics[1] == address_topic(bundle.executor) && log.topics[2] == tick_topic(bundle.tick_lower) &&
           log.topics[3] == tick_topic(bundle.tick_upper);
}

// The one log of the position with this topic.
Result<const chain::Log*> position_log(const TrackedBundle& bundle, const ReceiptEvidence& receipt,
                                       const chain::uniswap::NamedTopic& event) {
    const chain::Log* found = nullptr;
    for (const chain::Log& log : receipt.logs) {
        if (!is_ours(log, bundle, event.topic)) continue;
        if (found != nullptr) return fail("relay: two events " + std::string(event.signature) + " of our position in one receipt");
        found = &log;
    }
    if (found == nullptr) return fail("relay: no event " + std::string(event.signature) + " of our position in the receipt");
    return found;
}

// Mint: (sender, amount, amount0, amount1); Burn: (amount, amount0, amount1).
Result<void> read_mint(const chain::Log& log, Amounts& out) {
    chain::AbiReader reader(log.data);
    (void)reader.address("sender");
    (void)reader.uint("amount", 128);
    out.mint0 = reader.uint("amount0");
    out.mint1 = reader.uint("amount1");
    return reader.finish();
}

Result<void> read_burn(const chain::Log& log, Amounts& out) {
    chain::AbiReader reader(log.data);
    (void)reader.uint("amount", 128);
    out.burn0 = reader.uint("amount0");
    out.burn1 = reader.uint("amount1");
    return reader.finish();
}

// Collect: (recipient, amount0, amount1), principal and fees together.
Result<void> read_collect(const chain::Log& log, Amounts& out) {
    chain::AbiReader reader(log.data);
    (void)reader.address("recipient");
    const u256 collected0 = reader.uint("amount0", 128);
    const u256 collected1 = reader.uint("amount1", 128);
    if (auto ok = reader.finish(); !ok) return ok;
    if (collected0 < out.burn0 || collected1 < out.burn1) return fail("relay: less was collected than was burnt");
    out.fee0 = collected0 - out.burn0;
    out.fee1 = collected1 - out.burn1;
    return {};
}

// The pool's one Swap in the target. Pancake's has two fields more, behind those that are read.
Result<void> read_swap(const TrackedBundle& bundle, const ReceiptEvidence& receipt, Amounts& out) {
    const chain::Log* found = nullptr;
    for (const chain::Log& log : receipt.logs) {
        const bool swap =
            log.address == bundle.pool && !log.topics.empty() &&
            (log.topics[0] == chain::uniswap::swap_event.topic || log.topics[0] == chain::uniswap::pancake_swap_event.topic);
        if (!swap) continue;
        if (found != nullptr) return fail("relay: the target swapped twice on the pool");
        found = &log;
    }
    if (found == nullptr) return fail("relay: the target did not swap on the pool");
    chain::AbiReader reader(found->data);
    out.swap0 = reader.sint("amount0");
    out.swap1 = reader.sint("amount1");
    return reader.finish(false);
}

// The burn pays the tip of its calldata exactly, or reverts (JitExecutor._tip).
Result<u256> tip_of(const Bytes& burn_raw) {
    const auto transaction = chain::decode_transaction(burn_raw);
    if (!transaction) return std::unexpected(transaction.error());
    const auto call = chain::decode_executor_burn(transaction->data);
    if (!call) return std::unexpected(call.error());
    return call->tip_wei;
}

i256 value_wei(const u256& amount0, const u256& amount1, const TrackedBundle& bundle) {
    const auto one = [](const u256& amount, const u256& price_x96) {
        return static_cast<u256>((static_cast<u512>(amount) * static_cast<u512>(price_x96)) >> 96);
    };
    return static_cast<i256>(one(amount0, bundle.price0_x96) + one(amount1, bundle.price1_x96));
}

template <typename T>
void compare(std::vector<std::string>& out, const char* name, const T& predicted, const T& realised) {
    if (predicted != realised)
        out.push_back(std::string(name) + ": predicted " + to_decimal(predicted) + ", realised " + to_decimal(realised));
}

} // namespace

Result<Amounts> realised_amounts(const TrackedBundle& bundle, const ReceiptEvidence& mint, const ReceiptEvidence& target,
                                 const ReceiptEvidence& burn) {
    Amounts out;
    const auto mint_log = position_log(bundle, mint, chain::uniswap::mint_event);
    if (!mint_log) return std::unexpected(mint_log.error());
    const auto burn_log = position_log(bundle, burn, chain::uniswap::burn_event);
    if (!burn_log) return std::unexpected(burn_log.error());
    const auto collect_log = position_log(bundle, burn, chain::uniswap::collect_event);
    if (!collect_log) return std::unexpected(collect_log.error());
    if (auto ok = read_mint(**mint_log, out); !ok) return std::unexpected(ok.error());
    if (auto ok = read_burn(**burn_log, out); !ok) return std::unexpected(ok.error());
    if (auto ok = read_collect(**collect_log, out); !ok) return std::unexpected(ok.error());
    if (auto ok = read_swap(bundle, target, out); !ok) return std::unexpected(ok.error());
    const auto tip = tip_of(bundle.burn_raw);
    if (!tip) return std::unexpected(tip.error());
    out.tip_wei = *tip;
    out.gross_profit_wei = value_wei(out.burn0 + out.fee0, out.burn1 + out.fee1, bundle) - value_wei(out.mint0, out.mint1, bundle);
    out.gas_cost_wei = mint.effective_gas_price_wei * mint.gas_used + burn.effective_gas_price_wei * burn.gas_used;
    return out;
}

std::vector<std::string> differences(const Amounts& predicted, const Amounts& realised) {
    std::vector<std::string> out;
    compare(out, "mint0", predicted.mint0, realised.mint0);
    compare(out, "mint1", predicted.mint1, realised.mint1);
    compare(out, "swap0", predicted.swap0, realised.swap0);
    compare(out, "swap1", predicted.swap1, realised.swap1);
    compare(out, "burn0", predicted.burn0, realised.burn0);
    compare(out, "burn1", predicted.burn1, realised.burn1);
    compare(out, "fee0", predicted.fee0, realised.fee0);
    compare(out, "fee1", predicted.fee1, realised.fee1);
    compare(out, "gross_profit_wei", predicted.gross_profit_wei, realised.gross_profit_wei);
    compare(out, "tip_wei", predicted.tip_wei, realised.tip_wei);
    return out;
}

store::BundleAmounts to_journal(const Amounts& amounts) {
    return {.mint0 = to_decimal(amounts.mint0),
            .mint1 = to_decimal(amounts.mint1),
            .swap0 = to_decimal(amounts.swap0),
            .swap1 = to_decimal(amounts.swap1),
            .burn0 = to_decimal(amounts.burn0),
            .burn1 = to_decimal(amounts.burn1),
            .fee0 = to_decimal(amounts.fee0),
            .fee1 = to_decimal(amounts.fee1),
            .gross_profit_wei = to_decimal(amounts.gross_profit_wei),
            .tip_wei = to_decimal(amounts.tip_wei),
            .gas_cost_wei = to_decimal(amounts.gas_cost_wei)};
}

} // namespace jitbox::relay
