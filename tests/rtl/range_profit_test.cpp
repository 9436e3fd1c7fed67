// The whole kernel range_profit, shell and engine: the same bytes as the HLS source for the same stream, whatever the stalls.
// SPDX-License-Identifier: Apache-2.0
#include "Vrange_profit.h"
#include "accel/records.hpp"
#include "range_driver.hpp"
#include "range_streams.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <iostream>

namespace jitbox::test {
namespace {

using records::Kind;

/// Pools with legs between other records, about `legs` legs.
std::vector<Bytes> some_records(RangeStreams& streams, std::size_t legs) {
    std::vector<Bytes> records;
    for (std::size_t i = 0; i < legs / 4; ++i) {
        streams.append_case(records, 3);
        records.push_back(streams.random_record());
        records.push_back(streams.random_record());
    }
    return records;
}

std::size_t count_of(const std::vector<StreamBeat>& output, Kind kind) {
    std::size_t count = 0;
    bool first = true;
    for (const StreamBeat& beat : output) {
        count += first && beat.data[0] == static_cast<std::uint8_t>(kind) ? 1 : 0;
        first = beat.last;
    }
    return count;
}

class RangeProfit : public testing::Test {
protected:
    void expect_same(const std::vector<Bytes>& records) {
        const auto input = beats_of(records);
        const auto expected = hls_.run(input);
        const auto actual = rtl_.run(input, expected.size());
        const std::string text = difference(expected, actual);
        ASSERT_TRUE(text.empty()) << text;
        decisions_ += count_of(expected, Kind::decision);
        rejects_ += count_of(expected, Kind::reject);
    }
    void restart() {
        hls_.reset();
        rtl_.restart();
    }
    HlsRange hls_;
    RangeBench<Vrange_profit, NoActor> rtl_;
    std::size_t decisions_ = 0;
    std::size_t rejects_ = 0;
};

TEST_F(RangeProfit, AnswersPoolsLegsAndDamagedRecordsLikeTheHlsSource) {
    const auto seed = random_seed();
    const char* const wanted = std::getenv("JITBOX_RTL_LEGS");
    const std::size_t legs = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 240;
    std::mt19937_64 random{seed};
    RangeStreams streams{seed};
    for (std::size_t done = 0; done < legs; done += 40) {
        rtl_.set_stalls(random() % 3 * 30, random() % 3 * 30, random());
        expect_same(some_records(streams, 40));
        if (HasFatalFailure()) return;
    }
    std::cout << decisions_ << " decisions, " << rejects_ << " rejects, " << rtl_.clocks() << " clocks\n";
    EXPECT_GT(decisions_, legs / 8);
}

/// A leg is taken once a sequence number and pool: each time new ones.
std::vector<Bytes> renumbered(std::vector<Bytes> records, std::uint64_t& next) {
    for (Bytes& record : records) {
        std::memcpy(record.data() + records::header::sequence, &next, sizeof(next));
        ++next;
    }
    return records;
}

// Every word of a POOL record once as something else, with legs behind it. Whatever became of it, a good POOL serves as before.
TEST_F(RangeProfit, APoisonedPoolIsAnsweredAsByTheHlsSourceAndAGoodOneServesAgain) {
    const auto seed = random_seed();
    std::mt19937_64 random{seed};
    RangeStreams streams{seed};
    std::vector<Bytes> good;
    streams.append_case(good, 3);
    const auto is_pool = [](const Bytes& record) { return record[0] == static_cast<std::uint8_t>(Kind::pool); };
    const auto pool = static_cast<std::size_t>(std::ranges::find_if(good, is_pool) - good.begin());
    std::uint64_t next = 1'000'000;
    expect_same(renumbered(good, next));
    const std::size_t served = decisions_;
    for (std::size_t at = records::header_bytes; at < good[pool].size(); at += 4) {
        std::vector<Bytes> poisoned = good;
        const std::array<std::uint32_t, 3> values{0, ~0U, static_cast<std::uint32_t>(random())};
        std::memcpy(poisoned[pool].data() + at, &values.at(random() % 3), 4);
        expect_same(renumbered(poisoned, next));
        const std::size_t before = decisions_;
        expect_same(renumbered(good, next));
        ASSERT_EQ(decisions_ - before, served) << "word at byte " << at;
        if (HasFatalFailure()) FAIL() << "word at byte " << at;
    }
    std::cout << served << " decisions a good pool, " << rejects_ << " rejects\n";
    EXPECT_GT(rejects_, 0U);
}

TEST_F(RangeProfit, AResetAtAnyClockForgetsEverythingAndNothingHangs) {
    const auto seed = random_seed();
    std::mt19937_64 random{seed};
    RangeStreams streams{seed};
    for (int turn = 0; turn < 6; ++turn) {
        std::uint64_t left = 2100 + random() % 8000;
        rtl_.run(beats_of(some_records(streams, 12)), ~std::size_t{0}, [&left] { return --left == 0; });
        restart();
        expect_same(some_records(streams, 4));
        if (HasFatalFailure()) return;
    }
}

TEST_F(RangeProfit, AfterAFreezeAtAnyClockNoDecisionBeginsAndEveryLegIsAnswered) {
    const auto seed = random_seed();
    std::mt19937_64 random{seed};
    RangeStreams streams{seed};
    for (int turn = 0; turn < 6; ++turn) {
        auto records = some_records(streams, 12);
        records.push_back(accel::barrier_record(1, 1));
        const auto input = beats_of(records);
        const auto expected = hls_.run(input);
        std::uint64_t left = 2100 + random() % 12000;
        std::size_t given = 0;
        const std::size_t barriers = count_of(expected, Kind::barrier_done); // the streams have some of their own
        const auto output = rtl_.run(input, ~std::size_t{0}, [&] {
            if (--left == 0) {
                rtl_.freeze(true);
                given = rtl_.given();
            }
            return rtl_.barriers_given() == barriers;
        });
        const auto answers = [](const std::vector<StreamBeat>& of) {
            return count_of(of, Kind::decision) + count_of(of, Kind::reject);
        };
        EXPECT_EQ(answers(output), answers(expected)) << "each has one answer, frozen or not";
        const std::vector<StreamBeat> after(output.begin() + static_cast<std::ptrdiff_t>(given), output.end());
        EXPECT_LE(left == 0 ? count_of(after, Kind::decision) : 0, 1U) << "at most the one whose writing had begun";
        rtl_.freeze(false);
        restart();
    }
}

} // namespace
} // namespace jitbox::test
