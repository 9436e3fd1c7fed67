// target_tables: lanes ask at any time, between changes of both tables; each answer, to who asked, against the HLS source's pool
// directory and a plain list of routers. SPDX-License-Identifier: Apache-2.0
#include "Vtarget_tables.h"
#include "hls/pool_directory.hpp"
#include "rtl/clocked.hpp"
#include "rtl/packed_port.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <iostream>
#include <memory>
#include <random>
#include <vector>

namespace {

using namespace jitbox;
using namespace jitbox::test;
using Address = std::array<std::uint8_t, 20>;

constexpr unsigned lanes = 4;
constexpr int clear_clocks = 1024;
constexpr int none_clocks = 3;   ///< from a lane's turn to its answer: a router, or no pool in the bucket;
constexpr int answer_clocks = 4; ///< the bucket's first pool
constexpr int chain_clocks = 1;  ///< and each other of the bucket that is compared before
constexpr std::uint8_t pool_kind = static_cast<std::uint8_t>(records::RouterKind::pool);

struct Target {
    std::uint8_t kind = 0;
    Address factory{};
    Address token0{};
    Address token1{};
    std::uint32_t fee = 0;
    bool operator==(const Target&) const = default;
};

struct Router {
    Address address{};
    std::uint8_t kind = 0;
    Address factory{};
};

ap_uint<160> number(const Address& bytes) {
    ap_uint<160> out = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) out = ap_uint<160>((out << 8) | ap_uint<160>(bytes.at(i)));
    return out;
}

Address bytes(ap_uint<160> number) {
    Address out{};
    for (std::uint8_t& byte : out) {
        byte = static_cast<std::uint8_t>(ap_uint<8>(number).to_uint());
        number = number >> 8;
    }
    return out;
}

class TargetTables : public testing::Test {
protected:
    TargetTables() {
        dut_.ask = dut_.router_write = dut_.routers_set = dut_.note = 0;
        reset(dut_);
        int clocks = 0;
        for (; !dut_.ready && clocks <= clear_clocks; ++clocks) step();
        EXPECT_EQ(clocks, clear_clocks);
        // Some share a chain, as their bits ten apart do; a router may be a pool as well, and stand twice.
        for (std::size_t i = 0; i < addresses_.size(); ++i) {
            addresses_.at(i) = i % 3 == 0 ? address() : addresses_.at(i - 1);
            if (i % 3 == 0) continue;
            const auto at = static_cast<int>(random_() % 150);
            const auto pair = ap_uint<160>((ap_uint<160>(1) << at) | (ap_uint<160>(1) << (at + 10)));
            addresses_.at(i) = bytes(ap_uint<160>(number(addresses_.at(i)) ^ pair));
        }
    }

    Address address() {
        Address out{};
        for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(random_());
        return out;
    }
    const Address& any() { return addresses_.at(random_() % addresses_.size()); }

    void step() {
        dut_.eval();
        jitbox::test::clock(dut_);
        dut_.eval();
    }

    template <typename Port>
    static void put_address(Port& port, const Address& address) {
        jitbox::test::put(port, address);
    }

    // ---- the tables, while no question is open
    void set_routers() {
        for (unsigned row = 0; row < rows_.size(); ++row) {
            if (random_() % 2 == 0) continue;
            rows_.at(row) = {any(), static_cast<std::uint8_t>(random_() % 4), address()};
            dut_.router_write = 1;
            dut_.router_row = static_cast<std::uint8_t>(row);
            put_address(dut_.router_address, rows_.at(row).address);
            put_address(dut_.router_factory, rows_.at(row).factory);
            dut_.router_kind = rows_.at(row).kind;
            step();
            dut_.router_write = 0;
        }
        routers_ = random_() % 4 == 0 ? static_cast<unsigned>(random_() % 33) : static_cast<unsigned>(random_() % 8);
        dut_.routers_set = 1;
        dut_.routers = static_cast<std::uint8_t>(routers_);
        step();
        dut_.routers_set = 0;
    }

    /// Both directories take it: `present`, or else gone.
    void note_pool(std::uint16_t index, bool present, const Address& at) {
        namespace p = records::pool;
        std::array<std::uint8_t, 192> record{};
        const auto fee = static_cast<std::uint32_t>(random_());
        const std::array<Address, 4> fields{at, address(), address(), address()};
        constexpr std::array<std::size_t, 4> places{p::address, p::token0, p::token1, p::factory};
        for (std::size_t i = 0; i < fields.size(); ++i) std::memcpy(record.data() + places.at(i), fields.at(i).data(), 20);
        std::memcpy(record.data() + p::pool_index, &index, sizeof(index));
        std::memcpy(record.data() + p::fee, &fee, sizeof(fee));
        record.at(p::pool_kind) = static_cast<std::uint8_t>(present ? records::PoolKind::uniswap_v3 : records::PoolKind::removed);
        hlsk::note_pool(*pools_, record.data());

        dut_.note = 1;
        dut_.note_index = index;
        dut_.note_present = present;
        put_address(dut_.note_address, fields.at(0));
        put_address(dut_.note_token0, fields.at(1));
        put_address(dut_.note_token1, fields.at(2));
        put_address(dut_.note_factory, fields.at(3));
        dut_.note_fee = fee;
        dut_.eval();
        for (int clocks = 0; !dut_.note_done; ++clocks) {
            ASSERT_LT(clocks, 3000);
            step();
        }
        step();
        dut_.note = 0;
    }
    void note_any() {
        const auto index = static_cast<std::uint16_t>(random_() % 4 == 0 ? random_() % 1024 : random_() % 30);
        note_pool(index, random_() % 4 != 0, any());
    }

