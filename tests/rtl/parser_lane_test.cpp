// parser_lane: transactions of every form, the answers about whom they call, and their records, whatever the stalls, against the
// bytes of the HLS source. SPDX-License-Identifier: Apache-2.0
#include "../unit/kernels/parser_harness.hpp"
#include "Vparser_lane.h"
#include "hls/mempool_parser.hpp"
#include "rtl/clocked.hpp"
#include "rtl/packed_port.hpp"
#include "stream_beats.hpp"
#include "support/seed.hpp"
#include "support/shared_data.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <iostream>
#include <memory>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace jitbox::test {
namespace {

constexpr int target_bits = 8 + 3 * 160 + 32;
constexpr std::uint8_t pools_from = 0xb0; ///< first byte of a pool's address; that of a router is its kind above this
constexpr std::uint8_t routers_from = 0xa0;

struct OutBeat {
    StreamBeat beat;
    bool end = false; ///< of the transaction
};

ap_uint<160> number(const Bytes20& address) {
    ap_uint<160> out = 0;
    for (std::size_t i = address.size(); i-- > 0;) out = ap_uint<160>((out << 8) | ap_uint<160>(address.at(i)));
    return out;
}

class ParserLane : public testing::Test {
protected:
    ParserLane() {
        fill_tables();
        restart();
    }

    void restart() {
        dut_.in_valid = dut_.answered = dut_.out_ready = 0;
        reset(dut_);
        stream_.clear();
        waiting_.clear();
        settled_ = 0;
        asking_ = false;
    }
    std::size_t below(std::size_t limit) { return random_() % limit; }
    void set_mood() {
        const auto some = [this] { return static_cast<unsigned>(below(3) * 40); };
        pauses_ = some();
        stalls_ = some();
        answers_late_ = below(4) == 0 ? 97 : some();
    }

    // ---- who is known
    static Bytes20 router_of(RouterKind kind) {
        return address_of(static_cast<std::uint8_t>(routers_from + static_cast<unsigned>(kind)));
    }
    accel::PoolRecord pool_of(std::uint8_t i) {
        return {.pool_index = i,
                .pool_kind = accel::PoolKind::uniswap_v3,
                .fee = 500U + i,
                .address = address_of(static_cast<std::uint8_t>(pools_from + i)),
                .token0 = address_of(1),
                .token1 = address_of(static_cast<std::uint8_t>(2 + i)),
                .factory = address_of(0xfa)};
    }
    void fill_tables() {
        std::vector<accel::RouterEntry> rows;
        for (const auto kind :
             {RouterKind::none, RouterKind::swap_router, RouterKind::swap_router02, RouterKind::universal_router,
              RouterKind::universal_router_v2, RouterKind::universal_router_v2_1, RouterKind::universal_router_v1_0}) {
            rows.push_back({router_of(kind), kind, address_of(0xfb)});
        }
        run_hls(accel::to_record(0, rows));
        for (std::uint8_t i = 0; i < 4; ++i) run_hls(accel::to_record(0, pool_of(i)));
    }
    void put_answer(const Bytes20& asked) {
        const std::uint8_t first = asked == address_of(asked.at(0)) ? asked.at(0) : 0;
        std::uint8_t kind = 0;
        accel::PoolRecord pool{};
        Bytes20 factory{};
        if (first >= routers_from && first < routers_from + 8 && first != routers_from + 6) {
            kind = static_cast<std::uint8_t>(first - routers_from);
            factory = address_of(0xfb);
        } else if (first >= pools_from && first < pools_from + 4) {
            kind = static_cast<std::uint8_t>(RouterKind::pool);
            pool = pool_of(static_cast<std::uint8_t>(first - pools_from));
            factory = pool.factory;
        }
        StructWriter<target_bits, (target_bits + 31) / 32>(dut_.answer)
            .field(ap_uint<8>(kind))
            .field(number(factory))
            .field(number(pool.token0))
            .field(number(pool.token1))
            .field(ap_uint<32>(pool.fee));
    }
    Bytes20 anybody() {
        switch (below(4)) {
        case 0:
            return address_of(static_cast<std::uint8_t>(pools_from + below(5)));
        case 1:
            return address_of(0x11);
        default:
            return address_of(static_cast<std::uint8_t>(routers_from + below(8)));
        }
    }

