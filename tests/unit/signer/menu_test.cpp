// The menu's store: what leaves it, what ends it, and that nothing of it stays in memory.
// SPDX-License-Identifier: Apache-2.0
#include "signer/menu.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace jitbox::signer {
namespace {

using namespace std::chrono_literals;

MenuKey key(std::uint8_t content, std::uint64_t nonce = 4, std::uint64_t block = 100, std::uint64_t lease = 1) {
    MenuKey out{.lane = 0, .nonce = nonce, .digests = {}, .lease_number = lease, .block = block};
    out.digests[0].fill(content);
    out.digests[1].fill(static_cast<std::uint8_t>(content + 1));
    return out;
}

class MenuTest : public ::testing::Test {
protected:
    bool add(const MenuKey& candidate) {
        if (!menu.make_room(candidate)) return false;
        const chain::u256 r = candidate.digests[0][0];
        menu.put(candidate, {chain::Signature{.r = r, .s = 7, .y_parity = 1}, chain::Signature{.r = r, .s = 8, .y_parity = 0}},
                 now);
        return true;
    }
    Menu menu{4, 12s};
    Menu::Time now{1000s};
};

TEST_F(MenuTest, GivesExactlyWhatWasAskedForAndOnce) {
    ASSERT_TRUE(add(key(1)));
    ASSERT_TRUE(add(key(2, 6)));
    EXPECT_FALSE(menu.is_blank());
    MenuKey other = key(1);
    other.digests[1][31] ^= 1;
    EXPECT_FALSE(menu.take(other, now)) << "one transaction of another content";
    EXPECT_EQ(menu.size(), 1U) << "what was asked for is bound now: nothing else for its nonces may stay";
    const auto given = menu.take(key(2, 6), now);
    ASSERT_TRUE(given);
    EXPECT_EQ(given.value()[0].r, 2);
    EXPECT_EQ(given.value()[1].s, 8);
    EXPECT_FALSE(menu.take(key(2, 6), now));
    EXPECT_EQ(menu.hits(), 1U);
    EXPECT_TRUE(menu.is_blank());
}

TEST_F(MenuTest, ManyCandidatesForOneNonceOfWhichOneIsGiven) {
    for (std::uint8_t content = 1; content < 8; content = static_cast<std::uint8_t>(content + 2)) ASSERT_TRUE(add(key(content)));
    EXPECT_FALSE(add(key(9))) << "it is full";
    EXPECT_TRUE(menu.take(key(5), now));
    EXPECT_TRUE(menu.is_blank()) << "the three that may never be released are gone";
}

TEST_F(MenuTest, IsOfOneBlockAndOneLease) {
    ASSERT_TRUE(add(key(1, 4, 100)));
    EXPECT_FALSE(menu.make_room(key(1, 4, 99)));
    ASSERT_TRUE(add(key(1, 4, 101)));
    EXPECT_EQ(menu.size(), 1U) << "a candidate for the next block ends those for this one";
    ASSERT_TRUE(add(key(1, 4, 101, 2)));
    EXPECT_EQ(menu.size(), 1U) << "so does another lease";
    EXPECT_FALSE(menu.take(key(1, 4, 101, 1), now)) << "of the lease before";
}

TEST_F(MenuTest, EveryWayToEndItLeavesZeros) {
    const std::vector<std::pair<std::string, std::function<void()>>> ways = {
        {"the block is there", [&] { menu.drop_up_to_block(100); }},
        {"a later block is there", [&] { menu.drop_up_to_block(200); }},
        {"all", [&] { menu.drop_all(); }},
        {"no lease", [&] { menu.keep_only(0, now); }},
        {"another lease", [&] { menu.keep_only(2, now); }},
        {"too old, seen by the watch", [&] { menu.keep_only(1, now + 12s); }},
        {"too old, seen when asked for", [&] { EXPECT_FALSE(menu.take(key(1), now + 12s)); }},
    };
    for (const auto& [name, end] : ways) {
        SCOPED_TRACE(name);
        ASSERT_TRUE(add(key(1)));
        ASSERT_TRUE(add(key(3, 6)));
        menu.drop_up_to_block(99);
        menu.keep_only(1, now + 11s);
        EXPECT_EQ(menu.size(), 2U);
        end();
        EXPECT_EQ(menu.size(), 0U);
        EXPECT_TRUE(menu.is_blank());
    }
}

TEST_F(MenuTest, WithoutRoomItIsOff) {
    Menu off(0, 12s);
    EXPECT_FALSE(off.make_room(key(1)));
    EXPECT_FALSE(off.take(key(1), now));
    off.drop_all();
    EXPECT_TRUE(off.is_blank());
}

/// The control thread empties it while the signing thread fills it and takes from it.
TEST_F(MenuTest, IsEmptiedFromAnotherThread) {
    std::atomic<bool> done = false;
    std::jthread control([&] {
        while (!done) {
            menu.drop_all();
            std::this_thread::yield();
        }
    });
    for (int i = 0; i < 20'000; ++i) {
        add(key(1));
        if (const auto given = menu.take(key(1), now)) ASSERT_EQ((*given)[0].r, 1) << "half a candidate was given";
    }
    done = true;
    control.join();
    menu.drop_all();
    EXPECT_TRUE(menu.is_blank());
}

} // namespace
} // namespace jitbox::signer
