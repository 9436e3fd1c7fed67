// A pool's state is what the node says in a form that a pool can have; anything else is an error that names pool and field.
// SPDX-License-Identifier: Apache-2.0
#include "pools/pool_reader.hpp"

#include "chain/abi.hpp"
#include "unit/pools/model_chain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jitbox::pools {
namespace {

using chain::AbiWriter;
using testing::HasSubstr;

class PoolReaderTest : public testing::Test {
protected:
    PoolReaderTest() : chain(test::model_identities(), 42), node(chain) {}

    Result<PoolState> read() {
        Result<PoolState> out = fail("never answered");
        int answers = 0;
        read_pool(node, {.pool = chain.identities()[0], .block_hash = chain.genesis().head.hash, .words = {}, .words_each_side = 8},
                  [&](Result<PoolState> state) {
                      out = std::move(state);
                      ++answers;
                  });
        node.run();
        EXPECT_EQ(answers, 1) << "one reading, one answer";
        return out;
    }
    /// The error of a reading in which the batch with this number (slot0, words, ticks) was spoilt.
    std::string error_with(int batch, const std::function<void(std::vector<Bytes>&)>& change) {
        int seen = 0;
        node.spoil = [&](std::vector<Bytes>& answers) {
            if (seen++ == batch) change(answers);
        };
        const auto state = read();
        return state ? "accepted" : state.error().what;
    }

    test::ModelChain chain;
    test::ModelNode node;
};

TEST_F(PoolReaderTest, a_good_answer_is_the_pools_state) {
    const auto state = read();
    ASSERT_TRUE(state) << state.error().text();
    EXPECT_EQ(describe_difference(*state, chain.genesis().pools[0].state(min_tick, max_tick)), "");
}

TEST_F(PoolReaderTest, answers_that_are_missing_or_too_many_are_not_taken_for_others) {
    for (int batch = 0; batch < 2; ++batch) {
        EXPECT_THAT(error_with(batch, [](auto& answers) { answers.pop_back(); }),
                    HasSubstr("another number of answers than asked"));
        EXPECT_THAT(error_with(batch, [](auto& answers) { answers.push_back(answers.back()); }), HasSubstr("another number"));
    }
}

TEST_F(PoolReaderTest, another_tick_spacing_than_the_configured_one_is_named_with_both) {
    EXPECT_THAT(error_with(0, [](auto& answers) { answers[2] = AbiWriter().sint(10).take(); }),
                HasSubstr("its tick spacing is 10, configured is 60"));
}

TEST_F(PoolReaderTest, words_that_do_not_fit_their_type_are_named) {
    const chain::u256 wide = static_cast<chain::u256>(1) << 200;
    EXPECT_THAT(
        error_with(
            0, [&](auto& answers) { answers[0] = AbiWriter().uint(wide).sint(0).uint(0).uint(1).uint(1).uint(0).uint(1).take(); }),
        HasSubstr("sqrtPriceX96"));
    EXPECT_THAT(error_with(0, [&](auto& answers) { answers[1] = AbiWriter().uint(wide).take(); }), HasSubstr("liquidity"));
    EXPECT_THAT(error_with(0, [](auto& answers) { answers[0].resize(64); }), HasSubstr("reading its state"));
    EXPECT_THAT(error_with(0, [](auto& answers) { answers[0].clear(); }), HasSubstr("reading its state")) << "no contract there";
    EXPECT_THAT(error_with(1, [](auto& answers) { answers[0].pop_back(); }), HasSubstr("tickBitmap"));
}

TEST_F(PoolReaderTest, a_tick_of_the_bitmap_without_liquidity_is_a_contradiction) {
    const auto empty_tick = [](std::vector<Bytes>& answers) { std::ranges::fill(answers[0], std::uint8_t{0}); };
    int batches = 0;
    node.spoil = [&](auto&) { ++batches; };
    ASSERT_TRUE(read());
    EXPECT_THAT(error_with(batches - 1, empty_tick), HasSubstr("is in the bitmap but has no liquidity"));
}

} // namespace
} // namespace jitbox::pools
