// calldata_walker with its parts: the legs and the reason of calls to each router and to pools, good and damaged, however late the
// windows come, against the HLS source. SPDX-License-Identifier: Apache-2.0
#include "../unit/kernels/parser_harness.hpp"
#include "Vcalldata_walker.h"
#include "base/hex.hpp"
#include "hls/parser_calldata.hpp"
#include "hls/parser_envelope.hpp"
#include "rtl/clocked.hpp"
#include "rtl/packed_port.hpp"
#include "support/seed.hpp"
#include "support/shared_data.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iostream>
#include <memory>
#include <random>
#include <vector>

namespace jitbox::test {
namespace {

constexpr int leg_bits = 8 + 8 + 6 + 32 + 64 + 2 * 160 + 2 * 256 + 160;
constexpr int target_bits = 8 + 3 * 160 + 32;
constexpr std::size_t window_bytes = 64;
constexpr std::size_t longest = std::size_t{1} << 20; ///< bytes that a position can name
constexpr std::size_t least_begin = 64;               ///< of a call: an envelope that calls somebody is longer before it

/// tx_store as the walker sees it: a window two clocks behind a jump, the next behind one that is taken, each now or later.
class Store {
public:
    explicit Store(std::vector<std::uint8_t>& record) : record_(record) {}
    /// What the ports say in a clock counts behind its edge.
    void edge(const Vcalldata_walker& dut, bool arrived) {
        const bool moves = dut.take || !dut.window_valid;
        if (moves) show(dut.frame_end);
        const bool next = busy_ && arrived && moves;
        valid_ = !dut.jump && (moves ? busy_ && arrived : dut.window_valid != 0);
        if (dut.jump) {
            reading_ = dut.jump_at;
            busy_ = true;
        } else if (next) {
            reading_ += window_bytes;
        }
    }
    void drive(Vcalldata_walker& dut) const {
        dut.window_valid = valid_;
        dut.window_at = static_cast<std::uint32_t>(at_);
        put(dut.word0, word0_);
        put(dut.word1, word1_);
    }

private:
    using Word = std::array<std::uint8_t, 32>;

    Word number_at(std::size_t at, std::size_t frame_end) const {
        Word out{};
        for (std::size_t i = 0; i < out.size(); ++i) {
            if (at + i < frame_end && at + i < record_.size()) out.at(out.size() - 1 - i) = record_[at + i];
        }
        return out;
    }
    void show(std::size_t frame_end) {
        at_ = reading_ % longest;
        word0_ = number_at(at_, frame_end);
        word1_ = number_at(at_ + 32, frame_end);
    }

    std::vector<std::uint8_t>& record_;
    std::size_t reading_ = 0;
    std::size_t at_ = 0;
    bool busy_ = false;
    bool valid_ = false;
    Word word0_{};
    Word word1_{};
};

struct ShownLeg {
    ap_uint<8> hop, hops;
    ap_uint<6> flags;
    ap_uint<32> fee;
    ap_uint<64> deadline;
    ap_uint<160> token_in, token_out;
    ap_uint<256> amount, limit;
    ap_uint<160> price_limit;
    bool operator==(const ShownLeg&) const = default;
};

ap_uint<256> number(const hlsk::Word& word) {
    ap_uint<256> out = 0;
    for (int i = 4; i-- > 0;) out = ap_uint<256>((out << 64) | ap_uint<256>(word.limb[i]));
    return out;
}
ap_uint<160> bytes_of(const std::uint8_t* address) {
    ap_uint<160> out = 0;
    for (std::size_t i = 20; i-- > 0;) out = ap_uint<160>((out << 8) | ap_uint<160>(address[i]));
    return out;
}
ShownLeg shown(const hlsk::Leg& leg, bool direct) {
    return {leg.hop,
            leg.hops,
            ap_uint<6>(leg.flags | (direct ? records::swap_direct_pool : 0U)),
            leg.fee,
            leg.deadline,
            bytes_of(leg.token_in),
            bytes_of(leg.token_out),
            number(leg.amount),
            number(leg.limit),
            ap_uint<160>(number(leg.sqrt_price_limit))};
}

class CalldataWalker : public testing::Test {
protected:
    CalldataWalker() { restart(); }

