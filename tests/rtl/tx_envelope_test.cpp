// tx_envelope: the verdict, the fields and the announcements of each transaction, good or damaged anywhere, whatever the stalls,
// against the envelope of kernels/hls. SPDX-License-Identifier: Apache-2.0
#include "../unit/kernels/parser_harness.hpp"
#include "Vtx_envelope.h"
#include "base/hex.hpp"
#include "chain/u256.hpp"
#include "hls/parser_envelope.hpp"
#include "hls/parser_rlp.hpp"
#include "rtl/clocked.hpp"
#include "rtl/packed_port.hpp"
#include "support/seed.hpp"
#include "support/shared_data.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <functional>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace jitbox::test {
namespace {

using chain::u256;

constexpr int envelope_bits = 16 + 8 + 2 + 4 * 64 + 160 + 5 * 256;
constexpr std::array<std::uint8_t, 18> bytes_that_matter{0x00, 0x01, 0x02, 0x7f, 0x80, 0x81, 0x88, 0x94, 0xa0,
                                                         0xb7, 0xb8, 0xbf, 0xc0, 0xc1, 0xf7, 0xf8, 0xfa, 0xff};

/// How far the fields up to the call are good.
enum class Good : std::uint8_t { not_to_gas_limit, to_gas_limit, to_destination, to_value, to_call, call };

struct Prefix {
    Good good = Good::not_to_gas_limit; ///< the one that it names is the first that is not
    hlsk::Envelope fields{};
    Bytes20 to{};
};

/// The fields up to the call, by the readers of the HLS source.
Prefix prefix_of(const std::uint8_t* raw, std::uint32_t size, std::uint8_t type) {
    using records::Reason;
    Prefix out;
    hlsk::RlpReader outer{raw, type == 0 ? 0U : 1U, size, size == 0 ? Reason::tx_empty : Reason::none};
    hlsk::RlpReader r = hlsk::next_list(outer);
    hlsk::finish(outer, Reason::rlp_trailing_bytes);
    if (outer.reason != Reason::none) return out;
    if (type == 3 && !hlsk::at_end(r) && raw[r.at] >= 0xc0) r = hlsk::next_list(r);
    if (type != 0) out.fields.chain_id = hlsk::next_u64(r);
    out.fields.nonce = hlsk::next_u64(r);
    out.fields.max_priority_fee_per_gas = hlsk::next_integer(r, 32);
    out.fields.max_fee_per_gas = type <= 1 ? out.fields.max_priority_fee_per_gas : hlsk::next_integer(r, 32);
    const auto passed = [&](Good next) {
        if (r.reason == Reason::none) out.good = next;
        return r.reason == Reason::none;
    };
    if (!passed(Good::to_gas_limit)) return out;
    out.fields.gas_limit = hlsk::next_u64(r);
    if (!passed(Good::to_destination)) return out;
    const hlsk::Span to = hlsk::next_bytes(r);
    if (to.size != 20 && (to.size != 0 || type > 2)) hlsk::refuse(r, Reason::tx_bad_address_length);
    if (!passed(Good::to_value)) return out;
    out.fields.has_to = to.size == 20;
    if (out.fields.has_to) std::copy_n(raw + to.at, 20, out.to.begin());
    out.fields.value = hlsk::next_integer(r, 32);
    if (!passed(Good::to_call)) return out;
    out.fields.calldata = hlsk::next_bytes(r);
    passed(Good::call);
    return out;
}

struct Expected {
    std::uint64_t sequence = 0;
    std::size_t beats = 0;
    Prefix prefix;
    std::uint8_t type = 0; ///< of a refused one as well
    records::Reason reason{};
    hlsk::Envelope envelope{};
};

/// The fields at the port.
struct Shown {
    ap_uint<16> reason;
    ap_uint<8> tx_type;
    bool has_to = false;
    bool has_chain_id = false;
    ap_uint<64> chain_id, nonce, gas_limit, v;
    ap_uint<160> to;
    ap_uint<256> max_fee, max_priority_fee, value, signature_r, signature_s;
};

ap_uint<256> number(const hlsk::Word& word) {
    ap_uint<256> out = 0;
    for (int i = 4; i-- > 0;) out = ap_uint<256>((out << 64) | ap_uint<256>(word.limb[i]));
    return out;
}
ap_uint<160> bytes_of(const Bytes20& address) {
    ap_uint<160> out = 0;
    for (std::size_t i = address.size(); i-- > 0;) out = ap_uint<160>((out << 8) | ap_uint<160>(address.at(i)));
    return out;
}

Item big(const u256& value) {
    Bytes bytes;
    for (int shift = 248; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(value >> shift));
    bytes.erase(bytes.begin(), std::ranges::find_if(bytes, [](std::uint8_t byte) { return byte != 0; }));
    return text(bytes);
}
/// An item whose header says that length, in so many bytes, whatever its content is. `first` is 0xb7 or 0xf7.
Item with_length(std::uint8_t first, const Bytes& content, std::uint64_t length, unsigned bytes) {
    Item out{static_cast<std::uint8_t>(first + bytes)};
    for (unsigned i = bytes; i-- > 0;) out.push_back(static_cast<std::uint8_t>(length >> (8 * i)));
    out.insert(out.end(), content.begin(), content.end());
    return out;
}
Bytes joined(const std::vector<Item>& items) {
    Bytes out;
    for (const Item& item : items) out.insert(out.end(), item.begin(), item.end());
    return out;
}

/// Fields with an access list of so many keys.
std::vector<Item> fields_of(int type, std::size_t calldata_bytes = 0, std::size_t keys = 0) {
    std::vector<Item> fields = type == 0 ? legacy_fields() : typed_fields(type);
    const std::size_t data = type == 0 ? 5 : type == 1 ? 6 : 7;
    fields.at(data) = text(Bytes(calldata_bytes, 0xc5));
    if (type != 0 && keys != 0) {
        const std::vector<Item> all(keys, text(Bytes(32, 0x44)));
        fields.at(data + 1) = list({list({text(address_of(0x33)), list(all)}), list({text(address_of(0x34)), list({})})});
    }
    return fields;
}
Bytes network_form(const std::vector<Item>& behind) {
    std::vector<Item> outer{list(fields_of(3))};
    outer.insert(outer.end(), behind.begin(), behind.end());
    return transaction(outer, 3);
}

/// An item of a transaction of type 1 takes a clock, one more when it is long, and one more when the next begins in another beat.
/// So does the end of a list of entries or keys, in which the next item's beat comes.
long item_clocks(const Bytes& raw) {
    long clocks = 0;
    std::size_t line = 0;
    const auto line_of = [](std::size_t at) { return (at + records::header_bytes) / records::beat_bytes; };
    const std::function<void(std::size_t, std::size_t, unsigned)> pass = [&](std::size_t at, std::size_t end, unsigned depth) {
        while (at < end) {
            clocks += line_of(at) != line ? 2 : 1;
            line = line_of(at);
            const std::size_t code = raw[at] < 0x80 ? 0 : raw[at] & 0x3fU;
            std::size_t begin = at + (raw[at] < 0x80 ? 0 : 1);
            std::size_t size = raw[at] < 0x80 ? 1 : code;
            if (code > 55) {
                clocks += 1;
                size = 0;
                for (std::size_t i = 0; i < code - 55; ++i) size = size << 8 | raw[begin++];
            }
            const bool is_list = raw[at] >= 0xc0;
            at = begin + size;
            if (!is_list) continue;
            pass(begin, at, depth + 1);
            if (depth % 2 == 0) continue;
            clocks += 1;
            line = line_of(at);
        }
    };
    pass(1, raw.size(), 0);
    return clocks;
}

class TxEnvelope : public testing::Test {
protected:
    TxEnvelope() { restart(); }

