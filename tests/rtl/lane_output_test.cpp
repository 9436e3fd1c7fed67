// lane_output: the records of a transaction in the clock in which each beat is due, whatever the stalls, while the legs of the next
// are written; against the layouts of kernels/hls/records.hpp. SPDX-License-Identifier: Apache-2.0
#include "Vlane_output.h"
#include "hls/records.hpp"
#include "rtl/clocked.hpp"
#include "rtl/packed_port.hpp"
#include "rtl/random_wide.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <iostream>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace {

using namespace jitbox;
using namespace jitbox::test;
using records::RouterKind;

constexpr int leg_bits = 8 + 8 + 6 + 32 + 64 + 2 * 160 + 2 * 256 + 160;
constexpr int envelope_bits = 16 + 8 + 2 + 4 * 64 + 160 + 5 * 256;
constexpr int target_bits = 8 + 3 * 160 + 32;
constexpr unsigned places = 64; ///< legs of a half of the memory

struct Leg { ///< leg_t
    ap_uint<8> hop, hops;
    ap_uint<6> flags;
    ap_uint<32> fee;
    ap_uint<64> deadline;
    ap_uint<160> token_in, token_out;
    ap_uint<256> amount, limit;
    ap_uint<160> price_limit;
};

struct Envelope { ///< envelope_t
    ap_uint<16> reason;
    ap_uint<8> tx_type;
    bool has_to, has_chain_id;
    ap_uint<64> chain_id, nonce, gas_limit, v;
    ap_uint<160> to;
    ap_uint<256> max_fee, max_priority_fee, value, signature_r, signature_s;
};

struct Write {
    unsigned at;
    Leg leg;
};

struct Transaction {
    std::vector<Write> writes; ///< in their order; the legs that count are the last at their place
    std::vector<Leg> legs;
    ap_uint<64> sequence;
    ap_uint<16> reason; ///< the envelope's, or else the calldata's
    Envelope envelope;
    ap_uint<8> kind;
    ap_uint<160> factory;
    ap_uint<256> hash;
};

struct Beat {
    BeatBytes data;
    bool last; ///< of its record
    bool end;  ///< of the transaction
    bool with_hash;
};

/// A record, field by field.
class Record {
public:
    Record(records::Kind kind, std::size_t total_bytes, ap_uint<64> sequence) : bytes_(total_bytes) {
        set<8>(records::header::kind, static_cast<std::uint8_t>(kind));
        set<32>(records::header::payload_bytes, static_cast<std::uint32_t>(total_bytes - records::header_bytes));
        set<64>(records::header::sequence, sequence);
    }
    template <int Width>
    void set(std::size_t at, const ap_uint<Width>& value) {
        for (int bit = 0; bit < Width; bit += 8) bytes_.at(at++) = static_cast<std::uint8_t>(ap_uint<8>(value >> bit).to_uint());
    }
    void append_to(std::deque<Beat>& beats, bool seen) const {
        for (std::size_t at = 0; at < bytes_.size(); at += records::beat_bytes) {
            const bool last = at + records::beat_bytes == bytes_.size();
            Beat& beat = beats.emplace_back(Beat{.data = {}, .last = last, .end = last && seen, .with_hash = at == 0 && seen});
            std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at), records::beat_bytes, beat.data.begin());
        }
    }

private:
    std::vector<std::uint8_t> bytes_;
};

void append_leg(std::deque<Beat>& beats, const Transaction& tx, std::size_t index) {
    namespace s = records::swap;
    const Leg& leg = tx.legs.at(index);
    Record out(records::Kind::swap, s::total_bytes, tx.sequence);
    out.set<8>(s::router_kind, tx.kind);
    out.set<8>(s::leg_index, static_cast<std::uint8_t>(index));
    out.set(s::hop, leg.hop);
    out.set(s::hops, leg.hops);
    out.set<32>(s::flags, leg.flags.to_uint());
    out.set(s::fee, leg.fee);
    out.set(s::deadline, leg.deadline);
    out.set(s::token_in, leg.token_in);
    out.set(s::token_out, leg.token_out);
    out.set(s::factory, tx.factory);
    out.set(s::amount, leg.amount);
    out.set(s::limit, leg.limit);
    out.set(s::sqrt_price_limit_x96, leg.price_limit);
    if (tx.kind == static_cast<std::uint8_t>(RouterKind::pool)) out.set(s::pool_address, tx.envelope.to);
    out.append_to(beats, false);
}

