// ring_reader: a plain ring whose host overwrites what has been taken at once, behind a slow bus. Every beat once, framed by the
// headers, nothing beyond the tail; tails that cannot be, refused beats and resets in the middle. SPDX-License-Identifier:
// Apache-2.0
#include "Vring_reader.h"
#include "hls/records.hpp"
#include "rtl/any_registers.hpp"
#include "rtl/clocked.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <deque>
#include <iostream>
#include <optional>
#include <random>
#include <vector>

namespace {

using namespace jitbox::test;
namespace records = jitbox::records;

constexpr std::uint32_t burst_beats = 16;
constexpr std::uint32_t buffer_beats = 256;
constexpr std::uint64_t ring_address = 0x20'0000'3000;

struct Mood { ///< percent of the clocks in which somebody stands still, and clocks
    unsigned bus;
    unsigned answer; ///< at most, from an address to its first beat
    unsigned kernel;
    unsigned host;
};

class RingReader : public testing::Test {
protected:
    RingReader() {
        dut_.ring = ring_address;
        dut_.run = 0;
        dut_.arready = dut_.rvalid = dut_.out_ready = 0;
        start(4096);
    }

    /// Everything from its beginning, in a ring of that size.
    void start(std::uint32_t ring_beats) {
        dut_.ring_beats = ring_beats;
        dut_.tail = 0;
        for (auto more = random_() % 16; more > 0; --more) {
            dut_.rst = 1;
            dut_.out_ready = random_() % 2;
            jitbox::test::clock(dut_);
        }
        reset(dut_);
        ring_.assign(ring_beats, random_beat());
        stream_.clear();
        left_ = 0;
        bursts_.clear();
        now_ = {};
        before_ = {};
        shown_.reset();
        waits_ = 0;
        refuse_ = 0;
    }
    BeatBytes random_beat() {
        std::array<std::uint64_t, 8> words{};
        for (std::uint64_t& word : words) word = random_();
        return std::bit_cast<BeatBytes>(words);
    }

    // ---- the host
    [[nodiscard]] std::uint32_t written() const { return static_cast<std::uint32_t>(stream_.size()); }
    std::uint32_t some_payload() {
        if (random_() % 50 == 0)
            return records::max_payload_bytes + static_cast<std::uint32_t>(random_() % 2); // the longest; frames as one beat
        if (random_() % 50 == 0) return static_cast<std::uint32_t>(random_());
        return static_cast<std::uint32_t>(random_() % (random_() % 30 == 0 ? 40000 : 700));
    }
    void write_beat() {
        Beat beat{.bytes = random_beat(), .last = false};
        if (left_ == 0) {
            const std::uint32_t payload = some_payload();
            std::memcpy(beat.bytes.data() + records::header::payload_bytes, &payload, sizeof payload);
            left_ = records::beats_of(payload);
        }
        beat.last = --left_ == 0;
        ring_.at(written() % dut_.ring_beats) = beat.bytes;
        stream_.push_back(beat);
    }
    void drive_host() {
        if (!host_ || random_() % 100 < mood_.host) return;
        const std::uint32_t room = now_.head + dut_.ring_beats - written();
        for (std::uint64_t i = random_() % std::min(room + 1ULL, random_() % 4 == 0 ? 60ULL : 12ULL); i > 0; --i) write_beat();
        const std::uint32_t behind = written() - dut_.tail; // the doorbell may stand between two records, or not
        dut_.tail += random_() % 2 == 0 ? behind : static_cast<std::uint32_t>(random_() % (behind + 1ULL));
    }

    // ---- the bus
    struct Burst {
        std::uint32_t from;
        std::uint32_t left;
        long due;
    };
    bool stalls() { return random_() % 100 < mood_.bus; }
    void drive_bus() {
        dut_.arready = !stalls();
        dut_.rvalid = !bursts_.empty() && bursts_.front().due <= clock_ && !stalls();
        dut_.rresp = 0;
        if (!dut_.rvalid) {
            put(dut_.rdata, random_beat());
            return;
        }
        put(dut_.rdata, ring_.at(bursts_.front().from % dut_.ring_beats));
        if (refuse_ == 1) dut_.rresp = 2 + random_() % 2;
        if (refuse_ != 0) --refuse_;
    }

    struct Beat {
        BeatBytes bytes;
        bool last;
    };
    struct Ask {
        std::uint64_t address;
        std::uint32_t beats;
    };
    struct State {
        std::uint32_t asked = 0; ///< positions
        std::uint32_t head = 0;
        std::uint32_t good = 0; ///< beats before the first that was refused
        std::uint32_t given = 0;
        bool bad_tail = false;
        bool bad_read = false;
    };
    struct Before { ///< a clock ago
        State state;
        bool run = false;
        std::uint32_t tail = 0;
    };