    void restart() {
        dut_.in_valid = dut_.result_ready = 0;
        reset(dut_);
        stream_.clear();
        waiting_.clear();
        given_ = 0;
        forget_events();
    }
    void forget_events() {
        to_passed_ = call_passed_ = call_valid_ = 0;
        verdict_ = false;
    }
    void set_mood() {
        pauses_ = static_cast<unsigned>(random_() % 3 * 40);
        stalls_ = static_cast<unsigned>(random_() % 3 * 45);
    }

    /// What stands behind the transaction in its last beat does not matter.
    void send(const Bytes& raw) {
        Expected& it = waiting_.emplace_back();
        const auto size = static_cast<std::uint32_t>(raw.size());
        it.sequence = random_();
        it.beats = records::beats_of(size);
        Bytes buffer(raw);
        buffer.resize(raw.size() + 64, static_cast<std::uint8_t>(random_()));
        it.type = size != 0 && raw[0] >= 1 && raw[0] <= 4 ? raw[0] : 0;
        it.prefix = prefix_of(buffer.data(), size, it.type);
        hlsk::HashedPart hashed{};
        it.reason = hlsk::parse_envelope(buffer.data(), size, it.envelope, hashed);
        met_.at(static_cast<std::size_t>(it.reason)) += 1;

        Bytes record(records::header_bytes);
        record[records::header::kind] = static_cast<std::uint8_t>(records::Kind::tx);
        hlsk::put_le32(record.data() + records::header::payload_bytes, size);
        hlsk::put_le64(record.data() + records::header::sequence, it.sequence);
        record.insert(record.end(), raw.begin(), raw.end());
        const bool zeros = only_zeros_ || random_() % 2 == 0; // as the contract has it, or anything
        while (record.size() < it.beats * records::beat_bytes) {
            record.push_back(zeros ? std::uint8_t{0} : static_cast<std::uint8_t>(random_()));
        }
        for (std::size_t at = 0; at < record.size(); at += records::beat_bytes) {
            BeatBytes& beat = stream_.emplace_back();
            std::copy_n(record.begin() + static_cast<std::ptrdiff_t>(at), beat.size(), beat.begin());
        }
    }

