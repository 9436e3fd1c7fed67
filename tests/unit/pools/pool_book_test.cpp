// The pool book equals a model that computes everything from scratch, whatever happens to the chain.
// SPDX-License-Identifier: Apache-2.0
#include "pools/pool_book.hpp"
#include "support/seed.hpp"
#include "unit/pools/model_chain.hpp"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jitbox::pools {
namespace {

using test::ModelBlock;
using test::ModelChain;
using testing::ElementsAre;
using testing::HasSubstr;
using Outcome = BlockOutcome::Kind;

/// Pool 1 knows only a part of the ticks, the others all of them.
std::pair<std::int32_t, std::int32_t> known_range(std::uint16_t pool) {
    return pool == 1 ? std::pair{-20'736, 20'735} : std::pair{min_tick, max_tick};
}

class PoolBookTest : public testing::Test {
protected:
    PoolBookTest() : seed(test::random_seed()), chain(test::model_identities(), seed), book(test::model_identities()) {
        install(chain.genesis());
    }

    void install(const ModelBlock& block) {
        book.reset(block.head);
        for (std::uint16_t i = 0; i < book.size(); ++i) ASSERT_TRUE(book.install(i, block.head.hash, model_state(block, i)));
    }

    static PoolState model_state(const ModelBlock& block, std::uint16_t pool) {
        return block.pools[pool].state(known_range(pool).first, known_range(pool).second);
    }

    void expect_equal_to_model() const {
        const ModelBlock& block = chain.at(book.tip()->hash);
        for (std::uint16_t i = 0; i < book.size(); ++i) {
            ASSERT_EQ(book.service(i), Service::in_service) << "pool " << i << " seed " << seed;
            ASSERT_EQ(describe_difference(book.state(i), model_state(block, i)), "") << "pool " << i << " seed " << seed;
        }
    }

    BlockOutcome apply(const ModelBlock& block) { return book.apply_block(block.head, block.logs); }
    const ModelBlock& tip() const { return chain.at(book.tip()->hash); }