void append_seen(std::deque<Beat>& beats, const Transaction& tx) {
    namespace s = records::tx_seen;
    const Envelope& e = tx.envelope;
    Record out(records::Kind::tx_seen, s::total_bytes, tx.sequence);
    records::TxStatus status = tx.legs.empty() ? records::TxStatus::no_swap : records::TxStatus::ok;
    if (tx.reason != 0) status = records::TxStatus::rejected;
    out.set(s::tx_type, e.tx_type);
    out.set<8>(s::status, static_cast<std::uint8_t>(status));
    out.set(s::reason, tx.reason);
    out.set(s::hash, tx.hash);
    if (e.reason == 0) { // hash and type are all that a refused envelope is worth
        out.set<8>(s::leg_count, static_cast<std::uint8_t>(tx.legs.size()));
        out.set(s::router_kind, tx.kind);
        out.set<8>(s::has_to, static_cast<std::uint8_t>(e.has_to));
        out.set<8>(s::has_chain_id, static_cast<std::uint8_t>(e.has_chain_id));
        out.set(s::chain_id, e.chain_id);
        out.set(s::nonce, e.nonce);
        out.set(s::gas_limit, e.gas_limit);
        out.set(s::to, e.to);
        out.set(s::v, e.v);
        out.set(s::max_fee_per_gas, e.max_fee);
        out.set(s::max_priority_fee_per_gas, e.max_priority_fee);
        out.set(s::value, e.value);
        out.set(s::signature_r, e.signature_r);
        out.set(s::signature_s, e.signature_s);
    }
    out.append_to(beats, true);
}

class LaneOutput : public testing::Test {
protected:
    LaneOutput() { restart(); }

    void restart() {
        dut_.in_valid = dut_.leg_write = dut_.hash_valid = dut_.out_ready = 0;
        reset(dut_);
        next_.reset();
        expected_.clear();
        hashes_.clear();
    }
    void set_mood() {
        stalls_ = static_cast<unsigned>(random_() % 3 * 40);
        pauses_ = static_cast<unsigned>(random_() % 3 * 40);
        hash_pauses_ = static_cast<unsigned>(random_() % 3 * 45);
    }
    bool now_and_then(unsigned percent) { return random_() % 100 < percent; }
    template <int Bits>
    ap_uint<Bits> any() {
        return random_wide<Bits>(random_);
    }

    Leg leg() {
        return {any<8>(), any<8>(), any<6>(), any<32>(), any<64>(), any<160>(), any<160>(), any<256>(), any<256>(), any<160>()};
    }
    Envelope envelope() {
        Envelope out{any<16>(), any<8>(),   random_() % 4 != 0, random_() % 2 == 0, any<64>(),  any<64>(),  any<64>(),
                     any<64>(), any<160>(), any<256>(),         any<256>(),         any<256>(), any<256>(), any<256>()};
        if (!out.has_to) out.to = 0;
        return out;
    }
    /// As many legs as wanted, if it is not refused: by its envelope or later, when legs have been written already.
    Transaction transaction(unsigned legs) {
        Transaction out{.writes = {},
                        .legs = {},
                        .sequence = any<64>(),
                        .reason = 0,
                        .envelope = envelope(),
                        .kind = static_cast<std::uint8_t>(random_() % 8),
                        .factory = any<160>(),
                        .hash = any<256>()};
        const auto how = random_() % 8;
        if (how != 0) out.envelope.reason = 0;
        out.reason = how == 1 ? any<16>() : out.envelope.reason;
        for (auto others = random_() % 4; others > 0; --others) { // of a part that has failed
            out.writes.push_back({static_cast<unsigned>(random_() % places), leg()});
        }
        for (unsigned i = 0; i < legs; ++i) out.writes.push_back({i, leg()});
        if (out.reason == 0) {
            for (unsigned i = 0; i < legs; ++i) out.legs.push_back(out.writes.at(out.writes.size() - legs + i).leg);
        }
        return out;
    }