    void offer() {
        if (dut_.in_valid || stream_.empty() || paused_ > 0 || random_() % 100 < pauses_) {
            paused_ -= paused_ > 0 ? 1 : 0;
            return;
        }
        put(dut_.in_data, stream_.front());
        dut_.in_valid = 1;
    }

    Shown shown() {
        StructReader<envelope_bits, (envelope_bits + 31) / 32> reader(dut_.result);
        Shown out;
        out.reason = reader.field<16>();
        out.tx_type = reader.field<8>();
        out.has_to = reader.field<1>() != 0;
        out.has_chain_id = reader.field<1>() != 0;
        out.chain_id = reader.field<64>();
        out.nonce = reader.field<64>();
        out.gas_limit = reader.field<64>();
        out.v = reader.field<64>();
        out.to = reader.field<160>();
        out.max_fee = reader.field<256>();
        out.max_priority_fee = reader.field<256>();
        out.value = reader.field<256>();
        out.signature_r = reader.field<256>();
        out.signature_s = reader.field<256>();
        return out;
    }

    static void expect_destination(const Expected& it, const Shown& is) {
        ASSERT_EQ(is.has_to, it.prefix.fields.has_to);
        ASSERT_TRUE(is.to == bytes_of(it.prefix.to));
    }
    void expect_call(const Expected& it) const {
        const hlsk::Span& call = it.prefix.fields.calldata;
        ASSERT_EQ(dut_.call_begin, call.at + records::header_bytes);
        ASSERT_EQ(dut_.call_end, call.at + call.size + records::header_bytes);
    }
    static void expect_fields_before_the_call(const Expected& it, const Shown& is) {
        const hlsk::Envelope& e = it.prefix.fields;
        expect_destination(it, is);
        ASSERT_EQ(is.tx_type.to_uint(), it.type);
        ASSERT_EQ(is.nonce.to_uint64(), e.nonce);
        ASSERT_EQ(is.gas_limit.to_uint64(), e.gas_limit);
        ASSERT_TRUE(is.max_fee == number(e.max_fee_per_gas));
        ASSERT_TRUE(is.max_priority_fee == number(e.max_priority_fee_per_gas));
        ASSERT_TRUE(is.value == number(e.value));
        if (it.type != 0) ASSERT_EQ(is.chain_id.to_uint64(), e.chain_id);
    }
    static void expect_accepted(const Expected& it, const Shown& is) {
        const hlsk::Envelope& e = it.envelope;
        expect_fields_before_the_call(it, is);
        ASSERT_EQ(is.has_chain_id, e.has_chain_id);
        ASSERT_EQ(is.chain_id.to_uint64(), e.chain_id);
        ASSERT_EQ(is.v.to_uint64(), e.v);
        ASSERT_TRUE(is.signature_r == number(e.signature_r));
        ASSERT_TRUE(is.signature_s == number(e.signature_s));
    }

