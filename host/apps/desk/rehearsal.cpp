// One made-up swap from the frame to the POST that is not sent.
// SPDX-License-Identifier: Apache-2.0
#include "apps/desk/rehearsal.hpp"

#include "accel/made_up_pool.hpp"
#include "accel/records.hpp"
#include "base/hex.hpp"
#include "chain/abi.hpp"
#include "chain/transaction.hpp"
#include "feed/feed.hpp"
#include "strategy/signing.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>
#include <variant>

namespace jitbox::apps {
namespace {

using chain::u256;

constexpr std::uint64_t chain_id = 1;
constexpr std::uint64_t block_number = 1;
constexpr std::uint32_t tip_ppm = 900'000;
constexpr std::uint8_t router = 0xb1;

/// SwapRouter02.exactInputSingle of 1e18, signed by nobody: the engine checks no signature against a key.
chain::Transaction made_up_swap() {
    chain::AbiWriter call(chain::selector_of("exactInputSingle((address,address,uint24,address,uint256,uint256,uint160))"));
    const accel::PoolRecord pool = accel::made_up_pool();
    chain::Transaction out;
    out.type = chain::TransactionType::dynamic_fee;
    out.chain_id = chain_id;
    out.gas_limit = 300'000;
    out.max_fee_per_gas = 1'000'000'000;
    out.to = accel::made_up_address(router);
    out.data = call.address(pool.token0)
                   .address(pool.token1)
                   .uint(pool.fee)
                   .address(accel::made_up_address(3))
                   .uint(accel::made_up_ether)
                   .uint(1)
                   .uint(0)
                   .take();
    out.signature = {.r = 1, .s = 1, .y_parity = 0};
    return out;
}

/// As a node announces it.
std::string frame_of(const chain::Transaction& swap) {
    const std::string transaction = fmt::format(
        R"({{"type":"0x2","chainId":"{:#x}","nonce":"0x0","gas":"{:#x}","maxFeePerGas":"{:#x}","maxPriorityFeePerGas":"0x0","to":"{}",)"
        R"("value":"0x0","accessList":[],"input":"{}","r":"0x1","s":"0x1","yParity":"0x0","v":"0x0","hash":"{}","from":"{}",)"
        R"("blockHash":null,"blockNumber":null,"transactionIndex":null}})",
        chain_id, swap.gas_limit, static_cast<std::uint64_t>(swap.max_fee_per_gas), to_hex(accel::made_up_address(router)),
        to_hex(swap.data), to_hex(chain::transaction_hash(swap)), to_hex(accel::made_up_address(4)));
    return fmt::format(R"({{"jsonrpc":"2.0","method":"eth_subscription","params":{{"subscription":"{}","result":{}}}}})",
                       feed::rehearsed_subscription, transaction);
}

strategy::PlannerConfig made_up_planning() {
    strategy::PlannerConfig out;
    out.chain_id = chain_id;
    out.executor = accel::made_up_address(0xe1);
    out.max_tip_wei = accel::made_up_ether;
    const accel::ParamsRecord params = accel::made_up_params(tip_ppm);
    out.pools.push_back(
        {.address = accel::made_up_pool().address, .price0_x96 = params.price0_x96, .price1_x96 = params.price1_x96});
    return out;
}

risk::Limits made_up_limits() {
    risk::Limits out;
    out.max_position_value_wei = out.max_pool_value_wei = out.max_gas_price_wei = out.max_daily_loss_wei = ~u256{0};
    out.max_gas_limit = 10'000'000;
    out.max_price_impact_ppm = out.max_slippage_ppm = 1'000'000;
    out.max_orders_per_second = out.max_concurrent_bundles = out.max_retries = 1'000'000; // it is the same swap each time
    return out;
}

} // namespace

Rehearsal::Rehearsal(const relay::Client& relays)
    : relays_(relays), frame_(frame_of(made_up_swap())), engine_(accel::make_native_engine()),
      planner_(made_up_planning(), lanes_, nullptr, 0), gate_(made_up_limits()), next_sequence_(6) {}

Result<std::unique_ptr<Rehearsal>> Rehearsal::create(const relay::Client& relays) {
    std::unique_ptr<Rehearsal> out(new Rehearsal(relays));
    const accel::PoolRecord pool = accel::made_up_pool();
    const std::array<Bytes, 5> records{
        accel::to_record(1, std::vector<accel::RouterEntry>{{.address = accel::made_up_address(router),
                                                             .kind = accel::RouterKind::swap_router02,
                                                             .factory = pool.factory}}),
        accel::to_record(2, pool), accel::to_record(3, accel::made_up_ticks(pool)),
        accel::to_record(4, accel::made_up_params(tip_ppm)),
        accel::to_record(5, accel::BlockRecord{.number = block_number, .timestamp = 100, .next_timestamp = 112})};
    for (const Bytes& record : records)
        if (auto taken = out->engine_->submit_now(record); !taken) return std::unexpected(taken.error());
    out->lanes_.add(0, accel::made_up_address(5), 0);
    out->planner_.on_pool(pool.address, pool.state_version, pool.liquidity, true);
    chain::Head head;
    head.number = block_number;
    head.next_base_fee_wei = 1;
    out->planner_.on_head(head, out->next_sequence_);
    return out;
}

bool Rehearsal::run() {
    ++walks_;
    const auto heard = feed::rehearse_frame(frame_);
    if (!heard) return false;
    const std::uint64_t sequence = next_sequence_++;
    if (!engine_->submit_now(accel::tx_record(sequence, heard->raw))) return false;
    planner_.on_submitted(sequence, {.raw = heard->raw, .sender = accel::made_up_address(4), .clock = {}});
    engine_->drain([this](BytesView answer) { take(answer); });
    relays_.rehearse(heard->raw);
    return arrived_ == walks_;
}

void Rehearsal::repeat(boost::asio::io_context& io, std::chrono::milliseconds period, const std::function<bool()>& may_run) {
    timer_ = std::make_shared<boost::asio::steady_timer>(io);
    wait(period, may_run);
}

void Rehearsal::wait(std::chrono::milliseconds period, const std::function<bool()>& may_run) {
    timer_->expires_after(period);
    timer_->async_wait([this, alive = std::weak_ptr(timer_), period, may_run](const boost::system::error_code& error) {
        if (error || alive.expired()) return;
        if (may_run()) run();
        wait(period, may_run);
    });
}

void Rehearsal::take(BytesView answer) {
    switch (accel::kind_of(answer)) {
    case accel::Kind::swap:
        if (const auto leg = accel::swap_from(answer); leg) planner_.on_swap(*leg);
        return;
    case accel::Kind::decision:
        if (const auto decision = accel::decision_from(answer); decision) planner_.on_decision(*decision);
        return;
    case accel::Kind::tx_seen:
        if (const auto seen = accel::tx_seen_from(answer); seen) plan(*seen);
        return;
    default:
        return;
    }
}

void Rehearsal::plan(const accel::TxSeen& seen) {
    for (strategy::Action& action : planner_.on_tx_seen(seen)) {
        auto* const made = std::get_if<strategy::Plan>(&action);
        if (made == nullptr) continue;
        const auto now = std::chrono::system_clock::now();
        auto approved = gate_.check(std::move(*made), now);
        if (!approved) continue;
        const std::uint64_t ticket = approved->ticket();
        const strategy::Plan plan = std::move(*approved).take();
        if (!strategy::unsigned_payload(plan, plan.mint).empty() && !strategy::unsigned_payload(plan, plan.burn).empty())
            ++arrived_;
        gate_.settle(ticket, 0, now);
        planner_.ended(plan.uuid, plan.version);
        lanes_.release(plan.lane);
    }
}

} // namespace jitbox::apps
