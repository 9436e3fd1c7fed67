// The card without its kernels (both copy what they get): rings, doorbells, registers, reset, the decision gate, errors of the bus.
// SPDX-License-Identifier: Apache-2.0
#include "Vcard_passthrough.h"
#include "rtl/card/card_bench.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <regex>

namespace jitbox::testing {
namespace {

using Bench = CardBench<Vcard_passthrough>;

Bytes record(records::Kind kind, std::uint64_t sequence, std::uint32_t payload, std::mt19937& random) {
    Bytes out(std::size_t{records::beats_of(payload)} * 64);
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(random());
    const auto code = static_cast<std::uint8_t>(kind);
    std::memset(out.data(), 0, 16);
    std::memcpy(out.data() + records::header::kind, &code, 1);
    std::memcpy(out.data() + records::header::payload_bytes, &payload, 4);
    std::memcpy(out.data() + records::header::sequence, &sequence, 8);
    return out;
}

Bytes decision(std::uint64_t sequence, std::mt19937& random) {
    return record(records::Kind::decision, sequence, records::decision::total_bytes - records::header_bytes, random);
}

std::uint8_t kind_of(const Bytes& bytes) {
    return bytes[records::header::kind];
}

/// Random records both ways for `clocks`; what comes out must be what went in.
void run_traffic(Bench& bench, std::mt19937& random, int clocks, std::deque<Bytes>& expected, std::uint64_t& received) {
    std::uint64_t sequence = 0;
    Bytes next;
    const auto until = bench.axi.clock() + static_cast<std::uint64_t>(clocks);
    while (bench.axi.clock() < until) {
        if (next.empty()) {
            const std::uint32_t payload = random() % 200 == 0 ? random() % 140000 : random() % 1000; // over 131,072: one beat
            next = record(records::Kind::tx, sequence++, payload, random);
        }
        if (random() % 3 != 0 && bench.push(next)) {
            expected.push_back(next);
            next.clear();
            if (random() % 4 == 0) bench.ring_in();
        }
        bench.ticks(static_cast<int>(random() % 40));
        if (random() % 4 == 0) {
            for (const Bytes& out : bench.drain()) {
                ASSERT_FALSE(expected.empty()) << "a record from nowhere";
                ASSERT_EQ(out, expected.front()) << "record " << received;
                expected.pop_front();
                ++received;
            }
            bench.ring_out();
        }
    }
    bench.ring_in();
}

void settle(Bench& bench, std::deque<Bytes>& expected) {
    for (int i = 0; i < 200 && !expected.empty(); ++i) {
        bench.ticks(200);
        for (const Bytes& out : bench.drain()) {
            ASSERT_FALSE(expected.empty());
            ASSERT_EQ(out, expected.front());
            expected.pop_front();
        }
        bench.ring_out();
    }
    EXPECT_TRUE(expected.empty()) << expected.size() << " records never came";
    EXPECT_EQ(bench.axi.complaint(), "");
}

TEST(Card, EveryRecordOnceInOrderWhateverTheBusDoes) {
    const std::uint32_t seed = test::random_seed();
    std::mt19937 random{seed};
    for (const unsigned stall : {0U, 30U, 80U}) {
        Bench bench({.seed = seed, .stall_percent = stall, .read_latency = stall * 4, .write_latency = stall * 4});
        bench.start();
        std::deque<Bytes> expected;
        std::uint64_t received = 0;
        run_traffic(bench, random, 120'000, expected, received);
        settle(bench, expected);
        EXPECT_GT(received, 500U);
        EXPECT_EQ(bench.error(), reg::error_none);
    }
}

TEST(Card, BacksUpWhenTheHostDoesNotReadAndGoesOnWhenItDoes) {
    std::mt19937 random{test::random_seed()};
    Bench bench({});
    bench.start();
    std::deque<Bytes> expected;
    for (std::uint64_t i = 0; i < 2000; ++i) { // more than the output ring and every buffer on the way hold
        const Bytes one = record(records::Kind::tx, i, 600, random);
        if (!bench.push(one)) break;
        expected.push_back(one);
        bench.ring_in();
        bench.ticks(60);
    }
    bench.ticks(20'000);
    EXPECT_LE(bench.page_word(reg::page::out_tail), Bench::ring_beats);
    settle(bench, expected);
    EXPECT_EQ(bench.error(), reg::error_none);
}

TEST(Card, RefusesABadConfigurationAndDoesNotRun) {
    Bench bench({});
    for (const std::uint32_t beats : {0U, 2048U, 5000U, 1U << 21U}) {
        bench.configure();
        bench.axi.write_register(reg::reg_ring_beats, beats);
        bench.axi.write_register(reg::reg_control, 1);
        bench.ticks(4);
        EXPECT_EQ(bench.error(), reg::error_ring_beats) << beats;
        EXPECT_EQ(bench.status() & 1U << reg::status_running, 0U);
        bench.soft_reset();
    }
    bench.configure();
    bench.write64(reg::reg_out_ring, Bench::out_ring + 64);
    bench.axi.write_register(reg::reg_control, 1);
    bench.ticks(4);
    EXPECT_EQ(bench.error(), reg::error_address);
    EXPECT_EQ(bench.memory.reads, 0U);
}

TEST(Card, APointerOutOfRangeStopsItWithAnErrorThatTheHostSees) {
    std::mt19937 random{test::random_seed()};
    for (const bool input : {true, false}) {
        Bench bench({});
        bench.start();
        std::deque<Bytes> expected{record(records::Kind::tx, 1, 500, random)};
        ASSERT_TRUE(bench.push(expected.front()));
        bench.ring_in();
        settle(bench, expected);
        const auto reads = bench.memory.reads;
        if (input)
            bench.axi.write_register(reg::reg_in_tail, bench.in_tail + Bench::ring_beats + 1);
        else
            bench.axi.write_register(reg::reg_out_head, bench.out_head + 1);
        bench.ticks(500);
        EXPECT_EQ(bench.error(), input ? reg::error_in_tail : reg::error_out_head);
        EXPECT_NE(bench.page_word(reg::page::status) & 1U << reg::status_error, 0U) << "the page does not say it";
        EXPECT_EQ(bench.memory.reads, reads) << "it went on reading";
        bench.soft_reset();
        bench.start();
        expected = {record(records::Kind::tx, 2, 700, random)};
        ASSERT_TRUE(bench.push(expected.front()));
        bench.ring_in();
        settle(bench, expected);
    }
}

TEST(Card, ADoorbellStormChangesNothing) {
    const std::uint32_t seed = test::random_seed();
    std::mt19937 random{seed};
    Bench bench({.seed = seed});
    bench.start();
    std::deque<Bytes> expected;
    for (std::uint64_t i = 0; i < 300; ++i) {
        const Bytes one = record(records::Kind::tx, i, random() % 700, random);
        if (bench.push(one)) expected.push_back(one);
        for (unsigned n = random() % 20; n != 0; --n) {
            if (random() % 2 == 0)
                bench.ring_in();
            else
                bench.ring_out();
        }
    }
    bench.ring_in(); // the storm may have ended on the other bell, or on none after the last record
    settle(bench, expected);
    EXPECT_EQ(bench.error(), reg::error_none);
}

TEST(Card, AResetInTheMiddleLeavesACardThatWorks) {
    const std::uint32_t seed = test::random_seed();
    std::mt19937 random{seed};
    Bench bench({.seed = seed, .stall_percent = 40, .read_latency = 200, .write_latency = 200});
    for (int turn = 0; turn < 40; ++turn) {
        bench.start();
        for (std::uint64_t i = 0; i < 20; ++i) {
            ASSERT_TRUE(bench.push(record(records::Kind::tx, i, random() % 4000, random)));
            bench.ring_in();
            bench.ticks(static_cast<int>(random() % 50));
        }
        bench.ticks(static_cast<int>(random() % 400));
        bench.soft_reset();
        ASSERT_EQ(bench.status() & 1U << reg::status_resetting, 0U) << "turn " << turn;
        ASSERT_TRUE(bench.axi.bus_idle()) << "it forgot a burst, turn " << turn;
    }
    bench.start();
    std::deque<Bytes> expected;
    std::uint64_t received = 0;
    run_traffic(bench, random, 20'000, expected, received);
    settle(bench, expected);
    EXPECT_GT(received, 50U);
}

TEST(Card, NoDecisionIsPublishedOnceTheStopIsAcknowledged) {
    const std::uint32_t seed = test::random_seed();
    std::mt19937 random{seed};
    std::uint64_t decisions = 0;
    std::uint64_t refused = 0;
    for (int turn = 0; turn < 60; ++turn) {
        Bench bench({.seed = static_cast<std::uint32_t>(random()), .write_latency = 200});
        bench.start();
        std::uint32_t seen_by_then = 0; // position that the host could see when the card acknowledged
        const int stop_at = static_cast<int>(random() % 3000);
        const bool by_pin = turn % 2 == 0;
        bool acknowledged = false;
        bool stopped = false;
        std::uint64_t sequence = 0;
        while (bench.axi.clock() < 6000) {
            if (bench.push(decision(sequence, random))) ++sequence;
            bench.ring_in();
            bench.ticks(static_cast<int>(random() % 30));
            if (!stopped && bench.axi.clock() >= static_cast<std::uint64_t>(stop_at)) {
                if (by_pin)
                    bench.card.emergency_stop = 1;
                else
                    bench.axi.write_register(reg::reg_freeze, 1);
                stopped = true;
            }
            if (!acknowledged && (bench.status() & 1U << reg::status_frozen) != 0) {
                acknowledged = true;
                seen_by_then = static_cast<std::uint32_t>(bench.page_word(reg::page::out_tail));
            }
            std::uint32_t position = bench.out_head;
            for (const Bytes& out : bench.drain()) {
                const bool is_decision = kind_of(out) == static_cast<std::uint8_t>(records::Kind::decision);
                ASSERT_FALSE(is_decision && acknowledged && position >= seen_by_then) << "turn " << turn;
                position += static_cast<std::uint32_t>(out.size() / 64);
                decisions += is_decision ? 1 : 0;
                refused += is_decision ? 0 : 1;
            }
            bench.ring_out();
        }
        EXPECT_TRUE(acknowledged) << "turn " << turn;
        bench.axi.write_register(reg::reg_freeze, 0);
        bench.ticks(4);
        EXPECT_EQ(bench.axi.read_register(reg::reg_freeze), by_pin ? 1U : 0U) << "only the pin's end may thaw";
        if (by_pin) {
            bench.card.emergency_stop = 0;
            bench.ticks(8);
            EXPECT_EQ(bench.axi.read_register(reg::reg_freeze), 1U) << "the stop is latched";
        }
    }
    EXPECT_GT(decisions, 100U);
    EXPECT_GT(refused, 100U);
}

TEST(Card, AFrozenDecisionIsARejectWithItsFields) {
    std::mt19937 random{test::random_seed()};
    Bench bench({});
    bench.start(true);
    const Bytes in = decision(0x1122334455667788, random);
    ASSERT_TRUE(bench.push(in));
    bench.ring_in();
    bench.ticks(1000);
    const std::vector<Bytes> out = bench.drain();
    ASSERT_EQ(out.size(), 1U);
    namespace r = records::reject;
    Bytes expected(r::total_bytes);
    expected[records::header::kind] = static_cast<std::uint8_t>(records::Kind::reject);
    expected[records::header::payload_bytes] = r::total_bytes - records::header_bytes;
    std::memcpy(expected.data() + records::header::sequence, in.data() + records::header::sequence, 8);
    expected[r::stage] = static_cast<std::uint8_t>(records::Stage::range);
    expected[r::leg_index] = in[records::decision::leg_index];
    expected[r::reason] = static_cast<std::uint8_t>(records::Reason::frozen);
    std::memcpy(expected.data() + r::pool_index, in.data() + records::decision::pool_index, 2);
    expected[r::input_kind] = static_cast<std::uint8_t>(records::Kind::swap);
    std::memcpy(expected.data() + r::candidates, in.data() + records::decision::candidates, 2);
    EXPECT_EQ(out.front(), expected);
}

TEST(Card, IsFrozenAfterPowerUpAndStaysFrozenThroughAReset) {
    Bench bench({});
    EXPECT_EQ(bench.axi.read_register(reg::reg_freeze), 1U);
    bench.start(true);
    bench.ticks(500);
    EXPECT_NE(bench.status() & 1U << reg::status_frozen, 0U);
    bench.soft_reset();
    EXPECT_EQ(bench.axi.read_register(reg::reg_freeze), 1U);
}

TEST(Card, ARefusedBurstStopsItAndNothingOfItComesOut) {
    std::mt19937 random{test::random_seed()};
    for (const bool reads : {true, false}) {
        Bench bench({});
        bench.start();
        bench.ticks(500);
        (reads ? bench.memory.fail_reads : bench.memory.fail_writes) = true;
        for (std::uint64_t i = 0; i < 8; ++i) ASSERT_TRUE(bench.push(record(records::Kind::tx, i, 900, random)));
        bench.ring_in();
        bench.ticks(2000);
        EXPECT_EQ(bench.error(), reads ? reg::error_read : reg::error_write);
        EXPECT_TRUE(bench.drain().empty());
        bench.memory.fail_reads = bench.memory.fail_writes = false;
        bench.soft_reset();
        EXPECT_EQ(bench.error(), reg::error_none);
        bench.start();
        std::deque<Bytes> expected{record(records::Kind::tx, 9, 900, random)};
        ASSERT_TRUE(bench.push(expected.front()));
        bench.ring_in();
        settle(bench, expected);
    }
}

TEST(Card, CountsAndSpeed) {
    std::mt19937 random{test::random_seed()};
    Bench bench({.seed = 1, .stall_percent = 0, .read_latency = 0, .write_latency = 0});
    bench.start();
    bench.ticks(100);
    std::uint32_t beats = 0;
    std::uint32_t count = 0;
    for (; bench.push(record(records::Kind::tx, count, 700, random)); ++count) beats += records::beats_of(700);
    const auto begin = bench.axi.clock();
    bench.ring_in();
    while (bench.page_word(reg::page::out_tail) != beats && bench.axi.clock() < begin + 100'000) bench.axi.tick();
    const auto clocks = bench.axi.clock() - begin;
    std::cout << beats << " beats in and out in " << clocks << " clocks\n";
    EXPECT_LT(clocks, beats * 3 / 2);
    EXPECT_EQ(bench.axi.read_register(reg::reg_records_in), count);
    EXPECT_EQ(bench.axi.read_register(reg::reg_records_out), count);
    EXPECT_EQ(bench.page_word(reg::page::records_in), count);
    const std::uint32_t first = bench.axi.read_register(reg::reg_cycles);
    bench.ticks(100);
    EXPECT_GE(bench.axi.read_register(reg::reg_cycles), first + 100);
    EXPECT_EQ(bench.axi.read_register(0xff0), 0U) << "an address that is no register";
}

TEST(Card, OneRecordThroughInAFewClocks) {
    std::mt19937 random{test::random_seed()};
    Bench bench({.seed = 1, .stall_percent = 0, .read_latency = 0, .write_latency = 0});
    bench.start();
    bench.ticks(100);
    ASSERT_TRUE(bench.push(record(records::Kind::barrier, 1, 48, random)));
    const auto begin = bench.axi.clock();
    bench.ring_in();
    while (bench.page_word(reg::page::out_tail) == 0 && bench.axi.clock() < begin + 1000) bench.axi.tick();
    std::cout << "doorbell to the page in host memory, one beat: " << bench.axi.clock() - begin << " clocks\n";
    EXPECT_LE(bench.axi.clock() - begin, 40U);
}

TEST(Card, RegistersReadBackAndWhatTheRingsStandOnIsHeldWhileItRuns) {
    Bench bench({});
    const auto read64 = [&](std::uint32_t address) {
        return bench.axi.read_register(address) | std::uint64_t{bench.axi.read_register(address + 4)} << 32U;
    };
    bench.start();
    bench.axi.write_register(reg::reg_in_tail, 0);
    bench.axi.write_register(reg::reg_out_head, 0);
    for (const std::uint32_t address : {reg::reg_in_ring, reg::reg_out_ring, reg::reg_page}) {
        bench.write64(address, 0x123'0000'0000);
        bench.axi.write_register(reg::reg_ring_beats, reg::max_ring_beats);
    }
    EXPECT_EQ(read64(reg::reg_in_ring), Bench::in_ring);
    EXPECT_EQ(read64(reg::reg_out_ring), Bench::out_ring);
    EXPECT_EQ(read64(reg::reg_page), Bench::page);
    EXPECT_EQ(bench.axi.read_register(reg::reg_ring_beats), Bench::ring_beats);
    EXPECT_EQ(bench.axi.read_register(reg::reg_control), 1U);
    EXPECT_EQ(bench.axi.read_register(reg::reg_version), reg::version);
    EXPECT_EQ(bench.axi.read_register(reg::reg_contract), reg::contract_version);

    std::mt19937 random{test::random_seed()};
    ASSERT_TRUE(bench.push(record(records::Kind::tx, 1, 500, random)));
    bench.ring_in();
    bench.ticks(2000);
    ASSERT_EQ(bench.drain().size(), 1U);
    bench.ring_out();
    for (const std::uint32_t address : {reg::reg_in_tail, reg::reg_in_head})
        EXPECT_EQ(bench.axi.read_register(address), bench.in_tail);
    for (const std::uint32_t address : {reg::reg_out_head, reg::reg_out_tail})
        EXPECT_EQ(bench.axi.read_register(address), bench.out_head);
    for (const std::uint32_t address : {reg::reg_records_in, reg::reg_records_out}) EXPECT_EQ(read64(address), 1U);
    EXPECT_EQ(read64(reg::reg_decisions), 0U);
    EXPECT_GT(read64(reg::reg_cycles), 2000U);

    bench.axi.write_register(reg::reg_control, 0);
    EXPECT_EQ(bench.status() & 1U << reg::status_running, 0U);
    bench.write64(reg::reg_in_ring, 0x123'0000'0000);
    EXPECT_EQ(read64(reg::reg_in_ring), 0x123'0000'0000U) << "stopped, it takes another address";
    EXPECT_EQ(bench.error(), reg::error_none);
}

TEST(Card, AnAnswerOfARegisterWaitsForItsMasterAndAByteThatIsNotEnabledIsNotWritten) {
    Bench bench({});
    auto& card = bench.card;
    card.s_axi_control_bready = 0;
    bench.axi.write_register(reg::reg_ring_beats, 0x12345678);
    for (int i = 0; i < 5; ++i, bench.axi.tick()) ASSERT_EQ(card.s_axi_control_bvalid, 1);
    card.s_axi_control_awaddr = reg::reg_ring_beats; // the next write waits as long as that answer does
    card.s_axi_control_wdata = 0xaabbccdd;
    card.s_axi_control_wstrb = 0b0110;
    card.s_axi_control_awvalid = card.s_axi_control_wvalid = 1;
    bench.ticks(3);
    EXPECT_EQ(card.s_axi_control_awready, 0);
    card.s_axi_control_bready = 1;
    bench.ticks(2);
    card.s_axi_control_awvalid = card.s_axi_control_wvalid = 0;
    bench.ticks(2);
    EXPECT_EQ(card.s_axi_control_bvalid, 0);

    card.s_axi_control_rready = 0;
    EXPECT_EQ(bench.axi.read_register(reg::reg_ring_beats), 0x12bbcc78U);
    for (int i = 0; i < 5; ++i, bench.axi.tick()) {
        ASSERT_EQ(card.s_axi_control_rvalid, 1);
        ASSERT_EQ(card.s_axi_control_rdata, 0x12bbcc78U);
    }
    card.s_axi_control_rready = 1;
    bench.ticks(2);
    EXPECT_EQ(card.s_axi_control_rvalid, 0);

    const auto upper_bytes = [&](std::uint32_t address, std::uint32_t value) {
        card.s_axi_control_awaddr = static_cast<std::uint16_t>(address);
        card.s_axi_control_wdata = value;
        card.s_axi_control_wstrb = 0b1110;
        card.s_axi_control_awvalid = card.s_axi_control_wvalid = 1;
        bench.axi.tick();
        card.s_axi_control_awvalid = card.s_axi_control_wvalid = 0;
        bench.ticks(2);
    };
    bench.configure();
    bench.axi.write_register(0xff0, 1); // an address that is no register
    upper_bytes(reg::reg_control, 1);
    upper_bytes(reg::reg_freeze, 0);
    EXPECT_EQ(bench.axi.read_register(reg::reg_control), 0U);
    EXPECT_EQ(bench.axi.read_register(reg::reg_freeze), 1U);
}

/// name -> value of every `localparam` of card_pkg.sv, names in snake_case without the Reg/Status/Error prefix changed.
TEST(Card, TheHostHasTheSameRegisterMap) {
    std::ifstream file(JITBOX_SOURCE_DIR "/rtl/card/card_pkg.sv");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    std::ifstream host(JITBOX_SOURCE_DIR "/host/accel/card_registers.hpp");
    const std::string header{std::istreambuf_iterator<char>(host), {}};
    const std::regex row(R"(localparam [^;=]*?(Reg|Status|Error)([A-Z]\w*) = (?:12'h|8'd)?([0-9a-f]+);)");
    int rows = 0;
    for (auto it = std::sregex_iterator(text.begin(), text.end(), row); it != std::sregex_iterator(); ++it, ++rows) {
        std::string name;
        for (const char c : (*it)[1].str() + (*it)[2].str()) {
            if (std::isupper(c) != 0 && !name.empty()) name += '_';
            name += static_cast<char>(std::tolower(c));
        }
        const int base = (*it)[1] == "Reg" ? 16 : 10;
        const std::regex ours("constexpr std::uint32_t " + name + " = (0x[0-9a-f]+|[0-9]+);");
        std::smatch match;
        ASSERT_TRUE(std::regex_search(header, match, ours)) << name;
        EXPECT_EQ(std::stoul(match[1], nullptr, 0), std::stoul((*it)[3], nullptr, base)) << name;
    }
    EXPECT_EQ(rows, 19 + 5 + 7);
}

} // namespace
} // namespace jitbox::testing