    void note_events(const Expected& it) {
        if (dut_.to_passed || dut_.call_passed || dut_.call_valid) ASSERT_FALSE(verdict_) << "an announcement behind the verdict";
        if (dut_.to_passed && it.prefix.good >= Good::to_value) expect_destination(it, shown());
        if (dut_.call_passed || dut_.call_valid) ASSERT_EQ(to_passed_, 1) << "`to` comes before `call`";
        if (dut_.call_passed && it.prefix.good == Good::call) expect_call(it);
        if (dut_.call_valid) {
            ASSERT_EQ(it.prefix.good, Good::call);
            expect_call(it);
            expect_fields_before_the_call(it, shown());
        }
        to_passed_ += dut_.to_passed;
        call_passed_ += dut_.call_passed;
        call_valid_ += dut_.call_valid;
    }
    /// An item is judged a clock after it was passed, so that the one behind a bad one may be passed as well.
    void expect_events(const Expected& it) const {
        const Good good = it.prefix.good;
        ASSERT_LE(to_passed_, good >= Good::to_gas_limit ? 1 : 0);
        ASSERT_GE(to_passed_, good >= Good::to_destination ? 1 : 0);
        ASSERT_LE(call_passed_, good >= Good::to_value ? 1 : 0);
        ASSERT_GE(call_passed_, good >= Good::to_call ? 1 : 0);
        ASSERT_EQ(call_valid_, good == Good::call ? 1 : 0);
    }
    void expect_verdict(const Expected& it) {
        const Shown is = shown();
        ASSERT_GE(given_, it.beats) << "it is not whole";
        ASSERT_EQ(is.reason.to_uint(), static_cast<unsigned>(it.reason));
        ASSERT_EQ(is.tx_type.to_uint(), it.type);
        ASSERT_EQ(dut_.tx_beats, it.beats);
        ASSERT_EQ(dut_.sequence_number, it.sequence);
        expect_events(it);
        if (it.prefix.good == Good::call) expect_call(it);
        if (it.reason == records::Reason::none) expect_accepted(it, is);
    }

    void clock() {
        offer();
        dut_.result_ready = random_() % 100 < stalls_ ? 0 : 1;
        dut_.eval();
        const bool nothing = dut_.to_passed == 0 && dut_.call_passed == 0 && dut_.call_valid == 0 && dut_.result_valid == 0;
        ASSERT_TRUE(nothing || !waiting_.empty());
        if (!nothing) note_events(waiting_.front());
        if (dut_.result_valid) expect_verdict(waiting_.front());
        verdict_ = dut_.result_valid;
        const bool beat_taken = dut_.in_valid && dut_.in_ready;
        const bool result_taken = dut_.result_valid && dut_.result_ready;
        jitbox::test::clock(dut_);
        if (beat_taken) {
            stream_.pop_front();
            dut_.in_valid = 0;
            given_ += 1;
        }
        if (result_taken) {
            given_ -= waiting_.front().beats;
            waiting_.pop_front();
            forget_events();
            done_ += 1;
        }
        clocks_ += 1;
    }
    void run() {
        for (std::size_t still = 0; !waiting_.empty() && !HasFatalFailure(); ++still) {
            const std::size_t before = given_;
            const std::size_t done = done_;
            clock();
            if (given_ != before || done_ != done) still = 0;
            ASSERT_LT(still, 8000U) << "it hangs";
        }
        if (HasFatalFailure()) FAIL() << "transaction " << done_ << ", seed " << seed_;
    }
    /// One by one, so that a failure shows which; the mood changes now and then.
    void check(const Bytes& raw) {
        if (HasFatalFailure()) return;
        if (random_() % 20 == 0) set_mood();
        send(raw);
        if (stream_.size() < 40 && random_() % 8 != 0) return; // some of them together
        run();
        if (HasFatalFailure()) FAIL() << "at the latest " << to_hex(BytesView(raw));
    }

