// ring_writer: records through a slow bus into a plain ring, and the page. A burst stays in its 4 KiB and behind what the host has
// read; a page says what the bus has confirmed, always between two records; pointers that cannot be, refused writes and resets in
// the middle. SPDX-License-Identifier: Apache-2.0
#include "Vring_writer.h"
#include "rtl/any_registers.hpp"
#include "rtl/clocked.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <iostream>
#include <optional>
#include <random>
#include <vector>

namespace {

using namespace jitbox::test;

constexpr std::uint32_t burst_beats = 16;
constexpr std::uint32_t most_unanswered = 8;
constexpr std::uint32_t buffer_beats = 256;
constexpr std::uint64_t ring_address = 0x20'0000'1000;
constexpr std::uint64_t page_address = 0x30'0000'0000;

struct Mood { ///< percent of the clocks in which somebody stands still, and clocks
    unsigned source;
    unsigned bus;
    unsigned answer; ///< at most, behind the last beat of a burst
    unsigned host;   ///< does not look at the page
};

struct Page {
    std::uint64_t tail, head, records, status;
    bool operator==(const Page&) const = default;
};

class RingWriter : public testing::Test {
protected:
    RingWriter() {
        dut_.ring = ring_address;
        dut_.page = page_address;
        dut_.run = dut_.tell = 0;
        dut_.bvalid = dut_.awready = dut_.wready = dut_.in_valid = 0;
        start(4096);
    }

    /// Everything from its beginning, in a ring of that size.
    void start(std::uint32_t ring_beats) {
        dut_.ring_beats = ring_beats;
        dut_.host_head = dut_.in_head = dut_.in_idle = 0;
        dut_.records_in = dut_.status = 0;
        reset(dut_);
        for (auto more = random_() % 16; more > 0; --more) {
            dut_.rst = 1;
            jitbox::test::clock(dut_); // what stands at the input meanwhile is not taken
        }
        dut_.rst = 0;
        taken_.clear();
        ring_.assign(ring_beats, BeatBytes{});
        offered_.reset();
        record_.clear();
        answers_.clear();
        now_ = {};
        told_ = {.tail = 0, .head = 0, .records = 0, .status = ~0ULL};
        seen_ = {};
        burst_.reset();
        before_ = {};
        waits_ = 0;
        refuse_ = 0;
    }
    void go() { dut_.run = dut_.tell = 1; }

    // ---- records in
    void next_record() {
        const auto most = static_cast<std::uint64_t>(dut_.ring_beats) / 2;
        const std::uint64_t beats = random_() % 40 == 0 ? 1 + random_() % most : 1 + random_() % std::min<std::uint64_t>(most, 20);
        for (std::uint64_t i = 0; i < beats; ++i) {
            Beat beat{.bytes = {}, .last = i + 1 == beats};
            for (std::uint8_t& byte : beat.bytes) byte = static_cast<std::uint8_t>(random_());
            record_.push_back(beat);
        }
    }
    void drive_source() {
        if (!offered_ && source_ && random_() % 100 >= mood_.source) {
            if (record_.empty()) next_record();
            offered_ = record_.front();
            record_.pop_front();
            put(dut_.in_data, offered_->bytes);
            dut_.in_last = offered_->last;
        }
        dut_.in_valid = offered_.has_value();
    }
    void note_source() {
        if (level() < buffer_beats) ASSERT_TRUE(dut_.in_ready) << "there is room";
        if (!offered_ || !dut_.in_ready) return;
        taken_.push_back(*offered_);
        offered_.reset();
    }
    [[nodiscard]] std::uint32_t level() const { return static_cast<std::uint32_t>(taken_.size()) - now_.written; }

