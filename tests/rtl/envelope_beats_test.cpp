// envelope_beats: of each transaction the header, the beats from the wanted one on, and when it is whole; the bench wants them as
// tx_envelope does. SPDX-License-Identifier: Apache-2.0
#include "Venvelope_beats.h"
#include "rtl/clocked.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <iostream>
#include <random>
#include <vector>

namespace {

using namespace jitbox::test;
using Transaction = std::vector<BeatBytes>;

constexpr unsigned room = 32;
constexpr unsigned most_beats = 2049;
constexpr int patience = 3; ///< clocks until beats that have come are at hand

class EnvelopeBeats : public testing::Test {
protected:
    EnvelopeBeats() {
        dut_.in_valid = dut_.drain = dut_.drop = 0;
        dut_.line = dut_.beats = 0;
        reset(dut_);
    }

    Transaction transaction() {
        const auto longest = random_() % 60 == 0 ? most_beats : random_() % 4 == 0 ? 80U : 8U;
        Transaction out(1 + random_() % longest);
        for (BeatBytes& beat : out) {
            for (std::uint8_t& byte : beat) byte = static_cast<std::uint8_t>(random_());
        }
        return out;
    }

    /// The stream of beats, without a mark between transactions.
    void offer() {
        if (!dut_.in_valid && given_ < stream_.size() && random_() % 100 >= pauses_) {
            put(dut_.in_data, stream_.at(given_));
            dut_.in_valid = 1;
        }
    }

    void clock() {
        offer();
        dut_.eval();
        const bool taken = dut_.in_valid && dut_.in_ready;
        ASSERT_LE(given_ + (taken ? 1U : 0U), begun_ + std::max<std::size_t>(dut_.line, passed_) + room)
            << "more than there is room for";
        jitbox::test::clock(dut_);
        if (taken) {
            given_ += 1;
            dut_.in_valid = 0;
        }
        dut_.eval();
        ASSERT_LT(clocks_++, 10'000'000);
    }

    [[nodiscard]] std::size_t arrived() const { return given_ - begun_; }

    void await_first(const Transaction& tx) {
        dut_.line = 0;
        dut_.beats = static_cast<std::uint16_t>(random_() % 4096); // not known yet
        dut_.eval();
        while (!HasFatalFailure() && !dut_.first_valid) {
            if (dut_.at_hand) ASSERT_EQ(get<64>(dut_.low), tx.front()) << "of the one before";
            clock();
        }
        if (dut_.at_hand) ASSERT_EQ(get<64>(dut_.low), tx.front()) << "of the one before";
        ASSERT_EQ(std::memcmp(&dut_.header, tx.front().data(), 16), 0);
        clock();
        dut_.beats = static_cast<std::uint16_t>(tx.size());
        dut_.eval();
    }

    /// Stands at a line until it is at hand, and longer.
    void stand(const Transaction& tx, std::size_t line) {
        dut_.line = static_cast<std::uint16_t>(line);
        int there = 0;
        for (auto longer = random_() % 4; !HasFatalFailure();) {
            dut_.eval();
            ASSERT_EQ(dut_.whole != 0, arrived() >= tx.size());
            if (dut_.at_hand) {
                ASSERT_EQ(get<64>(dut_.low), tx.at(line));
                if (line + 1 < tx.size()) ASSERT_EQ(get<64>(dut_.high), tx.at(line + 1));
                if (longer-- == 0) return;
            }
            there = arrived() >= std::min(line + 2, tx.size()) && !dut_.at_hand ? there + 1 : 0;
            ASSERT_LT(there, patience) << "beats " << line << " of " << tx.size();
            clock();
        }
    }

    /// No beat is wanted any more: all of them come and go.
    void leave(const Transaction& tx) {
        while (!HasFatalFailure() && !dut_.whole) {
            dut_.drain = 1;
            passed_ = std::min(arrived(), tx.size());
            clock();
        }
        ASSERT_GE(arrived(), tx.size());
        dut_.drain = 0;
        passed_ = tx.size();
        while (!HasFatalFailure() && random_() % 3 == 0) clock();
        dut_.drop = 1;
        clock();
        dut_.drop = 0;
        begun_ += tx.size();
        passed_ = 0;
    }

    void read(const Transaction& tx) {
        await_first(tx);
        const bool in_sequence = random_() % 2 == 0;
        for (std::size_t line = 0; !HasFatalFailure() && line < tx.size(); line += in_sequence ? 1 : 1 + random_() % 40) {
            stand(tx, line);
            lines_ += 1;
            if (random_() % 50 == 0) break; // an envelope that is damaged is not read to its end
            if (random_() % 50 == 0) {      // or says that an item ends behind its last beat
                dut_.line = static_cast<std::uint16_t>(tx.size() + random_() % 100);
                dut_.eval();
                break;
            }
        }
        leave(tx);
    }

    void expect(const Transaction& tx) { stream_.insert(stream_.end(), tx.begin(), tx.end()); }

    const std::uint32_t seed_ = random_seed();
    std::mt19937_64 random_{seed_};
    Venvelope_beats dut_;
    std::deque<BeatBytes> stream_;
    std::size_t given_ = 0;  ///< beats of the stream
    std::size_t begun_ = 0;  ///< the oldest transaction's first beat
    std::size_t passed_ = 0; ///< its beats that need no room
    unsigned pauses_ = 0;    ///< of the source, in percent
    int lines_ = 0;
    int clocks_ = 0;
};

TEST_F(EnvelopeBeats, ShowsTheBeatsThatAreWantedOfEachTransaction) {
    std::vector<Transaction> all;
    for (int i = 0; i < 600; ++i) expect(all.emplace_back(transaction()));
    for (const Transaction& tx : all) {
        pauses_ = static_cast<unsigned>(random_() % 3 * 40);
        read(tx);
        if (HasFatalFailure()) return;
    }
    std::cout << lines_ << " lines in " << clocks_ << " clocks\n";
    EXPECT_EQ(given_, stream_.size());
    EXPECT_GT(lines_, 1500);
}

TEST_F(EnvelopeBeats, HoldsThirtyTwoBeatsOfOneTransactionOrOfMany) {
    for (const std::size_t size : {std::size_t{40}, std::size_t{1}}) {
        stream_.clear();
        given_ = begun_ = 0;
        const Transaction tx(size, BeatBytes{1});
        for (int i = 0; i < 40; ++i) expect(tx);
        reset(dut_);
        await_first(tx);
        for (int i = 0; i < 100 && !HasFatalFailure(); ++i) clock();
        EXPECT_EQ(given_, room);
    }
}

} // namespace