    /// A byte of a transaction is changed, taken away or new, or all behind it is cut.
    void check_each_byte(const Bytes& raw) {
        for (std::size_t at = 0; at < raw.size() && !HasFatalFailure(); ++at) {
            Bytes changed(raw);
            for (const std::uint8_t byte : bytes_that_matter) {
                changed[at] = byte;
                check(changed);
            }
            for (const int by : {-1, 1}) {
                changed[at] = static_cast<std::uint8_t>(raw[at] + by);
                check(changed);
            }
            changed = raw;
            changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(at));
            check(changed);
            changed = raw;
            changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(at), bytes_that_matter.at(random_() % 18));
            check(changed);
            changed = raw;
            changed.resize(at);
            check(changed);
        }
    }
    /// All behind the field is as it was, so that a wrong field is the only wrong.
    void check_each_field(int type, const Item& item) {
        const std::vector<Item> good = fields_of(type);
        for (std::size_t i = 0; i < good.size(); ++i) {
            std::vector<Item> fields(good);
            fields.at(i) = item;
            check(transaction(fields, type));
        }
    }

    const std::uint32_t seed_ = random_seed();
    std::mt19937_64 random_{seed_};
    Vtx_envelope dut_;
    std::deque<BeatBytes> stream_; ///< not yet taken
    std::deque<Expected> waiting_; ///< for their verdicts
    std::size_t given_ = 0;        ///< beats of those
    int to_passed_ = 0;            ///< of the first of them
    int call_passed_ = 0;
    int call_valid_ = 0;
    bool verdict_ = false;
    unsigned pauses_ = 0; ///< in percent
    unsigned stalls_ = 0;
    int paused_ = 0;          ///< so many clocks more
    bool only_zeros_ = false; ///< behind a transaction
    std::array<std::size_t, 256> met_{};
    std::size_t done_ = 0;
    long clocks_ = 0;
};

TEST_F(TxEnvelope, RefusesEachDamageForTheReasonOfTheHlsSource) {
    for (int type = 0; type <= 4; ++type) check_each_byte(transaction(fields_of(type, 3, 1), type));
    check_each_byte(network_form({integer(1), list({text(Bytes(3))}), list({text(Bytes(48))})}));
    check_each_byte(network_form({list({})}));
    run();
    std::cout << done_ << " transactions in " << clocks_ << " clocks, " << met_.at(0) << " accepted\n";
    // 75 and 80 are given by no envelope; those of numbers have a test of their own.
    for (std::size_t reason = 64; reason <= 87; ++reason) {
        const bool given = reason != 75 && reason != 80;
        if (given && reason != 81 && reason != 83 && reason != 86) EXPECT_GT(met_.at(reason), 0U) << "reason " << reason;
    }
}

TEST_F(TxEnvelope, JudgesEachFieldByItself) {
    for (int type = 0; type <= 4; ++type) {
        for (const std::size_t size : {0U, 1U, 2U, 7U, 8U, 9U, 19U, 20U, 21U, 31U, 32U, 33U, 55U, 56U, 255U, 256U, 65536U}) {
            check_each_field(type, text(Bytes(size, 0x01)));
            check_each_field(type, text(Bytes(size, 0x91)));
        }
        for (const Item& item : {integer(0), Item{0x00}, list({}), list({integer(1)}), list({list({})}), Item{0x81, 0x7f}, Item{},
                                 text(Bytes(8, 0xff)), text(Bytes(32, 0xff)), Item{0x82, 0x00, 0x01}}) {
            check_each_field(type, item);
        }
        std::vector<Item> fields = fields_of(type, 1, 3);
        fields.pop_back();
        check(transaction(fields, type));
        fields = fields_of(type);
        fields.push_back(integer(1));
        check(transaction(fields, type));
    }
    run();
    std::cout << done_ << " transactions, " << met_.at(0) << " accepted\n";
}

