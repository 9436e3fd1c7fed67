// A block tree of pools kept in the simplest way there is, and a node that answers from it.
// SPDX-License-Identifier: Apache-2.0
#include "unit/pools/model_chain.hpp"

#include "chain/keccak.hpp"
#include "chain/uniswap_abi.hpp"

#include <algorithm>
#include <utility>

namespace jitbox::test {

namespace uniswap = chain::uniswap;
using chain::AbiReader;
using chain::AbiWriter;
using pools::Kind;
using pools::PoolIdentity;

namespace {

Bytes32 topic_of(chain::i256 value) {
    return chain::to_big_endian(static_cast<u256>(value));
}

chain::Log log_of(const PoolIdentity& pool, const uniswap::NamedTopic& event, std::vector<Bytes32> indexed, Bytes data) {
    chain::Log log{.address = pool.address, .topics = {event.topic}, .data = std::move(data)};
    log.topics.insert(log.topics.end(), indexed.begin(), indexed.end());
    return log;
}

std::int32_t floor_divide(std::int32_t value, std::int32_t by) {
    return value / by - (value % by < 0 ? 1 : 0);
}

} // namespace

std::vector<PoolIdentity> model_identities() {
    std::vector<PoolIdentity> out;
    for (const auto& [fee, spacing, kind] : {std::tuple{3000U, 60, Kind::uniswap_v3}, std::tuple{100U, 1, Kind::uniswap_v3},
                                             std::tuple{2500U, 50, Kind::pancake_v3}}) {
        PoolIdentity pool{.name = "model-" + std::to_string(out.size()),
                          .token0 = {1},
                          .token1 = {2},
                          .fee = fee,
                          .tick_spacing = spacing,
                          .kind = kind};
        pool.deployer = kind == Kind::uniswap_v3 ? uniswap::mainnet_uniswap : uniswap::mainnet_pancake;
        pool.factory = pool.deployer.deployer;
        pool.address = chain::pool_address(pool.deployer, pool.token0, pool.token1, fee);
        out.push_back(pool);
    }
    return out;
}

chain::Log initialize_log(const PoolIdentity& pool, u256 sqrt_price_x96, std::int32_t tick) {
    return log_of(pool, uniswap::initialize_event, {}, AbiWriter().uint(sqrt_price_x96).sint(tick).take());
}

chain::Log swap_log(const PoolIdentity& pool, u256 sqrt_price_x96, u128 liquidity, std::int32_t tick) {
    AbiWriter data;
    data.sint(5).sint(-7).uint(sqrt_price_x96).uint(liquidity).sint(tick);
    const bool pancake = pool.kind == Kind::pancake_v3;
    if (pancake) data.uint(1).uint(2);
    return log_of(pool, pancake ? uniswap::pancake_swap_event : uniswap::swap_event, {Bytes32{}, Bytes32{}}, data.take());
}

chain::Log liquidity_log(const PoolIdentity& pool, bool burn, std::int32_t lower, std::int32_t upper, u128 amount) {
    AbiWriter data;
    if (!burn) data.address({7});
    data.uint(amount).uint(1).uint(2);
    return log_of(pool, burn ? uniswap::burn_event : uniswap::mint_event, {Bytes32{}, topic_of(lower), topic_of(upper)},
                  data.take());
}

chain::Log fee_protocol_log(const PoolIdentity& pool, std::uint32_t fee0, std::uint32_t fee1) {
    return log_of(pool, pool.kind == Kind::pancake_v3 ? uniswap::pancake_set_fee_protocol_event : uniswap::set_fee_protocol_event,
                  {}, AbiWriter().uint(0).uint(0).uint(fee0).uint(fee1).take());
}

u128 ModelPool::liquidity() const {
    u128 sum = 0;
    for (const auto& [range, amount] : positions)
        if (range.first <= tick && tick < range.second) sum += amount;
    return sum;
}

pools::PoolState ModelPool::state(std::int32_t known_lower, std::int32_t known_upper) const {
    pools::PoolState out{.sqrt_price_x96 = sqrt_price_x96,
                         .tick = tick,
                         .fee_protocol = fee_protocol,
                         .liquidity = liquidity(),
                         .known_lower = known_lower,
                         .known_upper = known_upper,
                         .ticks = {}};
    for (const auto& [range, amount] : positions)
        for (const std::int32_t end : {range.first, range.second}) {
            if (end < known_lower || end > known_upper) continue;
            out.ticks[end].liquidity_gross += amount;
            out.ticks[end].liquidity_net +=
                end == range.first ? static_cast<pools::i128>(amount) : -static_cast<pools::i128>(amount);
        }
    return out;
}

ModelChain::ModelChain(std::vector<PoolIdentity> identities, std::uint64_t seed)
    : identities_(std::move(identities)), random_(seed) {
    ModelBlock block{.head = {.number = 1000, .hash = chain::keccak256("genesis")}, .logs = {}, .pools = {}};
    for (std::size_t i = 0; i < identities_.size(); ++i)
        block.pools.push_back({.sqrt_price_x96 = static_cast<u256>(1) << 96, .tick = static_cast<std::int32_t>(i) * 1000 - 500});
    genesis_ = block.head.hash;
    for (std::size_t pool = 0; pool < identities_.size(); ++pool)
        for (int i = 0; i < 30; ++i) random_event(block, pool);
    block.logs.clear();
    blocks_.emplace(genesis_, std::move(block));
}

void ModelChain::random_event(ModelBlock& block, std::size_t index) {
    ModelPool& pool = block.pools[index];
    const PoolIdentity& identity = identities_[index];
    chain::Log log;
    const auto kind = random_() % 10;
    if (kind < 4) {
        pool.tick += static_cast<std::int32_t>(random_() % 2001) - 1000;
        pool.tick = std::clamp(pool.tick, -20'000, 20'000);
        pool.sqrt_price_x96 = (static_cast<u256>(1) << 96) + random_();
        log = swap_log(identity, pool.sqrt_price_x96, pool.liquidity(), pool.tick);
    } else if (kind < 7 || (kind < 9 && pool.positions.empty())) {
        const std::int32_t lower =
            (floor_divide(pool.tick, identity.tick_spacing) + static_cast<std::int32_t>(random_() % 40) - 25) *
            identity.tick_spacing;
        const std::int32_t upper = lower + (1 + static_cast<std::int32_t>(random_() % 30)) * identity.tick_spacing;
        const u128 amount = 1 + random_() % 1'000'000'000;
        pool.positions[{lower, upper}] += amount;
        log = liquidity_log(identity, false, lower, upper, amount);
    } else if (kind < 9) {
        auto position = pool.positions.begin();
        std::advance(position, static_cast<std::ptrdiff_t>(random_() % pool.positions.size()));
        const auto choice = random_() % 3; // all of it, a part, or nothing (a poke)
        const u128 amount = choice == 0 ? position->second : choice == 1 ? position->second / 3 : 0;
        log = liquidity_log(identity, true, position->first.first, position->first.second, amount);
        position->second -= amount;
        if (position->second == 0) pool.positions.erase(position);
    } else {
        const bool pancake = identity.kind == Kind::pancake_v3;
        const std::uint32_t fee0 =
            pancake ? static_cast<std::uint32_t>(random_() % 4001) : static_cast<std::uint32_t>(4 + random_() % 7);
        pool.fee_protocol = fee0 | (pancake ? 3200U << 16 : 6U << 4);
        log = fee_protocol_log(identity, fee0, pancake ? 3200 : 6);
    }
    append(block, std::move(log));
}

void ModelChain::append(ModelBlock& block, chain::Log log) {
    log.block_number = block.head.number;
    log.block_hash = block.head.hash;
    log.log_index = block.logs.size() * 3;
    block.logs.push_back(std::move(log));
}

ModelBlock ModelChain::block_on(const Bytes32& parent) {
    const ModelBlock& below = blocks_.at(parent);
    ModelBlock block{.head = below.head, .logs = {}, .pools = below.pools};
    block.head.number = below.head.number + 1;
    block.head.parent_hash = parent;
    block.head.hash = chain::keccak256("block " + std::to_string(++serial_));
    return block;
}

const ModelBlock& ModelChain::keep(ModelBlock block) {
    const Bytes32 hash = block.head.hash;
    return blocks_.emplace(hash, std::move(block)).first->second;
}

const ModelBlock& ModelChain::mine(const Bytes32& parent, unsigned events) {
    ModelBlock block = block_on(parent);
    for (unsigned i = 0; i < events; ++i) random_event(block, random_() % identities_.size());
    return keep(std::move(block));
}

const ModelBlock& ModelChain::mine_positions(const Bytes32& parent, std::size_t pool, std::int32_t lower, unsigned count) {
    ModelBlock block = block_on(parent);
    const std::int32_t spacing = identities_[pool].tick_spacing;
    for (unsigned i = 0; i < count; ++i, lower += spacing) {
        block.pools[pool].positions[{lower, lower + spacing}] += 1000 + i;
        append(block, liquidity_log(identities_[pool], false, lower, lower + spacing, 1000 + i));
    }
    return keep(std::move(block));
}

const ModelBlock& ModelChain::mine_swap(const Bytes32& parent, std::size_t pool, std::int32_t tick) {
    ModelBlock block = block_on(parent);
    block.pools[pool].tick = tick;
    append(block, swap_log(identities_[pool], block.pools[pool].sqrt_price_x96, block.pools[pool].liquidity(), tick));
    return keep(std::move(block));
}

const ModelBlock& ModelChain::mine_many(Bytes32 parent, unsigned count, unsigned events_each) {
    for (unsigned i = 0; i < count; ++i) parent = mine(parent, events_each).head.hash;
    return at(parent);
}

const ModelBlock& ModelChain::ancestor(Bytes32 hash, unsigned generations) const {
    for (unsigned i = 0; i < generations; ++i) hash = at(hash).head.parent_hash;
    return at(hash);
}

Bytes ModelNode::answer(const pools::ContractCall& call, const ModelBlock& block) {
    ++contract_calls;
    const auto found = std::ranges::find(chain_.identities(), call.to, &PoolIdentity::address);
    const auto index = static_cast<std::size_t>(found - chain_.identities().begin());
    const ModelPool& pool = block.pools.at(index);
    const pools::PoolState state = pool.state(pools::min_tick, pools::max_tick);
    const chain::Selector selector{call.data[0], call.data[1], call.data[2], call.data[3]};
    AbiReader arguments(BytesView(call.data).subspan(4));
    if (selector == uniswap::slot0_call.selector)
        return AbiWriter().uint(pool.sqrt_price_x96).sint(pool.tick).uint(0).uint(1).uint(1).uint(pool.fee_protocol).uint(1).take();
    if (selector == uniswap::liquidity_call.selector)
        return AbiWriter().uint(state.liquidity + (index == 0 && lies > 0 && lies-- > 0 ? liquidity_lie : 0)).take();
    if (selector == uniswap::tick_spacing_call.selector) return AbiWriter().sint(found->tick_spacing).take();
    if (selector == uniswap::ticks_call.selector) {
        const auto& info = state.ticks.at(static_cast<std::int32_t>(arguments.sint("tick", 24)));
        return AbiWriter()
            .uint(info.liquidity_gross)
            .sint(info.liquidity_net)
            .uint(0)
            .uint(0)
            .sint(0)
            .uint(0)
            .uint(0)
            .uint(1)
            .take();
    }
    const auto word = static_cast<std::int32_t>(arguments.sint("word", 16));
    u256 bits = 0;
    for (const auto& entry : state.ticks) {
        const std::int32_t compressed = entry.first / found->tick_spacing;
        if (floor_divide(compressed, 256) == word) bits |= static_cast<u256>(1) << (compressed & 255);
    }
    return AbiWriter().uint(bits).take();
}

void ModelNode::call_many(std::vector<pools::ContractCall> calls, const Bytes32& block_hash, pools::Done<std::vector<Bytes>> done) {
    later([this, calls = std::move(calls), block_hash, done = std::move(done)] {
        if (failing) return done(fail("model node: failing"));
        std::vector<Bytes> out;
        for (const auto& call : calls) out.push_back(answer(call, chain_.at(block_hash)));
        if (spoil) spoil(out);
        done(std::move(out));
    });
}

void ModelNode::logs_of_block(const Bytes32& block_hash, const std::vector<chain::Address>&,
                              pools::Done<std::vector<chain::Log>> done) {
    later([this, block_hash, done = std::move(done)] {
        if (failing) return done(fail("model node: failing"));
        done(chain_.at(block_hash).logs);
    });
}

void ModelNode::head_by_hash(const Bytes32& block_hash, pools::Done<chain::Head> done) {
    later([this, block_hash, done = std::move(done)] {
        if (failing || !chain_.has(block_hash)) return done(fail("model node: no such block"));
        done(chain_.at(std::exchange(wrong_parent, std::nullopt).value_or(block_hash)).head);
    });
}

void ModelNode::latest_head(pools::Done<chain::Head> done) {
    later([this, done = std::move(done)] {
        if (failing) return done(fail("model node: failing"));
        done(chain_.at(latest_).head);
    });
}

void ModelNode::after(std::chrono::milliseconds, std::function<void()> run) {
    later(std::move(run));
}

void ModelNode::run() {
    for (int rounds = 0; rounds < 2000 && !queue_.empty(); ++rounds) {
        auto now = std::move(queue_);
        queue_.clear();
        for (auto& action : now) action();
        if (failing && rounds > 20) return; // it would be asked again for ever
    }
}

} // namespace jitbox::test
