// record_dispatch: in every clock, whatever stands still, each record's beats where they belong, its ticket, its REJECT and the
// changes of the tables, against the HLS source run record by record. SPDX-License-Identifier: Apache-2.0
#include "Vrecord_dispatch.h"
#include "hls/mempool_parser.hpp"
#include "rtl/clocked.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <iostream>
#include <memory>
#include <numeric>
#include <optional>
#include <random>
#include <vector>

namespace {

using namespace jitbox;
using namespace jitbox::test;
using records::Kind;
using Address = std::array<std::uint8_t, 20>;

constexpr unsigned lanes = 4;
constexpr unsigned side_ticket = lanes;
constexpr unsigned most_unsettled = 16; ///< transactions whose target is not known yet

enum class Way : std::uint8_t { lane, pass, routers, refuse };

struct Router {
    Address address{};
    std::uint8_t kind = 0;
    Address factory{};
};

struct Pool {
    std::uint16_t index = 0;
    bool present = false;
    Address address{}, token0{}, token1{}, factory{};
    std::uint32_t fee = 0;
};

struct Beat {
    BeatBytes data{};
    bool last = false;
};

struct Record {
    Way way = Way::refuse;
    std::vector<Beat> beats;
    std::optional<BeatBytes> reject;
    std::optional<Pool> pool;    ///< what the directory keeps of it
    std::vector<Router> routers; ///< the table behind it
};

/// What has to happen in a clock.
struct Due {
    bool taken = false;
    unsigned lanes = 0; ///< that get the beat
    std::optional<Beat> side = std::nullopt;
    bool side_end = false;
    std::optional<unsigned> ticket = std::nullopt;
    bool router_write = false;
    bool routers_set = false;
    bool note = false;
};

template <typename Bytes>
Address address_at(const Bytes& bytes) {
    Address out{};
    std::copy_n(bytes, out.size(), out.begin());
    return out;
}

class RecordDispatch : public testing::Test {
protected:
    enum class Phase : std::uint8_t { first, body, reject, note };

    RecordDispatch() { restart(); }

    void restart() {
        dut_.in_valid = dut_.settled = dut_.note_done = 0;
        reset(dut_);
        *hls_ = {};
        stream_.clear();
        phase_ = Phase::first;
        beat_ = 0;
        last_lane_ = lanes - 1;
        unsettled_.fill(0);
        rows_ = {};
        clearing_ = static_cast<int>(random_() % 20);
    }
    void set_mood() {
        const auto some = [this] { return static_cast<unsigned>(random_() % 3 * 40); };
        pauses_ = some();
        lane_stalls_ = some();
        side_stalls_ = some();
        ticket_stalls_ = random_() % 4 == 0 ? 97 : some();
        settles_ = random_() % 4 == 0 ? 3 : 10 + some();
    }
    bool in(unsigned percent) { return random_() % 100 < percent; }