    // ---- the questions
    Target expected(const Address& asked) const {
        for (unsigned row = 0; row < routers_; ++row) {
            if (rows_.at(row).address == asked) return {.kind = rows_.at(row).kind, .factory = rows_.at(row).factory};
        }
        const std::uint32_t index = hlsk::find_pool(*pools_, asked.data());
        if (index == records::max_pools) return {};
        const hlsk::PoolIdentity& pool = pools_->row[index];
        Target out{.kind = pool_kind, .fee = pool.fee};
        std::memcpy(out.factory.data(), pool.factory, 20);
        std::memcpy(out.token0.data(), pool.token0, 20);
        std::memcpy(out.token1.data(), pool.token1, 20);
        return out;
    }
    Target answer() {
        StructReader<8 + 3 * 160 + 32, 17> reader(dut_.answer);
        Target out;
        out.kind = static_cast<std::uint8_t>(reader.field<8>().to_uint());
        out.factory = bytes(reader.field<160>());
        out.token0 = bytes(reader.field<160>());
        out.token1 = bytes(reader.field<160>());
        out.fee = reader.field<32>().to_uint();
        return out;
    }

    /// Each lane asks as often, and whenever it likes.
    void ask(unsigned questions) {
        std::array<Address, lanes> asked{};
        std::array<unsigned, lanes> left{};
        std::array<unsigned, lanes> others{}; // answered while this lane waits
        left.fill(questions);
        unsigned done = 0; // lanes
        for (int idle = 0; done != 0 || left != std::array<unsigned, lanes>{};) {
            for (unsigned lane = 0; lane < lanes; ++lane) {
                if (left.at(lane) == 0 || (dut_.ask >> lane & 1U) || random_() % 4 == 0) continue;
                asked.at(lane) = random_() % 8 == 0 ? address() : any();
                const auto value = number(asked.at(lane));
                put_bits(dut_.ask_address, static_cast<int>(160 * lane), value);
                dut_.ask = static_cast<std::uint8_t>(dut_.ask | 1U << lane);
                others.at(lane) = 0;
            }
            step();
            dut_.ask = static_cast<std::uint8_t>(dut_.ask & ~done); // it stood while its answer was there
            done = 0;
            dut_.eval();
            ASSERT_LT(++idle, answer_clocks + chain_clocks * 40) << "nobody is answered";
            if (dut_.answered == 0) continue;
            idle = 0;
            ASSERT_EQ(dut_.answered & (dut_.answered - 1U), 0U);
            ASSERT_EQ(dut_.answered & ~unsigned{dut_.ask}, 0U) << "who did not ask";
            for (unsigned lane = 0; lane < lanes; ++lane) {
                if ((dut_.answered >> lane & 1U) == 0) {
                    ASSERT_LE(++others.at(lane), lanes) << "lane " << lane << " waits too long";
                    continue;
                }
                const Target wanted = expected(asked.at(lane));
                ASSERT_TRUE(answer() == wanted) << "lane " << lane << ", seed " << seed_;
                (wanted.kind == 0 ? neither_ : wanted.kind == pool_kind ? found_pools_ : found_routers_) += 1;
                left.at(lane) -= 1;
                others.at(lane) = 0;
                done = 1U << lane;
            }
        }
    }

    const std::uint32_t seed_ = random_seed();
    std::mt19937_64 random_{seed_};
    Vtarget_tables dut_;
    std::unique_ptr<hlsk::PoolDirectory> pools_ = std::make_unique<hlsk::PoolDirectory>();
    std::array<Router, 32> rows_{};
    unsigned routers_ = 0;
    std::array<Address, 60> addresses_{};
    int found_pools_ = 0;
    int found_routers_ = 0;
    int neither_ = 0;
};

TEST_F(TargetTables, SayWhoAnAddressIs) {
    for (int turn = 0; turn < 300 && !HasFatalFailure(); ++turn) {
        if (random_() % 8 == 0) set_routers();
        for (auto notes = random_() % 8; notes > 0 && !HasFatalFailure(); --notes) note_any();
        ask(static_cast<unsigned>(random_() % 20));
    }
    std::cout << found_pools_ << " pools, " << found_routers_ << " routers, " << neither_ << " neither\n";
    EXPECT_GT(found_pools_, 500);
    EXPECT_GT(found_routers_, 100);
    EXPECT_GT(neither_, 500);
}

TEST_F(TargetTables, AnswerInTheClocksOfTheirHeader) {
    const auto clocks_to_answer = [this](const Address& asked) {
        put_bits(dut_.ask_address, 0, number(asked));
        dut_.ask = 1;
        int clocks = 0;
        for (; !dut_.answered && clocks < 100; ++clocks) step();
        dut_.ask = 0;
        step();
        return clocks;
    };
    const Address first = address();
    const auto in_its_bucket = [&first](int i) {
        return bytes(ap_uint<160>(number(first) ^ ap_uint<160>(ap_uint<160>(1025) << i)));
    };
    EXPECT_EQ(clocks_to_answer(first), none_clocks);
    note_pool(0, true, first);
    for (int others = 0; others < 5; ++others) {
        EXPECT_EQ(clocks_to_answer(first), answer_clocks + others * chain_clocks);
        note_pool(static_cast<std::uint16_t>(1 + others), true, in_its_bucket(others)); // before those that are there
    }
}

} // namespace
