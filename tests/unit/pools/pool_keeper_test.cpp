// The keeper brings the book to the node's state and keeps it there, whatever the node does.
// SPDX-License-Identifier: Apache-2.0
#include "pools/pool_events.hpp"
#include "pools/pool_keeper.hpp"
#include "unit/pools/model_chain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jitbox::pools {
namespace {

using test::ModelBlock;
using testing::HasSubstr;

class PoolKeeperTest : public testing::Test {
protected:
    PoolKeeperTest() : chain(test::model_identities(), 42), node(chain) {
        make_keeper({.bitmap_words_each_side = 8, .audit_every_blocks = 4});
    }

    void make_keeper(KeeperOptions options) {
        keeper = std::make_unique<PoolKeeper>(
            test::model_identities(), node, options,
            KeeperCallbacks{.on_block = [this](const auto&, const chain::Head& head) { tips.push_back(head.number); },
                            .on_alert = [this](const std::string& what) { alerts.push_back(what); }});
    }

    void start() {
        keeper->start();
        node.run();
    }

    /// The node's best block is this one; it announces it.
    void announce(const ModelBlock& block) {
        node.set_latest(block.head.hash);
        keeper->on_head(block.head);
        node.run();
    }

    void expect_equal_to_node(const ModelBlock& block) const {
        ASSERT_EQ(keeper->book().tip()->hash, block.head.hash);
        for (std::uint16_t i = 0; i < keeper->book().size(); ++i) {
            const PoolState& ours = keeper->book().state(i);
            EXPECT_EQ(describe_difference(ours, block.pools[i].state(ours.known_lower, ours.known_upper)), "") << "pool " << i;
            EXPECT_EQ(keeper->book().service(i), Service::in_service) << "pool " << i << ": " << testing::PrintToString(alerts);
        }
    }