    // ---- what the card tells, and the host
    void drive_card() {
        if (random_() % 8 == 0) dut_.in_head += static_cast<std::uint32_t>(random_() % 20);
        dut_.in_idle = random_() % 4 == 0;
        if (random_() % 16 == 0) dut_.records_in += random_() % 3;
        if (random_() % 64 == 0) dut_.status = static_cast<std::uint32_t>(random_());
    }
    void drive_host() {
        if (!host_ || random_() % 100 < mood_.host) return;
        const auto unread = static_cast<std::uint32_t>(seen_.tail) - dut_.host_head;
        const std::uint32_t reads = random_() % 2 == 0 ? unread : static_cast<std::uint32_t>(random_() % (unread + 1ULL));
        for (std::uint32_t i = 0; i < reads && !HasFatalFailure(); ++i) expect_in_ring(dut_.host_head + i);
        dut_.host_head += reads;
    }
    void expect_in_ring(std::uint32_t position) {
        ASSERT_TRUE(ring_.at(position % dut_.ring_beats) == taken_.at(position).bytes)
            << "the host reads something else at " << position;
    }

    // ---- the bus
    bool stalls() { return random_() % 100 < mood_.bus; }
    void drive_bus() {
        dut_.awready = !stalls();
        dut_.wready = !stalls();
        if (dut_.bvalid && !answered_) return;
        dut_.bvalid = !answers_.empty() && answers_.front().due <= clock_ && !stalls();
        if (dut_.bvalid) dut_.bresp = answers_.front().ok ? 0 : 2;
    }

    struct Beat {
        BeatBytes bytes;
        bool last;
    };
    struct Burst { ///< begun; its last beat has not gone
        bool page;
        std::uint64_t address;
        std::uint32_t left;
        bool addressed;
        std::vector<BeatBytes> data;
    };
    struct Answer {
        bool page;
        std::uint32_t boundary; ///< up to here whole records reach with it
        long due;
        bool ok;
        std::uint32_t from; ///< position of its first beat
        std::vector<BeatBytes> data;
    };
    struct State {
        std::uint32_t written = 0;   ///< beats that have gone to the bus
        std::uint32_t boundary = 0;  ///< of them in whole records
        std::uint32_t confirmed = 0; ///< of those that the bus has confirmed
        std::uint32_t tail = 0;      ///< in the last page that it has confirmed
        bool bad_head = false;
        bool bad_write = false;
    };
    struct Before { ///< a clock ago
        State state;
        bool run, tell;
        std::uint32_t host_head, taken, unanswered;
        Page page; ///< as it would have been told
    };

    [[nodiscard]] bool page_unanswered() const { return std::ranges::any_of(answers_, &Answer::page); }
    [[nodiscard]] bool page_wanted() const {
        const std::uint32_t further = dut_.in_head - static_cast<std::uint32_t>(told_.head);
        const bool head = further != 0 && (dut_.in_idle || further >= dut_.ring_beats / 4);
        return now_.confirmed != told_.tail || head || dut_.status != told_.status;
    }
    [[nodiscard]] bool burst_wanted() const {
        const bool whole = std::any_of(taken_.begin() + now_.written, taken_.end(), [](const Beat& it) { return it.last; });
        const std::uint32_t beats = std::min(level(), burst_beats - now_.written % burst_beats);
        const bool room = now_.written - dut_.host_head + beats <= dut_.ring_beats;
        return (whole || level() >= burst_beats) && room && !now_.bad_head && !pointer_bad();
    }
    [[nodiscard]] bool pointer_bad() const { return static_cast<std::uint32_t>(told_.tail) - dut_.host_head > dut_.ring_beats; }
    [[nodiscard]] bool must_begin() const {
        if (burst_ || answers_.size() >= most_unanswered) return false;
        return (dut_.tell && page_wanted() && !page_unanswered()) || (dut_.run && burst_wanted());
    }