    void put_leg(const Leg& it) {
        StructWriter<leg_bits, (leg_bits + 31) / 32>(dut_.leg)
            .field(it.hop)
            .field(it.hops)
            .field(it.flags)
            .field(it.fee)
            .field(it.deadline)
            .field(it.token_in)
            .field(it.token_out)
            .field(it.amount)
            .field(it.limit)
            .field(it.price_limit);
    }
    void put_transaction(const Transaction& tx, bool half) {
        const Envelope& e = tx.envelope;
        dut_.in_half = half;
        dut_.in_legs = static_cast<std::uint8_t>(tx.legs.size());
        dut_.in_sequence = tx.sequence.to_uint64();
        dut_.in_reason = static_cast<std::uint16_t>(tx.reason.to_uint());
        StructWriter<envelope_bits, (envelope_bits + 31) / 32>(dut_.in_envelope)
            .field(e.reason)
            .field(e.tx_type)
            .flag(e.has_to)
            .flag(e.has_chain_id)
            .field(e.chain_id)
            .field(e.nonce)
            .field(e.gas_limit)
            .field(e.v)
            .field(e.to)
            .field(e.max_fee)
            .field(e.max_priority_fee)
            .field(e.value)
            .field(e.signature_r)
            .field(e.signature_s);
        StructWriter<target_bits, (target_bits + 31) / 32>(dut_.in_target)
            .field(tx.kind)
            .field(tx.factory)
            .field(any<160>())
            .field(any<160>())
            .field(any<32>());
    }
    void put_hash(const ap_uint<256>& hash) { put_bits(dut_.hash, 0, hash); }

    /// The walk of the next transaction, and its offer from the clock behind its last write on. What does not count is noise.
    void offer() {
        dut_.leg_write = 0;
        if (dut_.in_valid) return;
        if (!next_ || now_and_then(pauses_)) {
            put_leg(leg());
            put_transaction(noise_, random_() % 2 == 0);
            return;
        }
        if (written_ < next_->writes.size()) {
            const Write& it = next_->writes.at(written_++);
            dut_.leg_write = 1;
            dut_.leg_half = half_;
            dut_.leg_index = static_cast<std::uint8_t>(it.at);
            put_leg(it.leg);
            return;
        }
        put_transaction(*next_, half_);
        dut_.in_valid = 1;
    }
    /// Hashes of the transactions that have begun, each now or later; one that is offered stands.
    void offer_hash() {
        if (dut_.hash_valid) return;
        dut_.hash_valid = !hashes_.empty() && !now_and_then(hash_pauses_) ? 1 : 0;
        put_hash(dut_.hash_valid ? hashes_.front() : any<256>());
    }

    [[nodiscard]] bool due() const { return !expected_.empty() && (!expected_.front().with_hash || dut_.hash_valid); }
    void expect_outputs() {
        ASSERT_EQ(dut_.in_ready != 0, expected_.empty());
        ASSERT_EQ(dut_.out_valid != 0, due()) << expected_.size() << " beats are due, seed " << seed_;
        if (dut_.out_valid) {
            const Beat& beat = expected_.front();
            ASSERT_EQ(get<64>(dut_.out_data), beat.data) << expected_.size() << " beats to come, seed " << seed_;
            ASSERT_EQ(dut_.out_last != 0, beat.last);
            ASSERT_EQ(dut_.out_end != 0, beat.end);
        }
        const bool hash_goes = dut_.out_valid && dut_.out_ready && expected_.front().with_hash;
        ASSERT_EQ(dut_.hash_valid && dut_.hash_ready, hash_goes) << "each hash once, with its beat";
    }