    // ---- records
    std::vector<std::uint8_t> record(std::uint8_t kind, std::uint32_t payload_bytes) {
        std::vector<std::uint8_t> out(std::size_t{records::beats_of(payload_bytes)} * records::beat_bytes);
        for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(random_());
        std::fill_n(out.begin(), records::header::sequence, std::uint8_t{0});
        out[records::header::kind] = kind;
        hlsk::put_le32(out.data() + records::header::payload_bytes, payload_bytes);
        return out;
    }
    std::vector<std::uint8_t> record(Kind kind, std::uint32_t payload_bytes) {
        return record(static_cast<std::uint8_t>(kind), payload_bytes);
    }
    std::vector<std::uint8_t> transaction() {
        return record(Kind::tx, static_cast<std::uint32_t>(random_() % (random_() % 100 == 0 ? 131073 : 300)));
    }
    std::vector<std::uint8_t> pool(std::uint16_t index) {
        auto out = record(Kind::pool, records::pool::total_bytes - records::header_bytes);
        hlsk::put_le16(out.data() + records::pool::pool_index, index);
        out[records::pool::pool_kind] = static_cast<std::uint8_t>(random_() % 3);
        return out;
    }
    /// A table whose header says `count`; a bad row in some.
    std::vector<std::uint8_t> routers(std::uint32_t rows, std::uint32_t count, bool bad) {
        auto out = record(Kind::routers, 48 + 64 * rows);
        hlsk::put_le32(out.data() + records::routers::count, count);
        constexpr std::array<std::uint8_t, 7> kinds{0, 1, 2, 3, 4, 5, 7};
        constexpr std::array<std::uint8_t, 4> unknown{6, 8, 128, 255};
        for (std::size_t row = 0; row < rows; ++row) {
            out[records::routers::entries + 64 * row + records::routers::entry::kind] = kinds.at(random_() % kinds.size());
        }
        if (bad && rows != 0) {
            const std::size_t row = random_() % 2 == 0 ? rows - 1 : random_() % rows;
            out[records::routers::entries + 64 * row + records::routers::entry::kind] = unknown.at(random_() % unknown.size());
        }
        return out;
    }
    /// The right size of its kind, with 48 bytes behind the header where there may be entries.
    static std::uint32_t right_size(std::uint8_t kind) {
        switch (static_cast<Kind>(kind)) {
        case Kind::pool:
        case Kind::params:
            return 240;
        case Kind::block:
            return 112;
        default:
            return 48;
        }
    }
    std::vector<std::uint8_t> any_record() {
        const auto which = random_() % 16;
        if (which == 0) return pool(static_cast<std::uint16_t>(random_() % 8 == 0 ? 1020 + random_() % 8 : random_() % 1024));
        if (which == 1) {
            const auto rows = static_cast<std::uint32_t>(random_() % 34);
            return routers(rows, random_() % 8 == 0 ? static_cast<std::uint32_t>(random_() % 40) : rows, random_() % 4 == 0);
        }
        if (which == 2) return record(Kind::ticks, 48 + 64 * static_cast<std::uint32_t>(random_() % 10));
        if (which <= 5) {
            constexpr std::array kinds{Kind::params, Kind::block, Kind::barrier};
            const Kind kind = kinds.at(which - 3);
            return record(kind, right_size(static_cast<std::uint8_t>(kind)));
        }
        auto out = which == 6 ? record(static_cast<std::uint8_t>(random_()), 48 + static_cast<std::uint32_t>(random_() % 200))
                              : transaction();
        if (random_() % 30 == 0) out.at(1 + random_() % 3) = 1;
        return out;
    }

