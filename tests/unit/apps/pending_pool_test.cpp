// Which pending swaps meet the next head.
// SPDX-License-Identifier: Apache-2.0
#include "apps/market/pending_pool.hpp"

#include <gtest/gtest.h>

namespace jitbox::apps {
namespace {

Bytes32 hash_of(std::uint8_t n) {
    Bytes32 out{};
    out[0] = n;
    return out;
}

PendingSwap swap(std::uint8_t n, std::uint8_t sender, std::uint64_t nonce, std::uint64_t block = 10) {
    PendingSwap out;
    out.hash = hash_of(n);
    out.sender[0] = sender;
    out.nonce = nonce;
    out.seen_at_block = block;
    return out;
}

std::vector<std::uint8_t> names(const PendingPool& pool) {
    std::vector<std::uint8_t> out;
    for (const PendingSwap& pending : pool.all()) out.push_back(pending.hash[0]);
    return out;
}

TEST(PendingPoolTest, what_a_block_mined_is_forgotten_and_the_rest_keeps_its_order) {
    PendingPool pool;
    for (const std::uint8_t n : std::initializer_list<std::uint8_t>{1, 2, 3}) pool.add(swap(n, n, 0));
    pool.add(swap(2, 2, 0)); // announced twice
    pool.on_block(11, {hash_of(2), hash_of(9)});
    EXPECT_EQ(names(pool), (std::vector<std::uint8_t>{1, 3}));
}

TEST(PendingPoolTest, a_nonce_that_the_chain_has_used_forgets_what_it_replaced) {
    PendingPool pool;
    pool.add(swap(1, 7, 4));
    pool.add(swap(2, 7, 5));
    pool.add(swap(3, 8, 0));
    pool.set_nonce(swap(1, 7, 4).sender, 5);
    EXPECT_EQ(names(pool), (std::vector<std::uint8_t>{2, 3}));
    EXPECT_EQ(pool.nonce_of(swap(1, 7, 4).sender), 5U);
    pool.forget_nonces();
    EXPECT_FALSE(pool.nonce_of(swap(1, 7, 4).sender).has_value());
}

TEST(PendingPoolTest, the_oldest_goes_when_it_is_full_and_everything_goes_when_it_is_old) {
    PendingPool pool(2, 5);
    for (const std::uint8_t n : std::initializer_list<std::uint8_t>{1, 2, 3}) pool.add(swap(n, n, 0, 10U + n));
    EXPECT_EQ(names(pool), (std::vector<std::uint8_t>{2, 3}));
    pool.on_block(18, {});
    EXPECT_EQ(names(pool), (std::vector<std::uint8_t>{3}));
    pool.on_block(19, {});
    EXPECT_EQ(pool.size(), 0U);
}

TEST(PendingPoolTest, senders_are_named_once) {
    PendingPool pool;
    pool.add(swap(1, 7, 4));
    pool.add(swap(2, 7, 5));
    pool.add(swap(3, 8, 0));
    EXPECT_EQ(pool.senders().size(), 2U);
}

} // namespace
} // namespace jitbox::apps