    /// A burst begins in this clock.
    void begins() {
        ASSERT_LT(before_.unanswered, most_unanswered);
        const std::uint32_t beats = dut_.awlen + 1U;
        const bool page = dut_.awaddr == page_address;
        burst_ = {.page = page, .address = dut_.awaddr, .left = beats, .addressed = false, .data = {}};
        if (page) {
            ASSERT_TRUE(before_.tell);
            ASSERT_EQ(beats, 1U);
            ASSERT_FALSE(page_unanswered()) << "one page at a time";
            told_ = before_.page;
            return;
        }
        const std::uint32_t at = before_.state.written;
        ASSERT_TRUE(before_.run && !before_.state.bad_head);
        ASSERT_EQ(dut_.awaddr, ring_address + std::uint64_t{at % dut_.ring_beats} * 64);
        ASSERT_LE(at % burst_beats + beats, burst_beats) << "beyond the 4 KiB, or the ring's end";
        ASSERT_LE(at + beats, before_.taken) << "beats that are not there yet";
        ASSERT_LE(at + beats - before_.host_head, dut_.ring_beats) << "over what the host has not read";
    }
    void expect_address() {
        if (dut_.awvalid && !burst_) begins();
        if (!burst_ || HasFatalFailure()) return;
        ASSERT_EQ(dut_.awvalid != 0, !burst_->addressed) << "an address stands until it is taken";
        if (dut_.awvalid) ASSERT_TRUE(dut_.awaddr == burst_->address && dut_.awlen + 1U == burst_->left);
    }
    void expect_data() {
        const bool may = burst_ && burst_->addressed;
        ASSERT_EQ(dut_.wvalid != 0, may) << "all beats of a burst are there when it begins";
        if (!may) return;
        ASSERT_EQ(dut_.wlast != 0, burst_->left == 1);
        if (!burst_->page) {
            ASSERT_TRUE(get<64>(dut_.wdata) == taken_.at(now_.written).bytes) << "beat " << now_.written;
            return;
        }
        const auto bytes = get<64>(dut_.wdata);
        Page is{};
        std::memcpy(&is, bytes.data(), sizeof is);
        ASSERT_TRUE(is == told_) << "tail " << is.tail << " for " << told_.tail << ", head " << is.head << " for " << told_.head;
        ASSERT_TRUE(std::all_of(bytes.begin() + sizeof is, bytes.end(), [](std::uint8_t byte) { return byte == 0; }));
        ASSERT_TRUE(told_.tail == 0 || taken_.at(told_.tail - 1).last) << "not between two records";
    }
    void expect_outputs() {
        ASSERT_EQ(dut_.tail, now_.tail);
        ASSERT_EQ(dut_.idle != 0, !burst_ && answers_.empty());
        ASSERT_EQ(dut_.bad_head != 0, now_.bad_head);
        ASSERT_EQ(dut_.bad_write != 0, now_.bad_write);
        ASSERT_TRUE(dut_.bready);
        waits_ = must_begin() ? waits_ + 1 : 0;
        ASSERT_LE(waits_, 1) << "something could have been written";
    }