TEST_F(TxEnvelope, JudgesLengthsThatAreNotTheShortestOrLeadOut) {
    for (int type = 0; type <= 4; ++type) {
        const Bytes content = joined(fields_of(type, 70, 2));
        const auto size = content.size();
        const auto lengths = {size,
                              size - 1,
                              size + 1,
                              size + (std::size_t{1} << 18),
                              size + (std::size_t{1} << 32),
                              size + (std::size_t{1} << 63),
                              std::size_t{55},
                              ~std::size_t{0}};
        for (unsigned bytes = 1; bytes <= 8; ++bytes) {
            for (const std::size_t length : lengths) {
                Bytes raw = with_length(0xf7, content, length, bytes);
                if (type != 0) raw.insert(raw.begin(), static_cast<std::uint8_t>(type));
                check(raw);
                for (std::size_t cut = 1; cut < 11; ++cut)
                    check(Bytes(raw.begin(), raw.begin() + static_cast<std::ptrdiff_t>(cut)));
                std::vector<Item> fields = fields_of(type);
                fields.at(type == 0 ? 5 : type == 1 ? 6 : 7) = with_length(0xb7, Bytes(size, 0x11), length, bytes);
                check(transaction(fields, type));
            }
        }
    }
    run();
}

/// The first item behind the payload of the network form ends the transaction before its length does: its list is the outer one.
TEST_F(TxEnvelope, JudgesALengthThatIsCutBehindThePayload) {
    only_zeros_ = true;
    for (unsigned first = 0xb8; first <= 0xff; ++first) {
        Item cut{static_cast<std::uint8_t>(first)};
        for (int bytes = 0; bytes < 9; ++bytes) {
            check(network_form({cut}));
            cut.push_back(bytes == 0 ? 0x01 : 0x00);
        }
    }
    run();
}

TEST_F(TxEnvelope, JudgesNumbersAtTheirLimits) {
    const u256 order = chain::parse_u256("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141").value();
    const u256 most = ~u256{0};
    for (int type = 0; type <= 4; ++type) {
        const std::vector<Item> good = fields_of(type);
        const std::size_t last = good.size() - 1;
        const auto with = [&](std::size_t at, const Item& item) {
            std::vector<Item> fields(good);
            fields.at(at) = item;
            check(transaction(fields, type));
        };
        for (const u256& near : {order, u256{order >> 1}, u256{1}, most}) {
            for (const u256& number : {u256{near - 1}, near, u256{near + 1}}) {
                with(last, big(number));
                with(last - 1, big(number));
            }
        }
        for (std::uint64_t v = 0; v < 40; ++v) with(last - 2, integer(v));
        with(last - 2, integer(~std::uint64_t{0}));
        const std::size_t nonce = type == 0 ? 0 : 1;
        for (std::uint64_t less = 0; less < 3; ++less) with(nonce, integer(~std::uint64_t{0} - less));
        if (type != 0) with(0, integer(0));
        for (int i = 0; i < 300; ++i) {
            std::vector<Item> fields(good);
            const std::uint64_t gas = (random_() >> (random_() % 64)) | 1U;
            const u256 dearest = most / gas;
            const u256 price = i % 3 == 0 || dearest == most ? dearest : u256{dearest + 1};
            fields.at(nonce + 1) = big(i % 5 == 0 && type >= 2 ? u256{price - 1} : price); // the tip, or the only price
            if (type >= 2) fields.at(nonce + 2) = big(i % 7 == 0 ? u256{price - 2} : price);
            fields.at(nonce + (type >= 2 ? 3U : 2U)) = integer(gas);
            if (i % 2 == 0) fields.at(last) = big(u256{order >> 1} + 1); // the gas cost is the last to be judged
            check(transaction(fields, type));
        }
    }
    run();
    for (const std::size_t reason : {0U, 76U, 81U, 82U, 83U, 84U, 85U, 86U}) EXPECT_GE(met_.at(reason), 5U) << "reason " << reason;
}

TEST_F(TxEnvelope, ReadsItemsAtAnyPlaceOfABeatAndWaitsForAnyBeat) {
    for (std::size_t calldata = 0; calldata < 140 && !HasFatalFailure(); ++calldata) {
        for (int type = 0; type <= 4; ++type) {
            const Bytes raw = transaction(fields_of(type, calldata, calldata % 5), type);
            const std::size_t beats = records::beats_of(static_cast<std::uint32_t>(raw.size()));
            for (std::size_t wait = 0; wait < beats && !HasFatalFailure(); ++wait) {
                send(raw);
                while (!HasFatalFailure() && given_ < wait) clock();
                paused_ = 1 + static_cast<int>(random_() % 40);
                run();
            }
        }
    }
}