    // ---- transactions
    /// A call that the one with that address knows, or else any.
    Bytes calldata(const Bytes20& to) {
        const unsigned first = to.at(0);
        if (below(6) == 0) return Bytes(below(200), 0x5a);
        if (below(6) == 0) return calldata_of(static_cast<RouterKind>(below(8)));
        return calldata_of(static_cast<RouterKind>(first >= pools_from ? 6U : first >= routers_from ? first - routers_from : 0U));
    }
    Bytes calldata_of(RouterKind kind) {
        const auto token = [this] { return address_of(static_cast<std::uint8_t>(below(9))); };
        const Bytes20 a = token();
        const Bytes20 b = token();
        const Bytes path = path_of({a, b, address_of(9)}, 3000);
        if (kind == RouterKind::pool)
            return Calldata(0x128acb08).word(a).word(below(2)).word(below(99)).word(1).word(160).word(0).get();
        if (kind == RouterKind::swap_router) {
            return Calldata(0x414bf389).word(a).word(b).word(500).word(a).word(below(99)).word(5).word(6).word(0).get();
        }
        if (kind == RouterKind::swap_router02) {
            const Bytes tuple = Calldata(0xb858183f).word(32).word(128).word(a).word(5).word(6).bytes(path).get();
            const Bytes single = Calldata(0x04e45aaf).word(a).word(b).word(500).word(a).word(5).word(6).word(0).get();
            return Calldata(0xac9650d8)
                .word(32)
                .append(array_of(std::vector<Bytes>(below(below(4) == 0 ? 34 : 5), below(2) == 0 ? tuple : single)))
                .get();
        }
        Calldata input;
        if (kind == RouterKind::universal_router_v2_1) // with prices of the hops
            input.word(1).word(7).word(3).word(192).word(1).word(224 + (path.size() + 31) / 32 * 32).bytes(path).word(0);
        else
            input.word(1).word(7).word(3).word(160).word(1).bytes(path);
        const std::size_t commands = 1 + below(4);
        return execute(Bytes(commands, static_cast<std::uint8_t>(below(2))),
                       std::vector<Bytes>(below(8) == 0 ? commands + 1 : commands, input.get()));
    }
    Bytes any_transaction() {
        const int type = static_cast<int>(below(5));
        std::vector<Item> fields = type == 0 ? legacy_fields() : typed_fields(type);
        const std::size_t to = type == 0 ? 3 : type == 1 ? 4 : 5;
        const Bytes20 called = anybody();
        fields.at(to) = below(12) == 0 ? text({}) : text(called);
        Bytes call = calldata(called);
        if (below(4) == 0 && !call.empty()) call.at(below(call.size())) ^= static_cast<std::uint8_t>(1U << below(8));
        fields.at(to + 2) = text(call);
        if (below(60) == 0) fields.at(to + 2) = text(Bytes(below(60000), 0x5a)); // the hash comes late
        Bytes raw = transaction(fields, type);
        if (below(6) == 0) raw.at(below(std::min<std::size_t>(raw.size(), 60))) ^= static_cast<std::uint8_t>(1U << below(8));
        // Behind the call, so that it is walked before the envelope is refused.
        if (below(6) == 0) raw.at(raw.size() - 1 - below(4)) = static_cast<std::uint8_t>(below(2) == 0 ? 0x00 : 0xc0);
        if (below(40) == 0) raw.resize(below(raw.size()));
        return raw;
    }

    std::vector<StreamBeat> run_hls(const Bytes& record) {
        hlsk::BeatStream in;
        hlsk::BeatStream out;
        for (const StreamBeat& from : beats_of(BytesView(record))) {
            hlsk::Beat beat;
            std::memcpy(&beat.data.v, from.data.data(), from.data.size());
            beat.last = from.last;
            in.write(beat);
        }
        hlsk::mempool_parser(*hls_, in, out);
        std::vector<StreamBeat> answer;
        while (!out.empty()) {
            const hlsk::Beat beat = out.read();
            std::memcpy(answer.emplace_back().data.data(), &beat.data.v, records::beat_bytes);
            answer.back().last = beat.last;
        }
        return answer;
    }
    void send(const Bytes& raw) {
        const Bytes record = accel::tx_record(random_(), raw);
        for (const StreamBeat& beat : beats_of(BytesView(record))) stream_.push_back(beat.data);
        std::vector<OutBeat>& answer = waiting_.emplace_back();
        for (const StreamBeat& beat : run_hls(record)) {
            answer.push_back({beat, false});
            legs_ += beat.last ? 1 : 0;
        }
        legs_ -= 1; // TX_SEEN
        answer.back().end = true;
    }