    void clock() {
        offer();
        offer_hash();
        dut_.out_ready = now_and_then(stalls_) ? 0 : 1;
        dut_.eval();
        expect_outputs();
        const bool beat_goes = dut_.out_valid && dut_.out_ready;
        const bool taken = dut_.in_valid && dut_.in_ready;
        const bool hash_taken = dut_.hash_valid && dut_.hash_ready;
        jitbox::test::clock(dut_);
        if (beat_goes) expected_.pop_front();
        if (hash_taken) {
            hashes_.pop_front();
            dut_.hash_valid = 0;
        }
        if (taken && next_) accept(*next_);
        clocks_ += 1;
    }
    void accept(const Transaction& tx) {
        for (std::size_t i = 0; i < tx.legs.size(); ++i) append_leg(expected_, tx, i);
        append_seen(expected_, tx);
        legs_ += tx.legs.size();
        dut_.in_valid = 0;
        half_ = !half_;
        next_.reset();
    }

    void begin(Transaction tx) {
        hashes_.push_back(tx.hash);
        next_ = std::move(tx);
        written_ = 0;
    }
    void hand_over(unsigned legs) {
        begin(transaction(legs));
        while (!HasFatalFailure() && next_) clock();
    }
    void finish() {
        for (int clocks = 0; !HasFatalFailure() && !expected_.empty(); ++clocks) {
            ASSERT_LT(clocks, 20000);
            clock();
        }
    }

    const std::uint32_t seed_ = random_seed();
    std::mt19937_64 random_{seed_};
    Vlane_output dut_;
    const Transaction noise_ = transaction(0);
    std::optional<Transaction> next_; ///< not yet handed over
    std::size_t written_ = 0;         ///< of its writes
    bool half_ = random_() % 2 == 0;  ///< where they go
    std::deque<Beat> expected_;
    std::deque<ap_uint<256>> hashes_;
    unsigned stalls_ = 0; ///< in percent
    unsigned pauses_ = 0;
    unsigned hash_pauses_ = 0;
    std::size_t legs_ = 0;
    long clocks_ = 0;
};

TEST_F(LaneOutput, GivesABeatAClockFromTheClockBehindTheHandOver) {
    for (unsigned legs = 0; legs <= places && !HasFatalFailure(); ++legs) hand_over(legs);
    finish();
    for (int i = 0; i < 10 && !HasFatalFailure(); ++i) clock(); // nothing more comes
    EXPECT_GT(legs_, 1000U);
}

TEST_F(LaneOutput, GivesTheRecordsOfEachTransactionWhateverTheStalls) {
    for (int turn = 0; turn < 2500 && !HasFatalFailure(); ++turn) {
        if (turn % 20 == 0) set_mood();
        hand_over(static_cast<unsigned>(random_() % (random_() % 12 == 0 ? places + 1 : 4)));
    }
    finish();
    std::cout << legs_ << " legs in " << clocks_ << " clocks\n";
    EXPECT_GT(legs_, 4000U);
}

TEST_F(LaneOutput, AResetAtAnyClockLeavesNothingBehind) {
    for (int turn = 0; turn < 400 && !HasFatalFailure(); ++turn) {
        set_mood();
        begin(transaction(static_cast<unsigned>(random_() % 4)));
        for (auto clocks = random_() % 60; clocks > 0 && !HasFatalFailure(); --clocks) {
            if (!next_) begin(transaction(static_cast<unsigned>(random_() % 4)));
            clock();
        }
        restart();
        for (auto transactions = 1 + random_() % 3; transactions > 0 && !HasFatalFailure(); --transactions) {
            hand_over(static_cast<unsigned>(random_() % 4));
        }
        finish();
    }
}

} // namespace
