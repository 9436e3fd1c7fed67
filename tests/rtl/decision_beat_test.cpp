// decision_beat: the beats of a DECISION, byte by byte, against the layout of kernels/hls/records.hpp, for any record, leg and
// result. SPDX-License-Identifier: Apache-2.0
#include "Vdecision_beat.h"
#include "hls/records.hpp"
#include "rtl/clocked.hpp"
#include "rtl/range_job.hpp"
#include "rtl/range_store_port.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <random>

namespace {

using namespace jitbox;
using namespace jitbox::test;
using hlsk::u256;
namespace d = records::decision;

constexpr std::size_t beats = d::total_bytes / records::beat_bytes;
using Record = std::array<std::uint8_t, d::total_bytes>;

class DecisionBeat : public testing::Test {
protected:
    /// Any bits in a struct's port; with `extreme` all of them are alike in most words, so that numbers are 0, -1 or at their ends.
    template <int Bits, std::size_t Words>
    void fill(VlWide<Words>& port, bool extreme) {
        for (std::size_t i = 0; i < Words; ++i) {
            port[i] = static_cast<std::uint32_t>(random_());
            if (extreme && random_() % 8 != 0) port[i] = random_() % 2 == 0 ? 0 : 0xffffffffU;
        }
        if (Bits % 32 != 0) port[Words - 1] &= (1U << Bits % 32) - 1U;
    }

    template <int Bits>
    void put(std::size_t offset, const ap_uint<Bits>& value) {
        for (std::size_t i = 0; i < Bits / 8; ++i) {
            expected_.at(offset + i) = static_cast<std::uint8_t>(ap_uint<8>(value >> static_cast<int>(8 * i)).to_uint());
        }
    }
    void put_number(std::size_t offset, std::uint64_t value, std::size_t bytes) {
        std::memcpy(expected_.data() + offset, &value, bytes);
    }
    void put_tick(std::size_t offset, const ap_uint<24>& tick) {
        put_number(offset, static_cast<std::uint32_t>(static_cast<std::int32_t>(tick.to_uint() << 8) >> 8), 4);
    }

    void expect_header() {
        expected_.fill(0);
        put_number(records::header::kind, static_cast<std::uint64_t>(records::Kind::decision), 1);
        put_number(records::header::payload_bytes, d::total_bytes - records::header_bytes, 4);
        put_number(records::header::sequence, dut_.sequence_number, 8);
        put_number(d::leg_index, dut_.leg_index, 1);
    }
    void expect_pool() {
        StructReader<pool_entry_bits, (pool_entry_bits + 31) / 32> pool(dut_.pool);
        pool.field<1>(); // in_service
        put(d::pool_address, pool.field<160>());
        pool.field<pool_state_bits>(); // that of the job counts
        put(d::state_version, pool.field<64>());
        put(d::block_number, pool.field<64>());
        ASSERT_TRUE(pool.finished());
    }
    void expect_job() {
        StructReader<job_bits, (job_bits + 31) / 32> job(dut_.job);
        put_number(d::pool_index, job.field<10>().to_uint(), 2);
        job.field<1 + 20 + 32 + 14>();
        put_tick(d::tick_before, job.field<24>());
        put(d::sqrt_price_before, u256(job.field<160>()));
        job.field<128 + 128>();
        job.field<window_frame_bits - 64>();
        job.field<13 + 20>();
        for (int i = 0; i < 4; ++i) job.field<256>();
        put(d::gas_cost_wei, job.field<256>());
        job.field<256 + 256>();
        const bool zero_for_one = job.field<1>() != 0;
        const bool exact_in = job.field<1>() != 0;
        put_number(d::flags, (zero_for_one ? records::swap_zero_for_one : 0U) | (exact_in ? records::swap_exact_in : 0U), 1);
        job.field<3>();
        const u256 amount = u256(job.field<255>());
        put(d::amount_specified, exact_in ? amount : u256(u256(0) - amount));
        job.field<256>();
        put(d::sqrt_price_limit_x96, u256(job.field<160>()));
        ASSERT_TRUE(job.finished());
    }
    void expect_result() {
        StructReader<result_bits, (result_bits + 31) / 32> result(dut_.result);
        result.field<16>(); // the reason
        put(d::candidates, result.field<16>());
        put(d::profitable, result.field<16>());
        put_tick(d::tick_lower, result.field<24>());
        put_tick(d::tick_upper, result.field<24>());
        put(d::liquidity, result.field<128>());
        put_tick(d::tick_after, result.field<24>());
        put_tick(d::tick_alone, result.field<24>());
        put(d::sqrt_price_after, u256(result.field<160>()));
        put(d::sqrt_price_alone, u256(result.field<160>()));
        for (const std::size_t at : {d::mint0, d::mint1, d::burn0, d::burn1, d::fee0, d::fee1, d::swap0, d::swap1, d::alone0,
                                     d::alone1, d::profit_wei, d::gross_profit_wei, d::tip_wei})
            put(at, result.field<256>());
        ASSERT_TRUE(result.finished());
    }
    void draw(bool extreme) {
        fill<pool_entry_bits>(dut_.pool, extreme);
        fill<job_bits>(dut_.job, extreme);
        fill<result_bits>(dut_.result, extreme);
        dut_.sequence_number = random_();
        dut_.leg_index = static_cast<std::uint8_t>(random_());
        expect_header();
        expect_pool();
        expect_job();
        expect_result();
    }

    const std::uint32_t seed_ = random_seed();
    std::mt19937_64 random_{seed_};
    Vdecision_beat dut_;
    Record expected_{};
};

TEST_F(DecisionBeat, AreTheRecordOfTheContract) {
    for (int turn = 0; turn < 2000; ++turn) {
        draw(turn % 2 == 0);
        for (std::size_t asked = 0; asked < 2 * beats; ++asked) { // in any order
            const std::size_t at = random_() % beats;
            dut_.at = static_cast<std::uint8_t>(at);
            dut_.eval();
            BeatBytes expected{};
            std::memcpy(expected.data(), expected_.data() + records::beat_bytes * at, expected.size());
            ASSERT_EQ(get<64>(dut_.beat), expected) << "beat " << at << ", seed " << seed_;
        }
    }
}

} // namespace