    // ---- clock by clock
    void drive() {
        if (!dut_.in_valid && !stream_.empty() && below(100) >= pauses_) {
            put(dut_.in_data, stream_.front());
            dut_.in_valid = 1;
        }
        dut_.out_ready = below(100) >= stalls_ ? 1 : 0;
        dut_.answered = 0;
        put_answer(address_of(static_cast<std::uint8_t>(random_())));
        dut_.eval();
        // `answered` may not depend on what `ask` says in the same clock.
        if (asking_) ASSERT_TRUE(dut_.ask) << "held until answered";
        if (dut_.ask && asking_ && below(100) >= answers_late_) {
            const auto address = get<20>(dut_.ask_address);
            Bytes20 asked{};
            std::ranges::copy(address, asked.begin());
            put_answer(asked);
            dut_.answered = 1;
            dut_.eval();
        }
    }
    void expect_beat() {
        ASSERT_FALSE(waiting_.empty()) << "a beat too many";
        const OutBeat& wanted = waiting_.front().at(beat_);
        ASSERT_EQ(get<64>(dut_.out_data), wanted.beat.data)
            << "beat " << beat_ << " of transaction " << done_ << ", seed " << seed_;
        ASSERT_EQ(dut_.out_last != 0, wanted.beat.last);
        ASSERT_EQ(dut_.out_end != 0, wanted.end);
        if (wanted.end) ASSERT_GT(settled_, ended_) << "the tables still matter to it";
    }
    void clock() {
        drive();
        if (dut_.out_valid) expect_beat();
        const bool in_moves = dut_.in_valid && dut_.in_ready;
        const bool out_moves = dut_.out_valid && dut_.out_ready;
        asking_ = dut_.ask && !dut_.answered;
        settled_ += dut_.settled;
        jitbox::test::clock(dut_);
        if (in_moves) {
            stream_.pop_front();
            dut_.in_valid = 0;
        }
        if (out_moves) take_beat();
        moved_ = in_moves || out_moves;
        clocks_ += 1;
    }
    void take_beat() {
        beat_ += 1;
        if (beat_ < waiting_.front().size()) return;
        waiting_.pop_front();
        beat_ = 0;
        ended_ += 1;
        done_ += 1;
    }
    void run() {
        for (int still = 0; !waiting_.empty() && !HasFatalFailure(); ++still) {
            ASSERT_LT(still, 60000) << "it hangs";
            clock();
            if (moved_) still = 0;
        }
        EXPECT_EQ(settled_, ended_) << "once each";
    }
    void forget() {
        restart();
        beat_ = 0;
        ended_ = 0;
    }

    const std::uint32_t seed_ = random_seed();
    std::mt19937_64 random_{seed_};
    Vparser_lane dut_;
    std::unique_ptr<hlsk::MempoolParserState> hls_ = std::make_unique<hlsk::MempoolParserState>();
    std::deque<BeatBytes> stream_;
    std::deque<std::vector<OutBeat>> waiting_; ///< for their records
    std::size_t beat_ = 0;                     ///< of the first one's answer
    std::size_t settled_ = 0;                  ///< since the reset, as ended_
    std::size_t ended_ = 0;
    bool asking_ = false;
    unsigned pauses_ = 0; ///< in percent
    unsigned stalls_ = 0;
    unsigned answers_late_ = 0;
    bool moved_ = false;
    std::size_t legs_ = 0;
    std::size_t done_ = 0;
    long clocks_ = 0;
};

TEST_F(ParserLane, AnswersEachTransactionLikeTheHlsSource) {
    for (int turn = 0; turn < 100 && !HasFatalFailure(); ++turn) {
        set_mood();
        for (int i = 0; i < 20; ++i) send(any_transaction());
        run();
    }
    std::cout << done_ << " transactions, " << legs_ << " legs, " << clocks_ << " clocks\n";
    EXPECT_EQ(done_, 2000U);
    EXPECT_GT(legs_, 1000U);
}

TEST_F(ParserLane, AResetAtAnyClockLeavesNothingBehind) {
    for (int turn = 0; turn < 200 && !HasFatalFailure(); ++turn) {
        set_mood();
        for (int i = 0; i < 5; ++i) send(any_transaction());
        for (auto clocks = below(200); clocks > 0 && !waiting_.empty() && !HasFatalFailure(); --clocks) clock();
        forget();
        for (int i = 0; i < 4; ++i) send(any_transaction());
        run();
    }
}

TEST_F(ParserLane, AnswersRealTransactionsLikeTheHlsSource) {
    const auto real = read_real_transactions("mainnet/transactions.jsonl.gz");
    if (!real) GTEST_SKIP() << missing_text("mainnet/transactions.jsonl.gz");
    for (int i = 0; i < 400 && !HasFatalFailure(); ++i) {
        const Bytes& raw = (*real)[below(real->size())].raw;
        if (raw.size() > records::max_transaction_bytes) continue;
        if (i % 20 == 0) set_mood();
        send(raw);
        if (i % 10 == 0) run();
    }
    run();
    std::cout << done_ << " transactions, " << clocks_ << " clocks\n";
}

} // namespace
} // namespace jitbox::test
