// tx_store: windows of the oldest transaction wherever they are asked for, while its beats are still coming and after, against its
// bytes. SPDX-License-Identifier: Apache-2.0
#include "Vtx_store.h"
#include "rtl/clocked.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <iostream>
#include <random>
#include <vector>

namespace {

using namespace jitbox::test;
using Transaction = std::vector<BeatBytes>;
using Word = std::array<std::uint8_t, 32>;

constexpr std::size_t beat_bytes = 64;
constexpr std::size_t room = 4096; ///< beats
constexpr int jump_clocks = 2;     ///< from a jump to its window

class TxStore : public testing::Test {
protected:
    TxStore() {
        dut_.in_valid = dut_.drop = dut_.jump = dut_.take = 0;
        reset(dut_);
    }

    Transaction transaction() {
        Transaction out(1 + random_() % (random_() % 40 == 0 ? 2049 : random_() % 4 == 0 ? 60 : 6));
        for (BeatBytes& beat : out) {
            for (std::uint8_t& byte : beat) byte = static_cast<std::uint8_t>(random_());
        }
        return out;
    }

    void clock() {
        if (!dut_.in_valid && given_ < stream_.size() && random_() % 100 >= pauses_) {
            put(dut_.in_data, stream_.at(given_));
            dut_.in_valid = 1;
        }
        dut_.eval();
        const bool taken = dut_.in_valid && dut_.in_ready;
        ASSERT_LE(given_ + (taken ? 1U : 0U), begun_ + room);
        jitbox::test::clock(dut_);
        if (taken) {
            given_ += 1;
            dut_.in_valid = 0;
        }
        dut_.jump = dut_.take = dut_.drop = 0;
        dut_.eval();
    }

    /// The big-endian number at a place, as bytes of the port; from frame_end on there are zeros.
    static Word number_at(const Transaction& tx, std::size_t at, std::size_t frame_end) {
        Word out{};
        for (std::size_t i = 0; i < out.size(); ++i) {
            const std::size_t byte = at + i;
            if (byte < frame_end) out.at(out.size() - 1 - i) = tx.at(byte / beat_bytes).at(byte % beat_bytes);
        }
        return out;
    }
    void expect_window(const Transaction& tx, std::size_t at) {
        ASSERT_EQ(dut_.window_at, at);
        ASSERT_EQ(get<32>(dut_.word0), number_at(tx, at, dut_.frame_end)) << "at " << at << " of " << tx.size() << " beats";
        ASSERT_EQ(get<32>(dut_.word1), number_at(tx, at + 32, dut_.frame_end)) << "at " << at << " of " << tx.size() << " beats";
        windows_ += 1;
    }

    /// The window at a place and some behind it, each taken now or later.
    void read_from(const Transaction& tx, std::size_t at) {
        dut_.jump = 1;
        dut_.jump_at = static_cast<std::uint32_t>(at);
        clock();
        for (auto windows = random_() % 8; !HasFatalFailure(); --windows) {
            int there = 0; // clocks since its beats have come
            while (!HasFatalFailure() && !dut_.window_valid) {
                there = given_ - begun_ >= std::min(at / beat_bytes + 2, tx.size()) ? there + 1 : 0;
                ASSERT_LE(there, jump_clocks + 1) << "it does not come";
                clock();
            }
            while (!HasFatalFailure() && random_() % 4 == 0) {
                expect_window(tx, at);
                clock();
            }
            expect_window(tx, at);
            if (windows == 0) return;
            dut_.take = 1;
            clock();
            at += beat_bytes;
        }
    }

    void read(const Transaction& tx) {
        const std::size_t size = tx.size() * beat_bytes;
        dut_.tx_beats = static_cast<std::uint16_t>(tx.size());
        for (auto jumps = random_() % 6; jumps > 0 && !HasFatalFailure(); --jumps) {
            dut_.frame_end = static_cast<std::uint32_t>(random_() % 3 == 0 ? size : random_() % (size + 1));
            read_from(tx, random_() % (size + (random_() % 4 == 0 ? 1000 : 0)));
        }
        while (!HasFatalFailure() && given_ - begun_ < tx.size()) clock();
        dut_.drop = 1;
        clock();
        begun_ += tx.size();
    }

    const std::uint32_t seed_ = random_seed();
    std::mt19937_64 random_{seed_};
    Vtx_store dut_;
    std::deque<BeatBytes> stream_; ///< transactions, without a mark between them
    std::size_t given_ = 0;        ///< its beats
    std::size_t begun_ = 0;        ///< the oldest transaction's first
    unsigned pauses_ = 0;          ///< of the source, in percent
    int windows_ = 0;
};

TEST_F(TxStore, ShowsWindowsOfTheOldestTransaction) {
    std::vector<Transaction> all(700);
    std::ranges::generate(all, [this] { return transaction(); });
    for (const Transaction& tx : all) stream_.insert(stream_.end(), tx.begin(), tx.end());
    for (const Transaction& tx : all) {
        pauses_ = static_cast<unsigned>(random_() % 3 * 45);
        read(tx);
        if (HasFatalFailure()) return;
    }
    std::cout << windows_ << " windows\n";
    EXPECT_GT(windows_, 5000);
}

TEST_F(TxStore, GivesAWindowTwoClocksBehindAJumpAndThenOneAClock) {
    const Transaction tx(10, BeatBytes{7});
    stream_.assign(tx.begin(), tx.end());
    dut_.tx_beats = static_cast<std::uint16_t>(tx.size());
    dut_.frame_end = 640;
    while (given_ < tx.size()) clock();
    clock();
    dut_.jump = 1;
    dut_.jump_at = 5;
    for (int i = 0; i < jump_clocks; ++i) {
        EXPECT_FALSE(dut_.window_valid);
        clock();
    }
    for (std::size_t at = 5; at < 500; at += beat_bytes) {
        ASSERT_TRUE(dut_.window_valid);
        expect_window(tx, at);
        dut_.take = 1;
        clock();
    }
}

TEST_F(TxStore, TakesAsManyBeatsAsItHasRoomFor) {
    stream_.assign(room + 10, BeatBytes{});
    for (std::size_t i = 0; i < room + 100; ++i) clock();
    EXPECT_EQ(given_, room);
}

} // namespace