    void restart() {
        dut_.prepare = dut_.start = 0;
        store_.drive(dut_);
        reset(dut_);
    }
    std::size_t below(std::size_t limit) { return random_() % limit; }
    Bytes20 token() { return address_of(static_cast<std::uint8_t>(below(120))); }

    void clock() {
        store_.drive(dut_);
        dut_.eval();
        if (dut_.take) ASSERT_TRUE(dut_.window_valid && !dut_.jump);
        if (dut_.leg_write) legs_.at(dut_.leg_index) = leg();
        done_ = dut_.done != 0;
        const bool arrived = below(100) >= late_;
        store_.edge(dut_, arrived);
        jitbox::test::clock(dut_);
        clocks_ += 1;
    }
    ShownLeg leg() {
        StructReader<leg_bits, (leg_bits + 31) / 32> reader(dut_.leg);
        ShownLeg out;
        out.hop = reader.field<8>();
        out.hops = reader.field<8>();
        out.flags = reader.field<6>();
        out.fee = reader.field<32>();
        out.deadline = reader.field<64>();
        out.token_in = reader.field<160>();
        out.token_out = reader.field<160>();
        out.amount = reader.field<256>();
        out.limit = reader.field<256>();
        out.price_limit = reader.field<160>();
        return out;
    }
    void put_target(std::uint8_t kind) {
        StructWriter<target_bits, (target_bits + 31) / 32>(dut_.target)
            .field(ap_uint<8>(kind))
            .field(bytes_of(address_of(0xfa).data()))
            .field(bytes_of(token0_.data()))
            .field(bytes_of(token1_.data()))
            .field(ap_uint<32>(fee_));
    }

    /// The record with that calldata somewhere; what stands around it does not matter.
    void place(const Bytes& calldata) {
        begin_ = least_begin + below(128);
        record_.resize(begin_ + calldata.size() + 100 + below(100));
        for (std::uint8_t& byte : record_) byte = static_cast<std::uint8_t>(random_());
        std::ranges::copy(calldata, record_.begin() + static_cast<std::ptrdiff_t>(begin_));
        end_ = begin_ + calldata.size();
        // The source's positions count from the raw transaction on.
        buffer_.assign(record_.begin() + records::header_bytes, record_.end());
        buffer_.resize(buffer_.size() + 256);
    }
    records::Reason decode(RouterKind kind) {
        const hlsk::Span call{static_cast<std::uint32_t>(begin_ - records::header_bytes),
                              static_cast<std::uint32_t>(end_ - begin_)};
        list_->count = 0;
        if (kind != RouterKind::pool) return hlsk::decode_router_call(kind, buffer_.data(), call, *list_);
        return hlsk::decode_pool_call(buffer_.data(), call, token0_.data(), token1_.data(), fee_, *list_);
    }

    /// The call is known, and some clocks later for whom.
    void begin_walk(RouterKind kind) { begin_walk(kind, below(8)); }
    void begin_walk(RouterKind kind, std::size_t wait) {
        dut_.call_begin = static_cast<std::uint32_t>(begin_);
        dut_.call_end = static_cast<std::uint32_t>(end_);
        dut_.prepare = 1;
        put_target(static_cast<std::uint8_t>(below(8)));
        clock();
        dut_.prepare = 0;
        for (; wait > 0; --wait) clock();
        put_target(static_cast<std::uint8_t>(kind));
        dut_.start = 1;
        clock();
        dut_.start = 0;
    }
    void walk(const Bytes& calldata, RouterKind kind) {
        if (HasFatalFailure()) return;
        if (below(10) == 0) late_ = static_cast<unsigned>(below(3) * 40);
        place(calldata);
        begin_walk(kind);
        for (int clocks = 0; !done_ && !HasFatalFailure(); ++clocks) {
            ASSERT_LT(clocks, 1'000'000) << "it does not end";
            clock();
        }
        const records::Reason reason = decode(kind);
        for (auto longer = below(4); longer > 0; --longer) {
            clock();
            ASSERT_FALSE(done_) << "a pulse";
        }
        expect_answer(reason, kind);
        if (HasFatalFailure())
            FAIL() << "kind " << static_cast<int>(kind) << ", seed " << seed_ << ", " << to_hex(BytesView(calldata));
        met_.at(static_cast<std::size_t>(reason)) += 1;
        done_ = false;
        if (below(4) != 0) restart(); // as the lane does behind each transaction
    }
    void expect_answer(records::Reason reason, RouterKind kind) {
        ASSERT_EQ(dut_.reason, static_cast<unsigned>(reason));
        if (reason != records::Reason::none) return;
        ASSERT_EQ(dut_.leg_count, list_->count);
        for (std::uint32_t i = 0; i < list_->count; ++i) {
            ASSERT_TRUE(legs_.at(i) == shown(list_->leg[i], kind == RouterKind::pool)) << "leg " << i;
        }
        found_ += list_->count;
    }