    test::ModelChain chain;
    test::ModelNode node;
    std::unique_ptr<PoolKeeper> keeper;
    std::vector<std::uint64_t> tips;
    std::vector<std::string> alerts;
};

TEST_F(PoolKeeperTest, the_first_state_is_read_from_the_node_with_at_least_64_ticks_a_side_or_all_there_are) {
    start();
    expect_equal_to_node(chain.genesis());
    for (std::uint16_t i = 0; i < 3; ++i) {
        const PoolState& state = keeper->book().state(i);
        EXPECT_EQ(state.known_lower, min_tick) << "few ticks: the whole range is read";
        EXPECT_EQ(state.known_upper, max_tick);
    }
}

TEST_F(PoolKeeperTest, it_follows_announced_blocks_and_audits_find_no_difference) {
    start();
    Bytes32 hash = chain.genesis().head.hash;
    for (int i = 0; i < 60; ++i) {
        const ModelBlock& block = chain.mine(hash, 3);
        announce(block);
        hash = block.head.hash;
    }
    expect_equal_to_node(chain.at(hash));
    EXPECT_EQ(keeper->counters().audits, 45U);
    EXPECT_EQ(keeper->counters().audit_differences, 0U);
    EXPECT_TRUE(alerts.empty()) << alerts[0];
}

TEST_F(PoolKeeperTest, heads_that_were_not_announced_are_brought_by_walking_to_their_parents) {
    start();
    const ModelBlock& block = chain.mine_many(chain.genesis().head.hash, 20);
    announce(block);
    expect_equal_to_node(block);
    EXPECT_EQ(keeper->counters().blocks, 20U);
}

TEST_F(PoolKeeperTest, reorganisations_of_1_5_and_60_blocks_are_followed_without_reading_pools_again) {
    start();
    const ModelBlock* tip = &chain.mine_many(chain.genesis().head.hash, 60);
    announce(*tip);
    announce(*(tip = &chain.mine_many(tip->head.hash, 60)));
    const std::uint64_t snapshots = keeper->counters().snapshots;
    for (const unsigned depth : {1U, 5U, 60U}) {
        tip = &chain.mine_many(chain.ancestor(tip->head.hash, depth).head.hash, depth + 1);
        announce(*tip);
        expect_equal_to_node(*tip);
    }
    EXPECT_EQ(keeper->counters().deepest_reorganisation, 60U);
    EXPECT_EQ(keeper->counters().snapshots, snapshots);
}

TEST_F(PoolKeeperTest, a_reorganisation_deeper_than_the_journal_reads_every_pool_again) {
    start();
    const ModelBlock& old = chain.mine_many(chain.genesis().head.hash, 60);
    announce(old);
    announce(chain.mine_many(old.head.hash, 60));
    const ModelBlock& fork = chain.mine_many(chain.genesis().head.hash, 121);
    announce(fork);
    expect_equal_to_node(fork);
    EXPECT_EQ(keeper->counters().snapshots, 6U);
    ASSERT_FALSE(alerts.empty());
    EXPECT_THAT(alerts[0], HasSubstr("does not connect"));
}

TEST_F(PoolKeeperTest, a_head_from_long_ago_changes_nothing) {
    start();
    const ModelBlock& first = chain.mine(chain.genesis().head.hash, 1);
    announce(first);
    const ModelBlock* tip = &chain.mine_many(first.head.hash, 60);
    announce(*tip);
    announce(*(tip = &chain.mine_many(tip->head.hash, 60)));
    keeper->on_head(first.head);
    node.run();
    expect_equal_to_node(*tip);
    EXPECT_EQ(keeper->counters().snapshots, 3U);
}

TEST_F(PoolKeeperTest, a_difference_from_the_node_takes_the_pool_out_of_service_until_a_new_reading_is_confirmed) {
    start();
    node.liquidity_lie = 1; // from now on the node says something else than its events: one of the two is wrong
    const ModelBlock& block = chain.mine_many(chain.genesis().head.hash, 4, 0);
    announce(block);
    EXPECT_EQ(keeper->counters().audit_differences, 1U);
    EXPECT_EQ(keeper->book().service(0), Service::confirming);
    EXPECT_FALSE(keeper->book().view(0).in_service);
    EXPECT_TRUE(keeper->book().view(1).in_service);
    ASSERT_FALSE(alerts.empty());
    EXPECT_THAT(alerts[0], HasSubstr("differs from the node after block 1004: liquidity"));
    announce(chain.mine(block.head.hash, 0));
    EXPECT_EQ(keeper->book().service(0), Service::in_service) << "the same reading twice, a block apart";
}

TEST_F(PoolKeeperTest, a_node_that_contradicts_itself_is_named_and_the_pool_is_read_again_all_the_same) {
    start();
    node.liquidity_lie = 1;
    node.lies = 1;
    const ModelBlock& block = chain.mine_many(chain.genesis().head.hash, 4, 0);
    announce(block);
    EXPECT_EQ(keeper->counters().audit_differences, 1U);
    EXPECT_EQ(keeper->counters().node_contradictions, 1U);
    EXPECT_FALSE(keeper->book().view(0).in_service);
    EXPECT_THAT(alerts, testing::Contains(HasSubstr("the node says what we had")));
    const ModelBlock& next = chain.mine(block.head.hash, 0);
    announce(next);
    expect_equal_to_node(next);
}

TEST_F(PoolKeeperTest, a_reading_that_the_next_audit_does_not_confirm_is_read_once_more) {
    start();
    node.liquidity_lie = 1;
    node.lies = 3; // to the audit, to the second question, to the new reading
    const ModelBlock& first = chain.mine_many(chain.genesis().head.hash, 4, 0);
    announce(first);
    ASSERT_EQ(keeper->book().service(0), Service::confirming);
    const ModelBlock& second = chain.mine(first.head.hash, 0);
    announce(second);
    EXPECT_EQ(keeper->counters().audit_differences, 1U);
    EXPECT_EQ(keeper->counters().node_contradictions, 0U);
    EXPECT_EQ(keeper->counters().unconfirmed_readings, 1U);
    EXPECT_FALSE(keeper->book().view(0).in_service);
    const ModelBlock& third = chain.mine(second.head.hash, 0);
    announce(third);
    expect_equal_to_node(third);
}

TEST_F(PoolKeeperTest, a_node_that_gives_another_block_than_the_parent_that_was_asked_for_is_not_believed) {
    start();
    const ModelBlock& fork = chain.mine(chain.genesis().head.hash, 3);
    const ModelBlock& block = chain.mine_many(chain.genesis().head.hash, 3);
    node.wrong_parent = fork.head.hash; // it connects, so that its logs would be taken for our chain's
    announce(block);
    EXPECT_THAT(alerts, testing::Contains(HasSubstr("another block than the parent that was asked for")));
    EXPECT_EQ(keeper->counters().reorganisations, 0U) << "nothing of the other block was taken";
    expect_equal_to_node(block);
}

TEST_F(PoolKeeperTest, a_price_that_comes_near_the_end_of_the_known_ticks_has_them_read_again_around_it) {
    make_keeper({.bitmap_words_each_side = 1, .audit_every_blocks = 1000});
    const std::int32_t spacing = chain.identities()[0].tick_spacing;
    const ModelBlock& dense = chain.mine_positions(chain.genesis().head.hash, 0, -200 * spacing, 400);
    const ModelBlock& centred = chain.mine_swap(dense.head.hash, 0, 0);
    node.set_latest(centred.head.hash);
    start();
    const std::int32_t end = keeper->book().state(0).known_upper;
    ASSERT_EQ(end, 512 * spacing - 1) << "one word beyond that of the price: 64 ticks on either side are in it";
    const std::uint64_t snapshots = keeper->counters().snapshots;
    const ModelBlock& before = chain.mine_swap(centred.head.hash, 0, end - 97 * spacing);
    announce(before);
    EXPECT_EQ(keeper->counters().snapshots, snapshots) << "more than an eighth of what is known is left";
    const ModelBlock& near = chain.mine_swap(before.head.hash, 0, end - 95 * spacing);
    announce(near);
    EXPECT_GT(keeper->counters().snapshots, snapshots);
    EXPECT_GT(keeper->book().state(0).known_upper, end);
    EXPECT_TRUE(alerts.empty()) << alerts[0];
    expect_equal_to_node(near);
    const ModelBlock& beyond = chain.mine_swap(near.head.hash, 0, end + spacing);
    announce(beyond);
    expect_equal_to_node(beyond);
}

TEST_F(PoolKeeperTest, a_head_far_ahead_is_not_walked_down_to) {
    start();
    chain::Head lie = chain.genesis().head; // of a number that the chain will not have for years
    lie.number = ~std::uint64_t{0};
    lie.hash = {9};
    lie.parent_hash = {8};
    keeper->on_head(lie);
    node.run();
    expect_equal_to_node(chain.genesis());
    EXPECT_EQ(keeper->counters().snapshots, 3U) << "the node's latest block is known: nothing is read again";
    EXPECT_EQ(keeper->counters().node_errors, 0U) << "nobody asks for its parents";
    const ModelBlock& block = chain.mine(chain.genesis().head.hash, 3);
    announce(block);
    expect_equal_to_node(block);
}

TEST_F(PoolKeeperTest, a_node_that_answers_with_errors_is_asked_again) {
    node.failing = true;
    start();
    EXPECT_GT(keeper->counters().node_errors, 0U);
    node.failing = false;
    node.run();
    expect_equal_to_node(chain.genesis());
    node.failing = true;
    const ModelBlock& block = chain.mine_many(chain.genesis().head.hash, 3);
    announce(block);
    node.failing = false;
    node.run();
    expect_equal_to_node(block);
}

TEST_F(PoolKeeperTest, destroying_it_with_requests_under_way_is_safe) {
    keeper->start();
    keeper.reset();
    node.run();
}

TEST(pool_events, damaged_logs_are_errors_and_other_events_are_none) {
    const PoolIdentity pool = test::model_identities()[0];
    chain::Log log = test::swap_log(pool, 5, 6, 7);
    EXPECT_TRUE(decode_pool_event(log, Kind::uniswap_v3).value());
    EXPECT_FALSE(decode_pool_event(log, Kind::pancake_v3).value()) << "Uniswap's Swap is no event of a PancakeSwap pool";
    log.data.pop_back();
    EXPECT_FALSE(decode_pool_event(log, Kind::uniswap_v3));
    log = test::liquidity_log(pool, false, -60, 60, 1);
    log.topics.pop_back();
    EXPECT_FALSE(decode_pool_event(log, Kind::uniswap_v3));
    log.topics.clear();
    EXPECT_FALSE(decode_pool_event(log, Kind::uniswap_v3).value());
    log = test::fee_protocol_log(pool, 16, 4);
    EXPECT_FALSE(decode_pool_event(log, Kind::uniswap_v3)) << "16 does not fit its four bits";
}

} // namespace
} // namespace jitbox::pools