    // ---- the clock's edge
    void answer_of_bus() {
        answered_ = dut_.bvalid && dut_.bready;
        if (!answered_) return;
        const Answer it = answers_.front();
        answers_.pop_front();
        now_.bad_write = now_.bad_write || !it.ok;
        if (it.page) {
            now_.tail = it.boundary;
        } else if (!now_.bad_write) {
            now_.confirmed = it.boundary;
            for (std::uint32_t i = 0; i < it.data.size(); ++i) ring_.at((it.from + i) % dut_.ring_beats) = it.data[i];
        }
    }
    void data_to_bus() {
        if (!burst_ || !dut_.wvalid || !dut_.wready) return;
        burst_->data.push_back(get<64>(dut_.wdata));
        if (!burst_->page) {
            now_.written += 1;
            if (taken_.at(now_.written - 1).last) now_.boundary = now_.written;
        }
        if (--burst_->left != 0) return;
        const bool ok = refuse_ != 1;
        if (refuse_ != 0) --refuse_;
        if (burst_->page && ok) seen_ = told_; // the host may see it before the bus says so
        answers_.push_back({.page = burst_->page,
                            .boundary = burst_->page ? static_cast<std::uint32_t>(told_.tail) : now_.boundary,
                            .due = clock_ + 1 + static_cast<long>(random_() % (mood_.answer + 1ULL)),
                            .ok = ok,
                            .from = now_.written - static_cast<std::uint32_t>(burst_->data.size()),
                            .data = burst_->data});
        burst_.reset();
        most_unanswered_ = std::max(most_unanswered_, answers_.size());
    }
    void edge() {
        before_ = {.state = now_,
                   .run = dut_.run != 0,
                   .tell = dut_.tell != 0,
                   .host_head = dut_.host_head,
                   .taken = static_cast<std::uint32_t>(taken_.size()),
                   .unanswered = static_cast<std::uint32_t>(answers_.size()),
                   .page = {now_.confirmed, dut_.in_head, dut_.records_in, dut_.status}};
        now_.bad_head = now_.bad_head || (dut_.run && pointer_bad());
        note_source();
        if (burst_ && dut_.awvalid && dut_.awready) {
            burst_->addressed = true;
        } else {
            data_to_bus();
        }
        answer_of_bus();
    }
    void clock() {
        drive_source();
        if (card_) drive_card();
        drive_host();
        drive_bus();
        dut_.eval();
        expect_address();
        if (!HasFatalFailure()) expect_data();
        if (!HasFatalFailure()) expect_outputs();
        if (!HasFatalFailure()) edge();
        jitbox::test::clock(dut_);
        clock_ += 1;
    }
    void clocks(long count) {
        for (; count > 0 && !HasFatalFailure(); --count) clock();
    }
    /// No more records: all that was taken is with the host, and all that there is to tell.
    void settle() {
        source_ = card_ = false;
        for (long i = 0; !HasFatalFailure() && (host_position() != whole() || seen_.status != dut_.status); ++i) {
            ASSERT_LT(i, 200000) << "it stands at " << host_position() << " of " << whole();
            clock();
        }
        source_ = card_ = true;
    }
    [[nodiscard]] std::uint32_t host_position() const { return dut_.host_head; }
    [[nodiscard]] std::uint32_t whole() const {
        auto out = static_cast<std::uint32_t>(taken_.size());
        while (out != 0 && !taken_.at(out - 1).last) --out;
        return out;
    }
    /// As the card stops: nothing new begins, and what has begun ends.
    void stop() {
        dut_.run = dut_.tell = 0;
        for (long i = 0; !HasFatalFailure() && !dut_.idle; ++i) {
            ASSERT_LT(i, 5000) << "it forgot a burst";
            clock();
        }
        dut_.bvalid = 0;
    }