    /// One more record of the stream, and what the HLS source does with it.
    void send(const std::vector<std::uint8_t>& bytes) {
        Record& it = stream_.emplace_back();
        hlsk::BeatStream in;
        hlsk::BeatStream out;
        for (std::size_t at = 0; at < bytes.size(); at += records::beat_bytes) {
            Beat& beat = it.beats.emplace_back();
            std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), beat.data.size(), beat.data.begin());
            beat.last = random_() % 2 == 0; // it does not frame
            hlsk::Beat word;
            std::memcpy(&word.data.v, beat.data.data(), beat.data.size());
            word.last = beat.last;
            in.write(word);
        }
        hlsk::mempool_parser(*hls_, in, out);
        ASSERT_TRUE(in.empty());
        note_way(it, out);
        if (it.way == Way::routers) note_routers(it);
        if (it.way == Way::pass && bytes[0] == static_cast<std::uint8_t>(Kind::pool)) note_pool(it);
    }
    void note_way(Record& it, hlsk::BeatStream& out) {
        std::vector<Beat> answer;
        while (!out.empty()) {
            const hlsk::Beat word = out.read();
            std::memcpy(answer.emplace_back().data.data(), &word.data.v, records::beat_bytes);
        }
        const auto kind = answer.empty() ? Kind::invalid : static_cast<Kind>(answer.front().data[records::header::kind]);
        if (kind == Kind::reject) {
            it.reject = answer.front().data;
            met_.at(hlsk::get_le16(it.reject->data() + records::reject::reason)) += 1;
        }
        const bool bad_row = kind == Kind::reject && hlsk::get_le16(it.reject->data() + records::reject::reason) ==
                                                         static_cast<std::uint16_t>(records::Reason::bad_field);
        it.way = answer.empty() || bad_row                     ? Way::routers
                 : kind == Kind::reject                        ? Way::refuse
                 : kind == Kind::tx_seen || kind == Kind::swap ? Way::lane
                                                               : Way::pass;
    }
    void note_routers(Record& it) {
        for (std::uint32_t row = 0; row < hls_->routers; ++row) {
            const hlsk::RouterRow& from = hls_->router[row];
            it.routers.push_back({address_at(from.address), static_cast<std::uint8_t>(from.kind), address_at(from.factory)});
        }
    }
    void note_pool(Record& it) {
        const auto index = hlsk::get_le16(it.beats.front().data.data() + records::pool::pool_index);
        const hlsk::PoolIdentity& pool = hls_->pools.row[index];
        it.pool = {.index = index,
                   .present = pool.present,
                   .address = address_at(pool.address),
                   .token0 = address_at(pool.token0),
                   .token1 = address_at(pool.token1),
                   .factory = address_at(pool.factory),
                   .fee = pool.fee};
    }

    // ---- the model
    [[nodiscard]] unsigned unsettled() const { return std::accumulate(unsettled_.begin(), unsettled_.end(), 0U); }
    /// The lane behind the last that has begun one, of those that may.
    [[nodiscard]] std::optional<unsigned> turn() const {
        for (unsigned i = 1; i <= lanes; ++i) {
            const unsigned lane = (last_lane_ + i) % lanes;
            if ((dut_.lane_ready & dut_.lane_free) >> lane & 1U) return lane;
        }
        return std::nullopt;
    }
    [[nodiscard]] Due due() const {
        switch (phase_) {
        case Phase::first:
            return dut_.in_valid && dut_.tables_ready ? due_of_first(stream_.front()) : Due{};
        case Phase::body:
            return dut_.in_valid ? due_of_body(stream_.front()) : Due{};
        case Phase::reject:
            return dut_.side_ready && dut_.ticket_ready ? due_of_reject(stream_.front().reject.value_or(BeatBytes{})) : Due{};
        default:
            return {.note = unsettled() == 0};
        }
    }
    [[nodiscard]] static Due due_of_reject(const BeatBytes& reject) {
        return {.side = Beat{.data = reject, .last = true}, .side_end = true, .ticket = side_ticket};
    }
    [[nodiscard]] Due due_of_first(const Record& it) const {
        const bool only = it.beats.size() == 1;
        const auto lane = turn();
        switch (it.way) {
        case Way::lane:
            if (!dut_.ticket_ready || !lane || unsettled() >= most_unsettled) return {};
            return {.taken = true, .lanes = 1U << *lane, .ticket = lane};
        case Way::pass:
            if (!dut_.ticket_ready || !dut_.side_ready) return {};
            return {.taken = true, .side = it.beats.front(), .side_end = only, .ticket = side_ticket};
        case Way::routers:
            if (unsettled() != 0) return {};
            return {.taken = true, .routers_set = true}; // none while the rows change
        default:
            return {.taken = true};
        }
    }
    [[nodiscard]] Due due_of_body(const Record& it) const {
        const bool last = beat_ + 1 == it.beats.size();
        switch (it.way) {
        case Way::lane:
            if ((dut_.lane_ready >> last_lane_ & 1U) == 0) return {};
            return {.taken = true, .lanes = 1U << last_lane_};
        case Way::pass:
            if (!dut_.side_ready) return {};
            return {.taken = true, .side = it.beats.at(beat_), .side_end = last};
        case Way::routers:
            return {.taken = true, .router_write = true, .routers_set = last};
        default:
            return {.taken = true};
        }
    }

    void expect(const Due& due) {
        ASSERT_EQ(dut_.in_valid && dut_.in_ready, due.taken);
        ASSERT_EQ(dut_.lane_valid & dut_.lane_ready, due.lanes);
        ASSERT_EQ(dut_.side_valid && dut_.side_ready, due.side.has_value());
        ASSERT_EQ(dut_.ticket_valid && dut_.ticket_ready, due.ticket.has_value());
        ASSERT_EQ(dut_.router_write != 0, due.router_write);
        ASSERT_EQ(dut_.routers_set != 0, due.routers_set);
        ASSERT_EQ(dut_.note != 0, due.note);
        if (due.ticket) ASSERT_EQ(dut_.ticket, *due.ticket);
        if (due.lanes != 0) ASSERT_EQ(get<64>(dut_.lane_data), stream_.front().beats.at(beat_).data);
        if (due.side) {
            ASSERT_EQ(get<64>(dut_.side_data), due.side->data);
            ASSERT_EQ(dut_.side_last != 0, due.side->last);
            ASSERT_EQ(dut_.side_end != 0, due.side_end);
        }
        if (due.router_write) write_row();
        if (due.routers_set) expect_routers(due.router_write ? stream_.front().routers : std::vector<Router>{});
        if (due.note) expect_pool(stream_.front().pool.value_or(Pool{}));
    }
    void write_row() {
        ASSERT_EQ(dut_.router_row, beat_ - 1);
        rows_.at(dut_.router_row) = {get<20>(dut_.router_address), dut_.router_kind, get<20>(dut_.router_factory)};
    }
    void expect_routers(const std::vector<Router>& table) const {
        ASSERT_EQ(dut_.routers, table.size());
        for (std::size_t i = 0; i < table.size(); ++i) {
            ASSERT_EQ(rows_.at(i).address, table.at(i).address);
            ASSERT_EQ(rows_.at(i).kind, table.at(i).kind);
            ASSERT_EQ(rows_.at(i).factory, table.at(i).factory);
        }
    }
    void expect_pool(const Pool& pool) const {
        ASSERT_EQ(dut_.note_index, pool.index);
        ASSERT_EQ(dut_.note_present != 0, pool.present);
        if (!pool.present) return; // the rest of one that is removed is not asked for
        ASSERT_EQ(get<20>(dut_.note_address), pool.address);
        ASSERT_EQ(get<20>(dut_.note_token0), pool.token0);
        ASSERT_EQ(get<20>(dut_.note_token1), pool.token1);
        ASSERT_EQ(get<20>(dut_.note_factory), pool.factory);
        ASSERT_EQ(dut_.note_fee, pool.fee);
    }

    /// Behind a beat of the record.
    void go_on() {
        const Record& it = stream_.front();
        beat_ += 1;
        phase_ = Phase::body;
        if (beat_ < it.beats.size()) return;
        if (it.reject)
            phase_ = Phase::reject;
        else if (it.pool)
            phase_ = Phase::note;
        else
            end_record();
    }
    void end_record() {
        stream_.pop_front();
        beat_ = 0;
        phase_ = Phase::first;
        records_ += 1;
    }
    void edge(const Due& due) {
        const bool starts = phase_ == Phase::first && due.lanes != 0;
        if (starts) last_lane_ = due.ticket.value_or(lanes);
        for (unsigned lane = 0; lane < lanes; ++lane) unsettled_.at(lane) -= dut_.settled >> lane & 1U;
        if (starts) unsettled_.at(last_lane_) += 1;
        most_ = std::max(most_, unsettled());
        if (due.taken) {
            dut_.in_valid = 0;
            go_on();
        } else if ((phase_ == Phase::reject && due.ticket) || dut_.note_done) {
            end_record();
        }
    }

    void drive() {
        dut_.tables_ready = clearing_ == 0;
        clearing_ -= clearing_ > 0 ? 1 : 0;
        if (!dut_.in_valid && !in(pauses_)) offer();
        unsigned ready = 0;
        unsigned free = 0;
        unsigned settled = 0;
        for (unsigned lane = 0; lane < lanes; ++lane) {
            ready |= (in(lane_stalls_) ? 0U : 1U) << lane;
            free |= (random_() % 8 == 0 ? 0U : 1U) << lane;
            settled |= (unsettled_.at(lane) != 0 && in(settles_) ? 1U : 0U) << lane;
        }
        dut_.lane_ready = static_cast<std::uint8_t>(ready);
        dut_.lane_free = static_cast<std::uint8_t>(free);
        dut_.settled = static_cast<std::uint8_t>(settled);
        dut_.side_ready = in(side_stalls_) ? 0 : 1;
        dut_.ticket_ready = in(ticket_stalls_) ? 0 : 1;
        dut_.note_done = 0;
        dut_.eval();
        if (dut_.note && random_() % 4 == 0) dut_.note_done = 1;
        dut_.eval();
    }
    /// The next beat; while the record before it is not over, the next record's first.
    void offer() {
        const bool over = phase_ == Phase::reject || phase_ == Phase::note;
        const std::size_t which = over ? 1 : 0;
        if (which >= stream_.size()) return;
        const Beat& beat = stream_.at(which).beats.at(over ? 0 : beat_);
        put(dut_.in_data, beat.data);
        dut_.in_last = beat.last;
        dut_.in_valid = 1;
    }

    void clock() {
        drive();
        const Due now = due();
        expect(now);
        if (HasFatalFailure()) FAIL() << "record " << records_ << ", beat " << beat_ << ", seed " << seed_;
        const bool note_done = dut_.note_done != 0;
        jitbox::test::clock(dut_);
        edge(now);
        dut_.note_done = 0;
        moved_ = now.taken || now.ticket || note_done;
        clocks_ += 1;
    }
    void run() {
        for (int still = 0; !stream_.empty() && !HasFatalFailure(); ++still) {
            ASSERT_LT(still, 5000) << "it hangs";
            clock();
            if (moved_) still = 0;
        }
    }

    const std::uint32_t seed_ = random_seed();
    std::mt19937_64 random_{seed_};
    Vrecord_dispatch dut_;
    std::unique_ptr<hlsk::MempoolParserState> hls_ = std::make_unique<hlsk::MempoolParserState>();
    std::deque<Record> stream_; ///< from the record that is at hand on
    Phase phase_ = Phase::first;
    std::size_t beat_ = 0;
    unsigned last_lane_ = 0;
    std::array<unsigned, lanes> unsettled_{};
    std::array<Router, records::max_routers> rows_{};
    int clearing_ = 0; ///< clocks until the tables are ready
    unsigned pauses_ = 0;
    unsigned lane_stalls_ = 0;
    unsigned side_stalls_ = 0;
    unsigned ticket_stalls_ = 0;
    unsigned settles_ = 50;
    bool moved_ = false;
    unsigned most_ = 0; ///< unsettled at the same time
    std::array<int, 256> met_{};
    int records_ = 0;
    long clocks_ = 0;
};

