// The whole card, both kernels, clock by clock: its emergency-stop pin at a random moment while it decides.
// SPDX-License-Identifier: Apache-2.0
#include "Vcard.h"
#include "accel/records.hpp"
#include "rtl/card/card_bench.hpp"
#include "rtl/range_streams.hpp"
#include "support/seed.hpp"
#include "unit/kernels/parser_harness.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

namespace jitbox::testing {
namespace {

using Bench = CardBench<Vcard>;
using records::Kind;

constexpr std::uint64_t most_clocks = 2'000'000; // of one stream
constexpr int clocks_a_look = 20;
constexpr int looks_for_an_acknowledgement = 500;

const accel::RouterEntry test_router{test::address_of(0x72), accel::RouterKind::swap_router02, test::address_of(0xfa)};

Kind kind_of(const Bytes& record) {
    return static_cast<Kind>(record[records::header::kind]);
}

/// What one stream gave.
struct Answers {
    std::vector<Bytes> records; ///< BARRIER_DONE last
    std::size_t decisions = 0;
    std::vector<std::uint64_t> decided; ///< the clock of each of them
    std::size_t late = 0;               ///< decisions that became visible after the card had acknowledged its stop
    bool stopped = false;               ///< the pin went high before the stream was over
    bool acknowledged = false;
    std::uint64_t clocks = 0;
};

/// Feeds the stream, which ends with BARRIER, and reads until that is answered. The pin goes high `clocks_later` after the
/// `stop_after`-th decision; a card that has not acknowledged it at the end of the stream gets some more clocks for that.
Answers run(Bench& bench, const std::vector<Bytes>& stream, std::size_t stop_after, std::uint64_t clocks_later) {
    Answers answers;
    std::size_t next = 0;
    std::uint64_t stop_at = ~std::uint64_t{0};
    std::uint32_t seen_by_then = 0; // position that the host could see when the card acknowledged
    const std::uint64_t begin = bench.axi.clock();
    bench.start();
    const auto over = [&] {
        return (!answers.records.empty() && kind_of(answers.records.back()) == Kind::barrier_done) || answers.clocks >= most_clocks;
    };
    const auto look = [&] {
        bench.ticks(clocks_a_look);
        answers.clocks = bench.axi.clock() - begin;
        if (answers.acknowledged || (bench.status() & 1U << reg::status_frozen) == 0) return;
        answers.acknowledged = true;
        seen_by_then = static_cast<std::uint32_t>(bench.page_word(reg::page::out_tail));
    };
    while (!over()) {
        if (next < stream.size() && bench.push(stream[next])) {
            ++next;
            bench.ring_in();
        }
        look();
        if (answers.decisions >= stop_after && stop_at == ~std::uint64_t{0}) stop_at = answers.clocks + clocks_later;
        answers.stopped = answers.clocks >= stop_at;
        bench.card.emergency_stop = answers.stopped ? 1 : 0;
        std::uint32_t position = bench.out_head;
        for (Bytes& record : bench.drain()) {
            const bool decision = kind_of(record) == Kind::decision;
            answers.decisions += decision ? 1 : 0;
            if (decision) answers.decided.push_back(answers.clocks);
            answers.late += decision && answers.acknowledged && position >= seen_by_then ? 1 : 0;
            position += static_cast<std::uint32_t>(record.size() / records::beat_bytes);
            answers.records.push_back(std::move(record));
        }
        bench.ring_out();
    }
    for (int i = 0; answers.stopped && !answers.acknowledged && i < looks_for_an_acknowledgement; ++i) look();
    return answers;
}

/// As answered without a stop, or REJECT(frozen) for what range_profit said of a leg.
bool same_but_frozen(const Bytes& stopped, const Bytes& usual) {
    if (stopped == usual) return true;
    const bool of_a_leg = kind_of(usual) == Kind::decision || kind_of(usual) == Kind::reject;
    return of_a_leg && kind_of(stopped) == Kind::reject &&
           stopped[records::reject::reason] == static_cast<std::uint8_t>(records::Reason::frozen);
}

TEST(WholeCard, NoDecisionIsPublishedOnceTheStopPinIsAcknowledgedAndEveryRecordIsAnswered) {
    const std::uint32_t seed = test::random_seed();
    const char* const wanted = std::getenv("JITBOX_STOP_TURNS");
    const long turns = wanted != nullptr ? std::strtol(wanted, nullptr, 10) : 8;
    std::mt19937 random{seed};
    test::RangeStreams pools{seed};
    const auto mood = [&] {
        return sim::BusMood{.seed = static_cast<std::uint32_t>(random()), .write_latency = static_cast<unsigned>(random() % 400)};
    };
    std::vector<Bytes> stream{accel::to_record(1, std::vector{test_router})};
    Answers usual;
    do { // until there is something to stop
        for (int i = 0; i < 4; ++i) pools.append_card_case(stream, 2, test_router);
        std::vector<Bytes> whole = stream;
        whole.push_back(accel::barrier_record(0, 1));
        Bench bench(mood());
        usual = run(bench, whole, ~std::size_t{0}, 0);
        ASSERT_EQ(kind_of(usual.records.back()), Kind::barrier_done);
        ASSERT_FALSE(usual.acknowledged);
    } while (usual.decisions < 4);
    stream.push_back(accel::barrier_record(0, 1));
    std::cout << usual.decisions << " decisions in " << usual.clocks << " clocks\n";
    long stops = 0;
    for (long turn = 0; turn < turns; ++turn) {
        Bench bench(mood());
        const std::size_t after = random() % (usual.decisions - 1); // 0: from the stream's begin on
        const std::uint64_t since = after == 0 ? 0 : usual.decided.at(after - 1);
        const Answers stopped =
            run(bench, stream, after, random() % (usual.clocks - since)); // on a faster bus that may be too late
        stops += stopped.stopped ? 1 : 0;
        EXPECT_EQ(stopped.acknowledged, stopped.stopped) << "turn " << turn;
        EXPECT_EQ(stopped.late, 0U) << "turn " << turn;
        ASSERT_EQ(stopped.records.size(), usual.records.size()) << "turn " << turn;
        for (std::size_t i = 0; i < usual.records.size(); ++i)
            ASSERT_TRUE(same_but_frozen(stopped.records[i], usual.records[i])) << "turn " << turn << ", record " << i;
    }
    EXPECT_GT(stops, 0);
}

} // namespace
} // namespace jitbox::testing