    [[nodiscard]] bool pointer_bad() const { return dut_.tail - now_.asked > dut_.ring_beats; }
    void begins() {
        const std::uint32_t beats = dut_.arlen + 1U;
        const State& was = before_.state;
        ASSERT_TRUE(before_.run && !was.bad_tail);
        ASSERT_EQ(dut_.araddr, ring_address + std::uint64_t{was.asked % dut_.ring_beats} * 64);
        ASSERT_LE(was.asked % burst_beats + beats, burst_beats) << "beyond the 4 KiB, or the ring's end";
        ASSERT_LE(beats, before_.tail - was.asked) << "beyond the tail";
        ASSERT_LE(was.asked + beats - was.given, buffer_beats) << "the buffer has no room for it";
        shown_ = {.address = dut_.araddr, .beats = beats};
        now_.asked += beats;
    }
    void expect_address() {
        if (dut_.arvalid && !shown_) begins();
        if (HasFatalFailure()) return;
        ASSERT_EQ(dut_.arvalid != 0, shown_.has_value()) << "an address stands until it is taken";
        if (shown_) ASSERT_TRUE(dut_.araddr == shown_->address && dut_.arlen + 1U == shown_->beats);
        const bool room = now_.asked - now_.given + burst_beats <= buffer_beats;
        const bool must = !shown_ && dut_.run && !now_.bad_tail && !pointer_bad() && dut_.tail != now_.asked && room;
        waits_ = must ? waits_ + 1 : 0;
        ASSERT_LE(waits_, 1) << "it could ask";
    }
    void expect_record() {
        ASSERT_EQ(dut_.out_valid != 0, now_.given != now_.good);
        if (!dut_.out_valid) return;
        const Beat& beat = stream_.at(now_.given);
        ASSERT_TRUE(get<64>(dut_.out_data) == beat.bytes) << "beat " << now_.given;
        ASSERT_EQ(dut_.out_last != 0, beat.last) << "beat " << now_.given;
    }
    void expect_outputs() {
        ASSERT_TRUE(dut_.rready) << "the bus never waits";
        ASSERT_EQ(dut_.head, now_.head);
        ASSERT_EQ(dut_.idle != 0, !shown_ && now_.asked == now_.head);
        ASSERT_EQ(dut_.bad_tail != 0, now_.bad_tail);
        ASSERT_EQ(dut_.bad_read != 0, now_.bad_read);
    }

    // ---- the clock's edge
    void take_address() {
        if (!shown_ || !dut_.arready) return;
        bursts_.push_back({.from = now_.asked - shown_->beats,
                           .left = shown_->beats,
                           .due = clock_ + 1 + static_cast<long>(random_() % (mood_.answer + 1ULL))});
        most_bursts_ = std::max(most_bursts_, bursts_.size());
        most_beats_ = std::max(most_beats_, now_.asked - now_.head);
        shown_.reset();
    }
    void take_beat() {
        if (!dut_.rvalid) return;
        now_.bad_read = now_.bad_read || dut_.rresp != 0;
        now_.head += 1;
        if (!now_.bad_read) now_.good += 1;
        Burst& burst = bursts_.front();
        burst.from += 1;
        if (--burst.left == 0) bursts_.pop_front();
    }
    void edge() {
        before_ = {.state = now_, .run = dut_.run != 0, .tail = dut_.tail};
        now_.bad_tail = now_.bad_tail || (dut_.run && pointer_bad());
        const bool given = dut_.out_valid && dut_.out_ready;
        take_beat();
        take_address();
        now_.given += given ? 1 : 0;
    }
    void clock() {
        drive_host();
        drive_bus();
        dut_.out_ready = random_() % 100 >= mood_.kernel;
        dut_.eval();
        expect_address();
        if (!HasFatalFailure()) expect_record();
        if (!HasFatalFailure()) expect_outputs();
        if (!HasFatalFailure()) edge();
        jitbox::test::clock(dut_);
        clock_ += 1;
    }
    void clocks(long count) {
        for (; count > 0 && !HasFatalFailure(); --count) clock();
    }
    /// All that the host has told is handed on.
    void settle() {
        host_ = false;
        for (long i = 0; !HasFatalFailure() && now_.given != dut_.tail; ++i) {
            ASSERT_LT(i, 200000) << "it stands at " << now_.given << " of " << dut_.tail;
            clock();
        }
        host_ = true;
    }
    /// As the card stops: it asks for no more, and what it has asked for comes.
    void stop() {
        dut_.run = 0;
        host_ = false;
        for (long i = 0; !HasFatalFailure() && !dut_.idle; ++i) {
            ASSERT_LT(i, 20000) << "it forgot a burst";
            clock();
        }
        dut_.rvalid = 0;
        host_ = true;
    }