TEST_F(RecordDispatch, SendsEachRecordWhereItBelongs) {
    for (int turn = 0; turn < 150 && !HasFatalFailure(); ++turn) {
        set_mood();
        for (int i = 0; i < 30; ++i) send(any_record());
        run();
    }
    std::cout << records_ << " records in " << clocks_ << " clocks, up to " << most_ << " transactions unsettled\n";
    EXPECT_EQ(records_, 150 * 30);
}

TEST_F(RecordDispatch, RefusesEachFaultOfAHeader) {
    for (unsigned kind = 0; kind < 256 && !HasFatalFailure(); ++kind) {
        const auto byte = static_cast<std::uint8_t>(kind);
        send(record(byte, right_size(byte)));
        send(record(byte, static_cast<std::uint32_t>(random_() % 1000)));
        run();
    }
    for (std::uint8_t kind = 1; kind <= 7 && !HasFatalFailure(); ++kind) {
        const std::uint32_t right = right_size(kind);
        for (const std::uint32_t size : {0U,
                                         1U,
                                         47U,
                                         48U,
                                         49U,
                                         63U,
                                         64U,
                                         80U,
                                         111U,
                                         112U,
                                         113U,
                                         176U,
                                         239U,
                                         240U,
                                         241U,
                                         304U,
                                         131055U,
                                         131056U,
                                         131071U,
                                         131072U,
                                         131073U,
                                         (1U << 18) + right,
                                         (1U << 31) + right,
                                         ~0U}) {
            send(record(kind, size));
        }
        for (int bit = 8; bit < 32; ++bit) { // flags and the reserved field
            auto bytes = kind == 5 ? routers(0, 0, false) : record(kind, right);
            bytes.at(static_cast<std::size_t>(bit / 8)) = static_cast<std::uint8_t>(1U << (bit % 8));
            send(bytes);
            hlsk::put_le32(bytes.data() + records::header::payload_bytes, right - 1); // the length is judged first
            send(bytes);
        }
        set_mood();
        run();
    }
    for (const unsigned index : {0U, 1022U, 1023U, 1024U, 1025U, 2048U, 65535U}) send(pool(static_cast<std::uint16_t>(index)));
    for (std::uint32_t rows = 0; rows <= 34; ++rows) {
        for (const std::uint32_t count : {rows, rows + 1, rows - 1, 32U, 33U, 0U, rows + 64, rows + (1U << 31)}) {
            send(routers(rows, count, false));
        }
        send(routers(rows, rows, true));
    }
    run();
    std::cout << records_ << " records in " << clocks_ << " clocks\n";
    for (const std::size_t reason : {1U, 2U, 3U, 4U, 5U, 9U}) EXPECT_GT(met_.at(reason), 3) << "reason " << reason;
}