    std::uint64_t seed;
    ModelChain chain;
    PoolBook book;
};

TEST_F(PoolBookTest, random_chains_with_reorganisations_repeats_and_reordering_equal_the_model) {
    auto& random = chain.random();
    unsigned depth_possible = 0;
    for (int step = 0; step < 3000; ++step) {
        const auto action = random() % 20;
        if (action == 0) { // a reorganisation of any depth that the journal holds
            const auto depth = static_cast<unsigned>(random() % (std::min<unsigned>(depth_possible, journal_blocks) + 1));
            const ModelBlock& fork = chain.ancestor(book.tip()->hash, depth);
            ASSERT_EQ(apply(chain.mine(fork.head.hash, 3)).undone_blocks, depth);
            depth_possible -= depth;
        } else if (action == 1) { // a repeated or late head
            const auto back = static_cast<unsigned>(random() % (std::min<unsigned>(depth_possible, journal_blocks) + 1));
            ASSERT_EQ(apply(chain.ancestor(book.tip()->hash, back)).kind, Outcome::known);
            continue;
        } else if (action == 2) { // a head whose parent has not come yet
            const ModelBlock& parent = chain.mine(book.tip()->hash, 2);
            ASSERT_EQ(apply(chain.mine(parent.head.hash, 2)).kind, Outcome::unknown_parent);
            continue;
        } else if (action == 3) { // logs in any order, some twice, with some of another block and removed ones among them
            ModelBlock block = chain.mine(book.tip()->hash, 4);
            chain::Log removed = test::swap_log(book.identity(0), 5, 5, 5);
            removed.block_hash = block.head.hash;
            removed.log_index = 100;
            removed.removed = true;
            chain::Log strange = test::swap_log(book.identity(2), 6, 6, 6);
            strange.block_hash = {7};
            strange.log_index = 101;
            block.logs.insert(block.logs.end(), {block.logs[2], removed, strange});
            std::ranges::shuffle(block.logs, random);
            ASSERT_EQ(apply(block).kind, Outcome::applied);
        } else if (action == 4 && depth_possible > 0) { // the node says that the tip's logs are gone
            if (tip().logs.empty()) continue;
            chain::Log log = tip().logs[0];
            log.removed = true;
            ASSERT_EQ(book.note_log(log).undone_blocks, 1U);
            --depth_possible;
            expect_equal_to_model();
            continue;
        } else {
            ASSERT_EQ(apply(chain.mine(book.tip()->hash, static_cast<unsigned>(random() % 4))).kind, Outcome::applied);
        }
        ++depth_possible;
        depth_possible = std::min<unsigned>(depth_possible, journal_blocks);
        expect_equal_to_model();
        if (HasFatalFailure()) return;
    }
}

TEST_F(PoolBookTest, a_reorganisation_of_64_blocks_is_undone_exactly_and_one_of_65_is_too_deep) {
    const Bytes32 start = book.tip()->hash;
    Bytes32 hash = start;
    for (int i = 0; i < 65; ++i) {
        const ModelBlock& block = chain.mine(hash, 3);
        apply(block);
        hash = block.head.hash;
    }
    EXPECT_EQ(apply(chain.mine(start, 1)).kind, Outcome::too_deep);
    const BlockOutcome outcome = apply(chain.mine(chain.ancestor(hash, 64).head.hash, 1));
    EXPECT_EQ(outcome.kind, Outcome::applied);
    EXPECT_EQ(outcome.undone_blocks, 64U);
    expect_equal_to_model();
}

TEST_F(PoolBookTest, state_version_grows_with_every_change_also_when_a_block_is_undone) {
    const std::uint64_t before = book.state_version(0);
    ModelBlock block = chain.mine(book.tip()->hash, 0);
    block.logs = {test::swap_log(book.identity(0), 12345, 7, 3)};
    block.logs[0].block_hash = block.head.hash;
    const BlockOutcome applied = apply(block);
    EXPECT_THAT(applied.changed, ElementsAre(0));
    EXPECT_EQ(book.state_version(0), before + 1);
    const BlockOutcome undone = apply(chain.mine(chain.genesis().head.hash, 0));
    EXPECT_THAT(undone.changed, ElementsAre(0));
    EXPECT_EQ(book.state_version(0), before + 2);
    EXPECT_EQ(book.state(0), model_state(chain.genesis(), 0));
}

TEST_F(PoolBookTest, an_event_that_the_pool_could_not_have_emitted_takes_it_out_of_service) {
    ModelBlock block = chain.mine(book.tip()->hash, 0);
    block.logs = {test::liquidity_log(book.identity(0), true, -887220, 887220, ~static_cast<u128>(0) >> 2)};
    block.logs[0].block_hash = block.head.hash;
    const BlockOutcome outcome = apply(block);
    ASSERT_EQ(outcome.alerts.size(), 1U);
    EXPECT_THAT(outcome.alerts[0], HasSubstr("burn would make the liquidity -"));
    EXPECT_EQ(book.service(0), Service::quarantined);
    EXPECT_FALSE(book.view(0).in_service);
    EXPECT_TRUE(book.view(1).in_service);
}

TEST_F(PoolBookTest, an_audit_difference_quarantines_until_a_later_audit_confirms_the_new_reading) {
    PoolState node = model_state(tip(), 0);
    node.liquidity += 1;
    const BlockOutcome outcome = book.audit(0, book.tip()->hash, node);
    ASSERT_EQ(outcome.alerts.size(), 1U);
    EXPECT_THAT(outcome.alerts[0], HasSubstr("liquidity: ours is"));
    EXPECT_EQ(book.service(0), Service::quarantined);
    ASSERT_TRUE(book.install(0, book.tip()->hash, model_state(tip(), 0)));
    EXPECT_EQ(book.service(0), Service::confirming);
    book.audit(0, book.tip()->hash, model_state(tip(), 0));
    EXPECT_EQ(book.service(0), Service::confirming) << "the block that it was read at confirms nothing";
    apply(chain.mine(book.tip()->hash, 3));
    book.audit(0, book.tip()->hash, model_state(tip(), 0));
    EXPECT_EQ(book.service(0), Service::in_service);
}

TEST_F(PoolBookTest, an_audit_of_an_older_block_compares_with_the_state_of_that_block) {
    const ModelBlock& old = chain.mine(book.tip()->hash, 5);
    apply(old);
    for (int i = 0; i < 10; ++i) apply(chain.mine(book.tip()->hash, 5));
    for (std::uint16_t i = 0; i < book.size(); ++i) EXPECT_TRUE(book.audit(i, old.head.hash, model_state(old, i)).alerts.empty());
    EXPECT_TRUE(book.audit(0, Bytes32{9}, PoolState{}).alerts.empty()) << "an unknown block says nothing";
}

TEST_F(PoolBookTest, a_state_read_some_blocks_ago_is_brought_to_the_tip) {
    const ModelBlock& old = chain.mine(book.tip()->hash, 5);
    apply(old);
    for (int i = 0; i < 10; ++i) apply(chain.mine(book.tip()->hash, 5));
    for (std::uint16_t i = 0; i < book.size(); ++i) ASSERT_TRUE(book.install(i, old.head.hash, model_state(old, i)));
    expect_equal_to_model();
    EXPECT_FALSE(book.install(0, Bytes32{9}, PoolState{}));
}

TEST_F(PoolBookTest, undoing_the_block_that_a_pool_was_read_at_takes_it_out_of_service) {
    const Bytes32 before = book.tip()->hash;
    apply(chain.mine(before, 1));
    ASSERT_TRUE(book.install(0, book.tip()->hash, model_state(tip(), 0)));
    apply(chain.mine(before, 1));
    EXPECT_EQ(book.service(0), Service::quarantined);
    EXPECT_EQ(book.service(1), Service::in_service);
}

TEST_F(PoolBookTest, a_log_that_its_block_did_not_list_quarantines_the_pool) {
    const ModelBlock& block = chain.mine(book.tip()->hash, 3);
    apply(block);
    for (const chain::Log& log : block.logs) EXPECT_TRUE(book.note_log(log).alerts.empty());
    chain::Log extra = test::swap_log(book.identity(2), 5, 5, 5);
    extra.block_hash = block.head.hash;
    extra.log_index = 1;
    EXPECT_EQ(book.note_log(extra).alerts.size(), 1U);
    EXPECT_EQ(book.service(2), Service::quarantined);
}

TEST_F(PoolBookTest, a_price_beyond_the_known_ticks_takes_the_pool_out_of_service) {
    ModelBlock block = chain.mine(book.tip()->hash, 0);
    block.logs = {test::swap_log(book.identity(1), 12345, 7, 30'000)};
    block.logs[0].block_hash = block.head.hash;
    EXPECT_THAT(apply(block).alerts.at(0), HasSubstr("left the range of known ticks"));
}

TEST_F(PoolBookTest, a_view_lists_the_nearest_64_ticks_each_side_and_says_what_is_known) {
    PoolState state{.sqrt_price_x96 = 1, .tick = -1, .known_lower = min_tick, .known_upper = max_tick};
    for (std::int32_t i = -100; i < 40; ++i) state.ticks[i * 60] = {.liquidity_gross = 5, .liquidity_net = i};
    ASSERT_TRUE(book.install(0, book.tip()->hash, state));
    const PoolView view = book.view(0);
    ASSERT_EQ(view.below.size(), 64U);
    EXPECT_EQ(view.below.back().tick, -60);
    EXPECT_EQ(view.below.front().tick, -64 * 60);
    EXPECT_EQ(view.known_lower, -64 * 60);
    ASSERT_EQ(view.above.size(), 40U);
    EXPECT_EQ(view.above.front().tick, 0);
    EXPECT_EQ(view.known_upper, max_tick);
    EXPECT_TRUE(std::ranges::is_sorted(view.below, {}, &TickView::tick));
}

TEST(pool_rules, max_liquidity_per_tick_is_the_contracts) { // values of UniswapV3Factory's tiers, Tick.spec.ts of v3-core
    EXPECT_EQ(chain::to_decimal(static_cast<u256>(max_liquidity_per_tick(10))), "1917569901783203986719870431555990");
    EXPECT_EQ(chain::to_decimal(static_cast<u256>(max_liquidity_per_tick(60))), "11505743598341114571880798222544994");
    EXPECT_EQ(chain::to_decimal(static_cast<u256>(max_liquidity_per_tick(200))), "38350317471085141830651933667504588");
}

TEST(pool_rules, an_address_that_create2_does_not_give_is_refused) {
    PoolIdentity pool = test::model_identities()[0];
    EXPECT_TRUE(check_identity(pool));
    pool.fee = 500;
    EXPECT_THAT(check_identity(pool).error().what, HasSubstr("not the pool of these tokens"));
    std::swap(pool.token0, pool.token1);
    EXPECT_THAT(check_identity(pool).error().what, HasSubstr("token0 must be below token1"));
}

TEST(pool_rules, initialize_sets_price_and_the_forks_protocol_fee) {
    const auto pools = test::model_identities();
    for (const auto& [index, expected] :
         {std::pair{0U, 0U}, std::pair{2U, 209'718'400U}}) { // PancakeV3Pool: fee 2500 starts with 209718400
        PoolState state;
        ASSERT_TRUE(apply_event(state, pools[index], InitializeEvent{.sqrt_price_x96 = 99, .tick = -3}));
        EXPECT_EQ(state.fee_protocol, expected);
        EXPECT_EQ(state.tick, -3);
        EXPECT_FALSE(apply_event(state, pools[index], InitializeEvent{.sqrt_price_x96 = 99, .tick = -3}));
    }
}

} // namespace
} // namespace jitbox::pools