    const std::uint32_t seed_ = any_registers(random_seed());
    std::mt19937_64 random_{seed_};
    Vring_reader dut_;
    Mood mood_{.bus = 30, .answer = 40, .kernel = 30, .host = 50};
    bool host_ = true;
    std::vector<BeatBytes> ring_;
    std::vector<Beat> stream_; ///< what the host has written, by position
    std::uint32_t left_ = 0;   ///< beats of the host's record
    std::deque<Burst> bursts_; ///< that the bus has taken
    State now_;
    Before before_;
    std::optional<Ask> shown_;
    unsigned refuse_ = 0; ///< this beat from now on, if any
    int waits_ = 0;
    long clock_ = 0;
    std::size_t most_bursts_ = 0;
    std::uint32_t most_beats_ = 0;
};

TEST_F(RingReader, EveryBeatOnceAndFramedByTheHeaders) {
    for (const Mood mood :
         {Mood{0, 0, 0, 0}, Mood{30, 40, 30, 50}, Mood{0, 600, 0, 0}, Mood{70, 20, 10, 20}, Mood{10, 20, 80, 0}}) {
        for (const std::uint32_t ring_beats : {64U, 4096U}) {
            mood_ = mood;
            start(ring_beats);
            dut_.run = 1;
            clocks(40000);
            settle();
            EXPECT_GT(now_.given, 3000U);
            stop();
        }
    }
    std::cout << "at most " << most_beats_ << " beats in " << most_bursts_ << " bursts on their way\n";
    EXPECT_EQ(most_beats_, buffer_beats);
}

TEST_F(RingReader, ABeatAClock) {
    mood_ = {.bus = 0, .answer = 0, .kernel = 0, .host = 0};
    while (written() < dut_.ring_beats) write_beat();
    dut_.tail = written(); // a whole ring
    dut_.run = 1;
    settle();
    std::cout << now_.given << " beats in " << clock_ << " clocks\n";
    EXPECT_LT(clock_, dut_.ring_beats + 8);
}

TEST_F(RingReader, AsksForNothingWhileItDoesNotRun) {
    for (int turn = 0; turn < 1000 && !HasFatalFailure(); ++turn) {
        dut_.run = random_() % 2;
        clocks(static_cast<long>(random_() % 40));
    }
    dut_.run = 1;
    settle();
    EXPECT_GT(now_.given, 3000U);
}

TEST_F(RingReader, ATailThatCannotBeEndsTheAsking) {
    int bad = 0;
    for (int turn = 0; turn < 500 && !HasFatalFailure(); ++turn) {
        start(turn % 2 == 0 ? 64 : 4096);
        dut_.run = 1;
        clocks(static_cast<long>(random_() % 400));
        host_ = false;
        while (now_.asked != dut_.tail && !HasFatalFailure()) clock();
        const auto by = static_cast<std::uint32_t>(turn % 4 == 0 ? 1 : 1 + random_() % 1000);
        dut_.run = random_() % 4 != 0; // it is looked at while it runs
        bad += static_cast<int>(dut_.run);
        const std::uint32_t tail = dut_.tail;
        dut_.tail = turn % 3 == 0 ? tail - by : tail + dut_.ring_beats + by;
        clock();
        ASSERT_EQ(now_.bad_tail, before_.run);
        if (dut_.run == 0) dut_.tail = tail; // else the next that may be changes nothing
        host_ = random_() % 2 == 0 && dut_.run == 0;
        if (now_.bad_tail) dut_.tail = tail + 1;
        clocks(100);
        stop();
    }
    EXPECT_GT(bad, 250);
}

TEST_F(RingReader, NothingOfARefusedBeatOrBehindItComesOut) {
    for (int turn = 0; turn < 500 && !HasFatalFailure(); ++turn) {
        start(turn % 2 == 0 ? 64 : 4096);
        dut_.run = 1;
        clocks(static_cast<long>(random_() % 300));
        refuse_ = 1 + static_cast<unsigned>(random_() % 40);
        while (!now_.bad_read && !HasFatalFailure()) clock();
        if (turn % 2 == 0) clocks(2); // the card has the error by then
        stop();
        clocks(500);
        EXPECT_EQ(now_.given, now_.good);
        EXPECT_EQ(now_.head, now_.asked);
    }
}

TEST_F(RingReader, StopsAndStartsAgainAtAnyClock) {
    for (int turn = 0; turn < 1000 && !HasFatalFailure(); ++turn) {
        mood_ = {.bus = static_cast<unsigned>(random_() % 90),
                 .answer = static_cast<unsigned>(random_() % 200),
                 .kernel = 50,
                 .host = 30};
        start(turn % 2 == 0 ? 64 : 4096);
        dut_.run = 1;
        clocks(static_cast<long>(random_() % 300));
        if (turn % 5 == 0) settle();
        stop();
    }
}

} // namespace
