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

const accel::RouterEntry test_router{test::address_of(0x72), accel::RouterKind::swap_router02, test::address_of(0xfa)};

Kind kind_of(const Bytes& record) {
    return static_cast<Kind>(record[records::header::kind]);
}

/// What one stream gave.
struct Answers {
    std::vector<Bytes> records; ///< BARRIER_DONE last
    std::size_t decisions = 0;
    std::size_t late = 0; ///< decisions that became visible after the card had acknowledged its stop
    bool acknowledged = false;
    std::uint64_t clocks = 0;
};

/// Feeds the stream, which ends with BARRIER, and reads until that is answered. The pin goes high `clocks_later` after the
/// `stop_after`-th decision.
Answers run(Bench& bench, const std::vector<Bytes>& stream, std::size_t stop_after, std::uint64_t clocks_later) {
    Answers answers;
    std::size_t next = 0;
    std::uint64_t stop_at = ~std::uint64_t{0};
    std::uint32_t seen_by_then = 0; // position that the host could see when the card acknowledged
    const std::uint64_t begin = bench.axi.clock();
    bench.start();
    while ((answers.records.empty() || kind_of(answers.records.back()) != Kind::barrier_done) && answers.clocks < most_clocks) {
        if (next < stream.size() && bench.push(stream[next])) {
            ++next;
            bench.ring_in();
        }
        bench.ticks(clocks_a_look);
        answers.clocks = bench.axi.clock() - begin;
        if (answers.decisions >= stop_after && stop_at == ~std::uint64_t{0}) stop_at = answers.clocks + clocks_later;
        bench.card.emergency_stop = answers.clocks >= stop_at ? 1 : 0;
        if (!answers.acknowledged && (bench.status() & 1U << reg::status_frozen) != 0) {
            answers.acknowledged = true;
            seen_by_then = static_cast<std::uint32_t>(bench.page_word(reg::page::out_tail));
        }
        std::uint32_t position = bench.out_head;
        for (Bytes& record : bench.drain()) {
            const bool decision = kind_of(record) == Kind::decision;
            answers.decisions += decision ? 1 : 0;
            answers.late += decision && answers.acknowledged && position >= seen_by_then ? 1 : 0;
            position += static_cast<std::uint32_t>(record.size() / records::beat_bytes);
            answers.records.push_back(std::move(record));
        }
        bench.ring_out();
    }
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
    for (long turn = 0; turn < turns; ++turn) {
        Bench bench(mood());
        const Answers stopped = run(bench, stream, random() % (usual.decisions - 1), random() % 4000);
        EXPECT_TRUE(stopped.acknowledged) << "turn " << turn;
        EXPECT_EQ(stopped.late, 0U) << "turn " << turn;
        ASSERT_EQ(stopped.records.size(), usual.records.size()) << "turn " << turn;
        for (std::size_t i = 0; i < usual.records.size(); ++i)
            ASSERT_TRUE(same_but_frozen(stopped.records[i], usual.records[i])) << "turn " << turn << ", record " << i;
    }
}

} // namespace
} // namespace jitbox::testing