    // ---- calls
    Bytes path() {
        std::vector<Bytes20> tokens;
        for (std::size_t i = below(20) == 0 ? 60 + below(8) : 2 + below(3); i != 0; --i) tokens.push_back(token());
        return path_of(tokens, static_cast<std::uint32_t>(below(1U << 24)));
    }
    Bytes swap_call(bool old_router) {
        const bool single = below(2) == 0;
        const std::size_t form = (old_router ? 0U : 2U) + below(2);
        constexpr std::array singles{0x414bf389U, 0xdb3e2198U, 0x04e45aafU, 0x5023b4dfU};
        constexpr std::array tuples{0xc04b8d59U, 0xf28c0498U, 0xb858183fU, 0x09b81346U};
        Calldata out(single ? singles.at(form) : tuples.at(form));
        if (single)
            out.word(token()).word(token()).word(below(10000));
        else
            out.word(32).word((old_router ? 5 : 4) * 32);
        out.word(token());
        if (old_router) out.word(below(100000));
        out.word(below(4)).word(below(1000));
        if (single)
            out.word(below(3));
        else
            out.bytes(path());
        return out.get();
    }
    Bytes multicall(bool old_router, int depth) {
        if (depth == 0) return below(12) == 0 ? Calldata(0x12210e8a).word(1).get() : swap_call(old_router);
        std::vector<Bytes> calls;
        for (std::size_t i = below(4); i != 0; --i) calls.push_back(multicall(old_router, below(3) == 0 ? depth - 1 : 0));
        constexpr std::array forms{0xac9650d8U, 0x5ae401dcU, 0x1f0464d1U};
        const std::size_t form = below(forms.size());
        Calldata out(forms.at(form));
        if (form != 0) out.word(below(100000));
        return out.word(form == 0 ? 32 : 64).append(array_of(calls)).get();
    }
    Bytes v3_input(bool prices) {
        Calldata out;
        Bytes32 balance{};
        balance[0] = 0x80;
        out.word(1 + below(2));
        if (below(10) == 0)
            out.append(balance);
        else
            out.word(below(1000));
        const Bytes hops = path();
        out.word(below(1000)).word((prices ? 6 : 5) * 32).word(below(2));
        if (!prices) return out.bytes(hops).get();
        out.word(224 + (hops.size() + 31) / 32 * 32).bytes(hops);
        const std::size_t count = below(2) == 0 ? 0 : (hops.size() - 20) / 23;
        out.word(count);
        for (std::size_t i = 0; i < count; ++i) out.word(below(100));
        return out.get();
    }
    Bytes plan_of(int depth, bool prices) {
        constexpr std::array<std::uint8_t, 12> some{0x00, 0x01, 0x80, 0x81, 0x0b, 0x0c, 0x04, 0x40, 0x07, 0x1e, 0x22, 0x3f};
        Bytes commands;
        std::vector<Bytes> inputs;
        for (std::size_t i = below(8) == 0 ? below(40) : below(5); i != 0; --i) {
            if (depth != 0 && below(4) == 0) {
                commands.push_back(below(2) == 0 ? 0x21 : 0xa1);
                inputs.push_back(plan_of(depth - 1, prices));
                continue;
            }
            commands.push_back(below(6) == 0 ? some.at(below(some.size())) : static_cast<std::uint8_t>(below(2) * 0x80 + below(2)));
            inputs.push_back(v3_input(prices));
        }
        if (below(20) == 0) commands.push_back(0x0b);
        return plan(commands, inputs);
    }
    /// More command bytes than are at hand at once, and few legs among them.
    Bytes long_plan(bool prices) {
        constexpr std::array<std::uint8_t, 4> passed_over{0x0b, 0x0c, 0x04, 0x8b};
        Bytes commands;
        std::vector<Bytes> inputs;
        for (std::size_t i = 30 + below(80); i != 0; --i) {
            const bool swaps = below(12) == 0;
            const bool deeper = below(30) == 0;
            commands.push_back(swaps    ? static_cast<std::uint8_t>(below(2))
                               : deeper ? 0xa1
                                        : passed_over.at(below(passed_over.size())));
            inputs.push_back(swaps ? v3_input(prices) : deeper ? plan_of(0, prices) : Bytes{});
        }
        return plan(commands, inputs);
    }
    Bytes execute_call(bool prices) {
        const Bytes body = below(8) == 0 ? long_plan(prices) : plan_of(static_cast<int>(below(6)), prices);
        const std::size_t form = below(6) == 0 ? 2 : below(2);
        constexpr std::array execute{0x24856bc3U, 0x3593564cU, 0x44684dc3U};
        constexpr std::array<std::size_t, 3> words{2, 3, 8};
        const std::size_t moved = (words.at(form) - 2) * 32; // the offsets lead behind a longer head
        const std::size_t inputs_at = static_cast<std::size_t>(body[61]) << 16 | static_cast<std::size_t>(body[62]) << 8 | body[63];
        Calldata out(execute.at(form));
        out.word(64 + moved).word(inputs_at + moved);
        for (std::size_t i = 2; i < words.at(form); ++i) out.word(below(100000));
        return out.append(BytesView(body).subspan(64)).get();
    }
    Bytes pool_call() {
        Bytes32 amount{};
        amount.fill(below(2) == 0 ? 0xff : 0);
        amount[31] = static_cast<std::uint8_t>(random_());
        return Calldata(0x128acb08)
            .word(address_of(1))
            .word(below(2))
            .append(amount)
            .word(below(5))
            .word(160)
            .bytes(Bytes(below(70)))
            .get();
    }
    Bytes call_of(RouterKind kind) {
        if (kind == RouterKind::pool) return pool_call();
        if (kind == RouterKind::swap_router || kind == RouterKind::swap_router02) {
            return multicall(kind == RouterKind::swap_router, static_cast<int>(below(7)));
        }
        return execute_call(kind == RouterKind::universal_router_v2_1);
    }
    RouterKind any_kind() { return static_cast<RouterKind>(1 + below(7)); }