TEST_F(TxEnvelope, ReadsTransactionsAsLongAsARecord) {
    constexpr std::size_t room = records::max_transaction_bytes;
    for (int type = 0; type <= 4 && !HasFatalFailure(); ++type) {
        const std::size_t around = transaction(fields_of(type, 70000), type).size() - 70000;
        send(transaction(fields_of(type, room - around), type));
        run();
    }
    send(transaction(fields_of(2, 100, 3900), 2));
    send(Bytes(room, 0xf9)); // refused at once: all of its beats have to pass
    send(transaction(fields_of(2), 2));
    run();
    EXPECT_EQ(met_.at(0), 7U);
}

TEST_F(TxEnvelope, ReadsRealTransactionsAndDamagedOnes) {
    std::vector<Bytes> samples;
    for (const char* const file : {"mainnet/v3_router_transactions.jsonl.gz", "mainnet/transactions.jsonl.gz"}) {
        const auto real = read_real_transactions(file);
        if (!real) GTEST_SKIP() << missing_text(file);
        for (const RealTransaction& it : *real) {
            if (it.raw.size() <= records::max_transaction_bytes) samples.push_back(it.raw);
        }
    }
    std::ranges::shuffle(samples, random_);
    constexpr std::size_t real_ones = 2000;
    for (std::size_t i = 0; i < std::min(real_ones, samples.size()); ++i) check(samples[i]);
    run();
    std::cout << met_.at(0) << " of " << done_ << " real transactions accepted\n";
    for (int i = 0; i < 4000 && !HasFatalFailure(); ++i) {
        Bytes raw = samples[random_() % samples.size()];
        if (raw.size() > 3000) continue;
        for (auto changes = 1 + random_() % 2; changes > 0; --changes) {
            // Headers stand at the beginning, the rest of the envelope at the end.
            const std::size_t near = random_() % std::min<std::size_t>(raw.size(), 90);
            const std::size_t at = random_() % 2 == 0 ? near : raw.size() - 1 - near;
            raw[at] = random_() % 2 == 0 ? bytes_that_matter.at(random_() % 18) : static_cast<std::uint8_t>(random_());
        }
        check(raw);
    }
    run();
    std::cout << met_.at(0) << " of " << done_ << " accepted, in " << clocks_ << " clocks\n";
}

TEST_F(TxEnvelope, AResetAtAnyClockLeavesNothingBehind) {
    const auto any = [this] {
        const int type = static_cast<int>(random_() % 5);
        Bytes raw = transaction(fields_of(type, random_() % 200, random_() % 6), type);
        if (random_() % 3 == 0) raw.at(random_() % raw.size()) = bytes_that_matter.at(random_() % 18);
        return raw;
    };
    for (int turn = 0; turn < 600 && !HasFatalFailure(); ++turn) {
        set_mood();
        for (int i = 0; i < 4; ++i) send(any());
        for (auto clocks = random_() % 80; clocks > 0 && !HasFatalFailure(); --clocks) clock();
        restart();
        for (int i = 0; i < 3; ++i) send(any());
        run();
    }
}

/// Clocks as the header gives them, of what is different between two transactions of the same form.
TEST_F(TxEnvelope, TakesTheClocksOfItsHeader) {
    const auto clocks_of = [this](const Bytes& raw) {
        send(raw);
        const long before = clocks_;
        run();
        return clocks_ - before;
    };
    const auto raw_of = [](std::size_t calldata, std::size_t keys) { return transaction(fields_of(1, calldata, keys), 1); };
    const Bytes first = raw_of(0, 10);
    const long begin = clocks_of(first) - item_clocks(first);
    for (const std::size_t keys : {2U, 10U, 11U, 12U, 50U, 500U}) {
        for (const std::size_t calldata : {0U, 1U, 20U, 55U, 56U, 70U, 130U, 300U}) {
            const Bytes raw = raw_of(calldata, keys);
            EXPECT_EQ(clocks_of(raw) - item_clocks(raw), begin) << keys << " keys, calldata of " << calldata << " bytes";
        }
    }
    std::cout << begin << " clocks beside those of the items\n";
}

} // namespace
} // namespace jitbox::test