    const std::uint32_t seed_ = any_registers(random_seed());
    std::mt19937_64 random_{seed_};
    Vring_writer dut_;
    Mood mood_{.source = 20, .bus = 30, .answer = 40, .host = 90};
    bool source_ = true;
    bool card_ = true;
    bool host_ = true;
    std::deque<Beat> record_; ///< beats that come next
    std::optional<Beat> offered_;
    std::vector<Beat> taken_; ///< by position
    std::vector<BeatBytes> ring_;
    std::optional<Burst> burst_;
    std::deque<Answer> answers_; ///< to come
    State now_;
    Page told_{}; ///< in the last page that has begun
    Page seen_{}; ///< the page in memory
    Before before_{};
    unsigned refuse_ = 0; ///< this burst from now on is refused, if any
    int waits_ = 0;
    bool answered_ = false;
    long clock_ = 0;
    std::size_t most_unanswered_ = 0;
};

TEST_F(RingWriter, EveryRecordInItsPlaceAndPagesSayOnlyWhatIsConfirmed) {
    for (const Mood mood :
         {Mood{0, 0, 0, 0}, Mood{20, 30, 40, 90}, Mood{0, 60, 300, 50}, Mood{70, 10, 20, 99}, Mood{0, 0, 300, 0}}) {
        for (const std::uint32_t ring_beats : {64U, 4096U}) {
            mood_ = mood;
            start(ring_beats);
            go();
            clocks(40000);
            settle();
            EXPECT_GT(taken_.size(), 3000U);
            stop();
        }
    }
    EXPECT_EQ(most_unanswered_, most_unanswered);
}

TEST_F(RingWriter, WaitsForTheHostWhenTheRingIsFullAndGoesOnWhenItReads) {
    mood_ = {.source = 0, .bus = 10, .answer = 20, .host = 0};
    for (const std::uint32_t ring_beats : {64U, 4096U}) {
        start(ring_beats);
        go();
        for (int turn = 0; turn < 10 && !HasFatalFailure(); ++turn) {
            host_ = false;
            clocks(2 * ring_beats + 1000);
            EXPECT_LE(now_.written - dut_.host_head, ring_beats);
            EXPECT_GE(level(), buffer_beats) << "it would take more";
            host_ = true;
            clocks(ring_beats);
        }
        settle();
        stop();
    }
}

TEST_F(RingWriter, BeginsNothingThatItMayNot) {
    for (int turn = 0; turn < 1000 && !HasFatalFailure(); ++turn) {
        dut_.run = random_() % 2;
        dut_.tell = random_() % 2;
        clocks(static_cast<long>(random_() % 60)); // the checks of each clock see what begins
    }
    go();
    settle();
    EXPECT_GT(taken_.size(), 500U);
}

TEST_F(RingWriter, APointerThatCannotBeEndsTheBurstsAndThePageGoesOn) {
    for (int turn = 0; turn < 200 && !HasFatalFailure(); ++turn) {
        start(64);
        go();
        clocks(300);
        host_ = false;
        dut_.tell = 0; // what it has told stands for a clock
        clock();
        const bool wrong = turn % 3 != 0;
        const auto told = static_cast<std::uint32_t>(told_.tail);
        dut_.host_head = wrong ? told + 1 + static_cast<std::uint32_t>(random_() % 3) : told - dut_.ring_beats;
        if (turn % 3 == 2) dut_.host_head = told - dut_.ring_beats - 1;
        dut_.run = random_() % 4 != 0; // it is looked at while it runs
        const bool looked_at = dut_.run != 0;
        clock();
        dut_.tell = 1;
        if (HasFatalFailure()) break;
        ASSERT_EQ(now_.bad_head, wrong && looked_at) << told << ", " << dut_.host_head;
        dut_.host_head = told; // that it can be again changes nothing
        clocks(200);
        if (now_.bad_head) dut_.status = dut_.status + 1;
        card_ = false;
        clocks(300);
        EXPECT_EQ(seen_.status, dut_.status) << "the page says it";
        card_ = host_ = true;
        stop();
    }
}

TEST_F(RingWriter, NothingOfARefusedBurstOrBehindItIsPublished) {
    int records = 0;
    for (int turn = 0; turn < 200 && !HasFatalFailure(); ++turn) {
        start(turn % 2 == 0 ? 64 : 4096);
        go();
        clocks(200);
        refuse_ = 1 + static_cast<unsigned>(random_() % 6);
        clocks(1500);
        ASSERT_TRUE(now_.bad_write);
        const Page last = seen_;
        dut_.tell = 0; // as the card does
        clocks(100);
        EXPECT_EQ(seen_.tail, last.tail);
        records += static_cast<int>(last.tail);
        stop();
    }
    EXPECT_GT(records, 0);
}

TEST_F(RingWriter, StopsAndStartsAgainAtAnyClock) {
    for (int turn = 0; turn < 500 && !HasFatalFailure(); ++turn) {
        mood_ = {.source = 0,
                 .bus = static_cast<unsigned>(random_() % 90),
                 .answer = static_cast<unsigned>(random_() % 200),
                 .host = 50};
        start(64);
        go();
        clocks(static_cast<long>(random_() % 500));
        if (turn % 5 == 0) settle();
        stop();
    }
}

TEST_F(RingWriter, FourBeatsInFiveClocksPagesIncluded) {
    mood_ = {.source = 0, .bus = 0, .answer = 0, .host = 0};
    go();
    card_ = false;
    clocks(4500);
    std::cout << now_.written << " beats in " << clock_ << " clocks\n";
    EXPECT_GT(now_.written, 4500U * 4 / 5);
}

} // namespace