TEST_F(RecordDispatch, WaitsWhileTheOrderQueueIsFull) {
    ticket_stalls_ = 100;
    for (int i = 0; i < 200 && !HasFatalFailure(); ++i) {
        send(any_record());
        for (int clocks = 0; clocks < 40 && !stream_.empty() && !HasFatalFailure(); ++clocks)
            clock(); // the model says what may move
        ticket_stalls_ = 0;
        run();
        ticket_stalls_ = 100;
    }
}

TEST_F(RecordDispatch, BeginsNoMoreThanSixteenTransactionsWhoseTargetIsNotKnown) {
    settles_ = 0;
    for (unsigned i = 0; i < most_unsettled + 4; ++i) send(record(Kind::tx, 20));
    for (int clocks = 0; clocks < 300 && !HasFatalFailure(); ++clocks) clock();
    EXPECT_EQ(records_, static_cast<int>(most_unsettled));
    settles_ = 10;
    run();
}

TEST_F(RecordDispatch, HoldsBackAChangeOfTheTablesUntilTransactionsAreSettled) {
    for (int turn = 0; turn < 200 && !HasFatalFailure(); ++turn) {
        const auto before = 1 + random_() % 4;
        for (unsigned i = 0; i < before; ++i) send(record(Kind::tx, 100));
        if (turn % 2 == 0)
            send(pool(static_cast<std::uint16_t>(turn)));
        else
            send(routers(static_cast<std::uint32_t>(turn % 33), static_cast<std::uint32_t>(turn % 33), turn % 3 == 0));
        send(record(Kind::tx, 100));
        settles_ = 0;
        for (int clocks = 0; clocks < 80 && !HasFatalFailure(); ++clocks) clock();
        ASSERT_EQ(stream_.size(), 2U) << "the change, and the transaction behind it";
        settles_ = 30;
        run();
    }
}

TEST_F(RecordDispatch, AResetAtAnyClockLeavesNothingBehind) {
    for (int turn = 0; turn < 400 && !HasFatalFailure(); ++turn) {
        set_mood();
        for (int i = 0; i < 12; ++i) send(any_record());
        for (auto clocks = random_() % 100; clocks > 0 && !stream_.empty() && !HasFatalFailure(); --clocks) clock();
        restart();
        set_mood();
        for (int i = 0; i < 6; ++i) send(any_record());
        run();
    }
}

} // namespace