    /// Words on the grid of the arguments, as a decoder can be caught; sometimes cut.
    void damage(Bytes& calldata) {
        for (std::size_t n = 1 + below(2); n != 0 && calldata.size() > 36; --n) {
            const std::size_t at = 4 + 32 * below((calldata.size() - 4) / 32);
            std::uint8_t* const word = calldata.data() + at;
            const auto low = static_cast<std::uint8_t>(below(3) == 0 ? below(256) : 32 * below(8));
            switch (below(6)) {
            case 0:
                std::fill_n(word, 32, std::uint8_t{0});
                word[31] = low;
                break;
            case 1:
                std::fill_n(word, 32, std::uint8_t{0xff});
                word[31] = low;
                break;
            case 2:
                word[below(32)] ^= static_cast<std::uint8_t>(1U << below(8));
                break;
            case 3:
                word[31] = static_cast<std::uint8_t>(word[31] + 32);
                break;
            case 4:
                word[31] = static_cast<std::uint8_t>(word[31] - below(33));
                break;
            default:
                word[30] = static_cast<std::uint8_t>(below(4));
                word[31] = low;
                break;
            }
        }
        if (below(6) == 0) calldata.resize(below(calldata.size() + 1));
    }

    const std::uint32_t seed_ = random_seed();
    std::mt19937_64 random_{seed_};
    Vcalldata_walker dut_;
    std::vector<std::uint8_t> record_ = std::vector<std::uint8_t>(window_bytes);
    Store store_{record_};
    std::vector<std::uint8_t> buffer_;
    std::size_t begin_ = 0; ///< of the call, in the record
    std::size_t end_ = 0;
    std::unique_ptr<hlsk::LegList> list_ = std::make_unique<hlsk::LegList>();
    std::array<ShownLeg, records::max_legs> legs_{};
    const Bytes20 token0_ = address_of(0x0a);
    const Bytes20 token1_ = address_of(0x0b);
    const std::uint32_t fee_ = 500;
    unsigned late_ = 0; ///< windows, in percent a clock
    bool done_ = false;
    std::array<std::size_t, 256> met_{};
    std::size_t found_ = 0;
    long clocks_ = 0;
};

TEST_F(CalldataWalker, FindsTheLegsOfEveryForm) {
    for (int i = 0; i < 4000 && !HasFatalFailure(); ++i) {
        const RouterKind kind = any_kind();
        walk(call_of(kind), kind);
        if (i % 8 == 0) walk(call_of(any_kind()), kind); // mostly functions that it does not have
    }
    std::cout << found_ << " legs, " << met_.at(0) << " calls accepted, " << clocks_ << " clocks\n";
    EXPECT_GT(found_, 4000U);
}

TEST_F(CalldataWalker, RefusesDamagedCallsForTheReasonOfTheHlsSource) {
    for (int i = 0; i < 8000 && !HasFatalFailure(); ++i) {
        const RouterKind kind = any_kind();
        Bytes calldata = call_of(kind);
        damage(calldata);
        walk(calldata, kind);
    }
    std::cout << met_.at(0) << " accepted, " << clocks_ << " clocks\n";
    for (std::size_t reason = 128; reason <= 139; ++reason) {
        if (reason != 137) EXPECT_GT(met_.at(reason), 0U) << "reason " << reason;
    }
}

TEST_F(CalldataWalker, CutsACallAnywhere) {
    for (std::uint8_t number = 1; number <= 7; ++number) {
        const auto kind = static_cast<RouterKind>(number);
        Bytes calldata = call_of(kind);
        while (calldata.size() > 2500 || calldata.size() < 300)
            calldata = call_of(kind == RouterKind::pool ? RouterKind::swap_router : kind);
        if (kind == RouterKind::pool) calldata = pool_call();
        for (std::size_t size = 0; size < calldata.size() && !HasFatalFailure(); size += size < 400 ? 1 : 7) {
            walk(Bytes(calldata.begin(), calldata.begin() + static_cast<std::ptrdiff_t>(size)), kind);
        }
    }
}

/// bytes[] whose elements are all the same one.
Bytes same_elements(std::size_t count, const Bytes& element) {
    Calldata out;
    out.word(count);
    for (std::size_t i = 0; i < count; ++i) out.word(count * 32);
    return out.bytes(element).get();
}

TEST_F(CalldataWalker, KeepsToItsLimitsOfCallsAndLevelsAndLegs) {
    const Bytes other = Calldata(0x12210e8a).get();
    for (const auto& [outer, inner] :
         {std::pair{63U, 64U}, std::pair{64U, 63U}, std::pair{64U, 64U}, std::pair{4095U, 0U}, std::pair{17U, 240U}}) {
        const Bytes call = Calldata(0xac9650d8).word(32).append(same_elements(inner, other)).get();
        walk(Calldata(0xac9650d8).word(32).append(same_elements(outer, inner == 0 ? other : call)).get(), RouterKind::swap_router);
    }
    EXPECT_GT(met_.at(137), 0U);
    Bytes nested = other;
    Bytes in_plan = plan({0x0b}, {Bytes{}});
    for (int depth = 0; depth < 7; ++depth) {
        nested = Calldata(0xac9650d8).word(32).append(array_of({nested})).get();
        walk(nested, RouterKind::swap_router);
        walk(nested, RouterKind::swap_router02);
        in_plan = plan({0x21}, {in_plan});
        for (const RouterKind kind :
             {RouterKind::universal_router, RouterKind::universal_router_v2, RouterKind::universal_router_v2_1}) {
            walk(Calldata(0x24856bc3).append(in_plan).get(), kind);
        }
    }
    const Bytes leg =
        Calldata(0x414bf389).word(token0_).word(token1_).word(500).word(token0_).word(9).word(5).word(6).word(0).get();
    for (const std::size_t legs : {1U, 63U, 64U, 65U, 200U}) {
        walk(Calldata(0xac9650d8).word(32).append(same_elements(legs, leg)).get(), RouterKind::swap_router);
        std::vector<Bytes20> tokens;
        for (std::size_t i = 0; i <= legs; ++i) tokens.push_back(i % 2 == 0 ? token0_ : token1_);
        walk(Calldata(0xc04b8d59).word(32).word(160).word(token0_).word(9).word(5).word(6).bytes(path_of(tokens, 500)).get(),
             RouterKind::swap_router);
    }
    EXPECT_GT(met_.at(130), 2U);
    EXPECT_GT(met_.at(132), 2U);
}

TEST_F(CalldataWalker, AResetAtAnyClockLeavesNothingBehind) {
    for (int turn = 0; turn < 1500 && !HasFatalFailure(); ++turn) {
        const RouterKind kind = any_kind();
        Bytes calldata = call_of(kind);
        if (below(2) == 0) damage(calldata);
        place(calldata);
        begin_walk(kind);
        for (auto clocks = below(80); clocks > 0 && !done_ && !HasFatalFailure(); --clocks) clock();
        restart();
        done_ = false;
        const RouterKind next = any_kind();
        walk(call_of(next), next);
    }
}

TEST_F(CalldataWalker, TakesAClockAWindowAndTwoAHop) {
    const auto clocks_of = [this](const Bytes& calldata) {
        late_ = 0;
        place(calldata);
        begin_walk(RouterKind::swap_router, 2);
        long clocks = 1;
        for (; !done_ && clocks < 1000; ++clocks) clock();
        restart();
        done_ = false;
        return clocks;
    };
    const Bytes single =
        Calldata(0x414bf389).word(token0_).word(token1_).word(500).word(token0_).word(9).word(5).word(6).word(0).get();
    constexpr long single_states = 8; // from the one that starts it on: five windows, the leg, the end
    EXPECT_EQ(clocks_of(single), single_states);
    std::vector<Bytes20> tokens{token0_, token1_};
    long before = 0;
    for (int hops = 1; hops < 20; ++hops) {
        const long now = clocks_of(
            Calldata(0xc04b8d59).word(32).word(160).word(token0_).word(9).word(5).word(6).bytes(path_of(tokens, 500)).get());
        if (hops > 1) EXPECT_EQ(now - before, 2);
        before = now;
        tokens.push_back(hops % 2 == 0 ? token1_ : token0_);
    }
}

TEST_F(CalldataWalker, ReadsCallsOfRealTransactions) {
    const char* const file = "mainnet/v3_router_transactions.jsonl.gz";
    const auto real = read_real_transactions(file);
    if (!real) GTEST_SKIP() << missing_text(file);
    for (std::size_t i = 0; i < 1000 && !HasFatalFailure(); ++i) {
        Bytes raw = (*real)[below(real->size())].raw;
        const auto size = static_cast<std::uint32_t>(raw.size());
        raw.resize(raw.size() + 64);
        hlsk::Envelope envelope{};
        hlsk::HashedPart hashed{};
        if (size > 20000 || hlsk::parse_envelope(raw.data(), size, envelope, hashed) != records::Reason::none) continue;
        const BytesView call = BytesView(raw).subspan(envelope.calldata.at, envelope.calldata.size);
        Bytes calldata(call.begin(), call.end());
        if (i % 2 == 1) damage(calldata);
        for (std::uint8_t kind = 1; kind <= 7; ++kind) walk(calldata, static_cast<RouterKind>(kind));
    }
    std::cout << found_ << " legs, " << met_.at(0) << " accepted, " << clocks_ << " clocks\n";
    EXPECT_GT(found_, 300U);
}

} // namespace
} // namespace jitbox::test
