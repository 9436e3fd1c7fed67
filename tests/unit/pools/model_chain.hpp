// A block tree of pools kept in the simplest way there is: positions in a map, everything else computed from them. What the pool
// book does with undo records and increments must equal this.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/block.hpp"
#include "pools/node_reader.hpp"
#include "pools/pool_state.hpp"

#include <functional>
#include <map>
#include <random>

namespace jitbox::test {

using pools::u128;
using pools::u256;

struct ModelPool {
    u256 sqrt_price_x96 = 0;
    std::int32_t tick = 0;
    std::uint32_t fee_protocol = 0;
    std::map<std::pair<std::int32_t, std::int32_t>, u128> positions{};

    [[nodiscard]] u128 liquidity() const;
    /// As a node would tell it, ticks limited to the range.
    [[nodiscard]] pools::PoolState state(std::int32_t known_lower, std::int32_t known_upper) const;
};

struct ModelBlock {
    chain::Head head;
    std::vector<chain::Log> logs;
    std::vector<ModelPool> pools; ///< after the block
};

class ModelChain {
public:
    explicit ModelChain(std::vector<pools::PoolIdentity> identities, std::uint64_t seed);

    /// A block of `events` random, valid events on top of `parent`.
    const ModelBlock& mine(const Bytes32& parent, unsigned events);
    /// `count` blocks on top of each other; gives the last.
    const ModelBlock& mine_many(Bytes32 parent, unsigned count, unsigned events_each = 2);
    /// A block in which one pool gets `count` positions of one spacing each, side by side from `lower` on.
    const ModelBlock& mine_positions(const Bytes32& parent, std::size_t pool, std::int32_t lower, unsigned count);
    /// A block with one swap that ends at this tick.
    const ModelBlock& mine_swap(const Bytes32& parent, std::size_t pool, std::int32_t tick);
    [[nodiscard]] const ModelBlock& at(const Bytes32& hash) const { return blocks_.at(hash); }
    [[nodiscard]] bool has(const Bytes32& hash) const { return blocks_.contains(hash); }
    [[nodiscard]] const ModelBlock& genesis() const { return blocks_.at(genesis_); }
    [[nodiscard]] const ModelBlock& ancestor(Bytes32 hash, unsigned generations) const;
    std::mt19937_64& random() { return random_; }
    [[nodiscard]] const std::vector<pools::PoolIdentity>& identities() const { return identities_; }

private:
    void random_event(ModelBlock& block, std::size_t pool);
    [[nodiscard]] ModelBlock block_on(const Bytes32& parent);
    static void append(ModelBlock& block, chain::Log log);
    const ModelBlock& keep(ModelBlock block);

    std::vector<pools::PoolIdentity> identities_;
    std::mt19937_64 random_;
    std::map<Bytes32, ModelBlock> blocks_;
    Bytes32 genesis_{};
    std::uint64_t serial_ = 0;
};

/// Two Uniswap pools and a PancakeSwap one with invented tokens.
std::vector<pools::PoolIdentity> model_identities();

chain::Log initialize_log(const pools::PoolIdentity& pool, u256 sqrt_price_x96, std::int32_t tick);
chain::Log swap_log(const pools::PoolIdentity& pool, u256 sqrt_price_x96, u128 liquidity, std::int32_t tick);
chain::Log liquidity_log(const pools::PoolIdentity& pool, bool burn, std::int32_t lower, std::int32_t upper, u128 amount);
chain::Log fee_protocol_log(const pools::PoolIdentity& pool, std::uint32_t fee0, std::uint32_t fee1);

/// Answers from a ModelChain, later: nothing happens before run().
class ModelNode final : public pools::NodeReader {
public:
    explicit ModelNode(ModelChain& chain) : chain_(chain), latest_(chain.genesis().head.hash) {}

    void call_many(std::vector<pools::ContractCall> calls, const Bytes32& block_hash,
                   pools::Done<std::vector<Bytes>> done) override;
    void logs_of_block(const Bytes32& block_hash, const std::vector<chain::Address>& addresses,
                       pools::Done<std::vector<chain::Log>> done) override;
    void head_by_hash(const Bytes32& block_hash, pools::Done<chain::Head> done) override;
    void latest_head(pools::Done<chain::Head> done) override;
    void after(std::chrono::milliseconds delay, std::function<void()> run) override;

    void set_latest(const Bytes32& hash) { latest_ = hash; }
    /// Does all that is asked, and what is asked by that, up to a limit.
    void run();

    bool failing = false;                                   ///< every answer is an error
    u128 liquidity_lie = 0;                                 ///< added to what liquidity() of the first pool says ...
    unsigned lies = ~0U;                                    ///< ... so many times
    std::function<void(std::vector<Bytes>& answers)> spoil; ///< of every batch of calls
    std::optional<Bytes32> wrong_parent;                    ///< what the next question for a block by its hash is answered with
    std::size_t contract_calls = 0;

private:
    Bytes answer(const pools::ContractCall& call, const ModelBlock& block);
    void later(std::function<void()> action) { queue_.push_back(std::move(action)); }

    ModelChain& chain_;
    Bytes32 latest_;
    std::vector<std::function<void()>> queue_;
};

} // namespace jitbox::test
