// card_registers: a master that writes and reads at random, answers that wait, the stop pin and soft resets at any clock; every
// output and every read in its clock against a plain model of the map. SPDX-License-Identifier: Apache-2.0
#include "Vcard_registers.h"
#include "accel/card_registers.hpp"
#include "rtl/any_registers.hpp"
#include "rtl/clocked.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <iostream>
#include <map>
#include <random>

namespace {

using namespace jitbox::test;
namespace reg = jitbox::accel::card;

/// What the host has written, and what follows from it.
struct Map {
    std::map<std::uint32_t, std::uint32_t> words; ///< by address, 64-bit registers as two; zero where nothing was written
    bool run = false;
    bool freeze = true;
    bool soft_reset = false;
    bool bad_ring_beats = false;
    bool bad_address = false;

    std::uint32_t word(std::uint32_t address) const {
        const auto found = words.find(address);
        return found == words.end() ? 0 : found->second;
    }
    std::uint64_t both(std::uint32_t address) const { return word(address) | std::uint64_t{word(address + 4)} << 32U; }
};

class CardRegisters : public testing::Test {
protected:
    CardRegisters() {
        for (auto* const port :
             {&dut_.awvalid, &dut_.wvalid, &dut_.bready, &dut_.arvalid, &dut_.rready, &dut_.clear, &dut_.stop_pin})
            *port = 0;
        power_up();
    }
    void power_up() {
        reset(dut_);
        map_ = {};
        answer_due_ = read_due_ = false;
        high_ = 0;
    }

    // ---- the master: an address and a word come when they come, and stand until both are taken
    std::uint32_t some_address() {
        constexpr std::array<std::uint32_t, 19> all{
            reg::reg_control,     reg::reg_in_ring,    reg::reg_out_ring, reg::reg_page,       reg::reg_in_tail,
            reg::reg_out_head,    reg::reg_ring_beats, reg::reg_freeze,   reg::reg_soft_reset, reg::reg_status,
            reg::reg_error,       reg::reg_version,    reg::reg_contract, reg::reg_cycles,     reg::reg_records_in,
            reg::reg_records_out, reg::reg_decisions,  reg::reg_in_head,  reg::reg_out_tail};
        const std::uint32_t at = all.at(random_() % all.size());
        switch (random_() % 16) {
        case 0:
            return static_cast<std::uint32_t>(random_() % 0x1000);
        case 1:
        case 2:
        case 3:
            return at + 4;
        default:
            return at;
        }
    }
    /// Often what a host would write there, so that it runs.
    std::uint32_t some_word(std::uint32_t address) {
        const auto any = static_cast<std::uint32_t>(random_());
        if (random_() % 4 == 0) return any;
        switch (address) {
        case reg::reg_control:
            return random_() % 4 != 0 ? 1 : 0;
        case reg::reg_ring_beats:
            return (1U << (11 + random_() % 11)) + (random_() % 8 == 0 ? static_cast<std::uint32_t>(random_() % 3) - 1U : 0U);
        case reg::reg_in_ring:
        case reg::reg_out_ring:
        case reg::reg_page:
            return any << 12U;
        default:
            return any;
        }
    }
    void drive_write() {
        if (!dut_.awvalid && !dut_.wvalid) {
            writes_to_ = some_address();
            writes_ = some_word(writes_to_);
            strobe_ = static_cast<std::uint8_t>(random_() % 4 == 0 ? random_() % 16 : 15);
        }
        if (!dut_.awvalid && random_() % 3 == 0) dut_.awvalid = 1;
        if (!dut_.wvalid && random_() % 3 == 0) dut_.wvalid = 1;
        dut_.awaddr = static_cast<std::uint16_t>(dut_.awvalid ? writes_to_ : random_() % 0x1000);
        dut_.wdata = dut_.wvalid ? writes_ : static_cast<std::uint32_t>(random_());
        dut_.wstrb = static_cast<std::uint8_t>(dut_.wvalid ? strobe_ : random_() % 16);
        dut_.bready = random_() % 2;
    }
    void drive_read() {
        if (!dut_.arvalid && random_() % 2 == 0) {
            dut_.arvalid = 1;
            reads_from_ = random_() % 4 == 0 ? reads_from_ ^ 4U : some_address(); // both halves behind each other
        }
        dut_.araddr = static_cast<std::uint16_t>(dut_.arvalid ? reads_from_ : random_() % 0x1000);
        dut_.rready = random_() % 2;
    }
    void drive_card() {
        if (random_() % 200 == 0) dut_.clear = dut_.clear == 0;
        if (dut_.clear && random_() % 16 == 0) dut_.clear = 0;
        dut_.stop_pin = random_() % 50 == 0;
        dut_.status = static_cast<std::uint32_t>(random_());
        dut_.error = static_cast<std::uint8_t>(random_());
        dut_.in_head = static_cast<std::uint32_t>(random_());
        dut_.out_tail = static_cast<std::uint32_t>(random_());
        for (auto* const counter : {&dut_.cycles, &dut_.records_in, &dut_.records_out, &dut_.decisions}) *counter = random_();
    }

    // ---- the map
    static bool ring_beats_ok(std::uint32_t beats) {
        return beats >= reg::min_ring_beats && beats <= reg::max_ring_beats && std::has_single_bit(beats);
    }
    [[nodiscard]] bool addresses_ok() const {
        return ((map_.word(reg::reg_in_ring) | map_.word(reg::reg_out_ring) | map_.word(reg::reg_page)) & 0xfffU) == 0;
    }
    static bool held_while_it_runs(std::uint32_t address) {
        const std::uint32_t low = address & ~4U;
        return low == reg::reg_in_ring || low == reg::reg_out_ring || low == reg::reg_page || address == reg::reg_ring_beats;
    }
    void control(std::uint32_t word) {
        if ((word & 1U) == 0) {
            map_.run = false;
            return;
        }
        if (dut_.clear) return;
        map_.bad_ring_beats = !ring_beats_ok(map_.word(reg::reg_ring_beats));
        map_.bad_address = !addresses_ok();
        map_.run = !map_.bad_ring_beats && !map_.bad_address;
        runs_ += map_.run ? 1 : 0;
    }
    void write(std::uint32_t address, std::uint32_t word, unsigned strobe) {
        const bool low = (strobe & 1U) != 0;
        if (address == reg::reg_control && low) control(word);
        if (address == reg::reg_freeze && low) map_.freeze = (word & 1U) != 0;
        if (address == reg::reg_soft_reset) map_.soft_reset = low && (word & 1U) != 0;
        const bool kept =
            (held_while_it_runs(address) && !run_before_) || address == reg::reg_in_tail || address == reg::reg_out_head;
        if (!kept) return;
        std::uint32_t& old = map_.words[address];
        for (unsigned i = 0; i < 4; ++i) {
            const std::uint32_t mask = 0xffU << 8U * i;
            if ((strobe >> i & 1U) != 0) old = (old & ~mask) | (word & mask);
        }
    }
    void edge_of_map(bool write_taken) {
        run_before_ = map_.run;
        map_.soft_reset = false;
        if (write_taken) write(dut_.awaddr, dut_.wdata, dut_.wstrb);
        if (dut_.clear) {
            map_.run = map_.bad_ring_beats = map_.bad_address = false;
            map_.words[reg::reg_in_tail] = map_.words[reg::reg_out_head] = 0;
        }
        if (dut_.stop_pin) map_.freeze = true;
    }

    std::uint32_t counter(std::uint64_t value) {
        high_ = static_cast<std::uint32_t>(value >> 32U);
        return static_cast<std::uint32_t>(value);
    }
    std::uint32_t read(std::uint32_t address) {
        switch (address) {
        case reg::reg_control:
            return map_.run ? 1 : 0;
        case reg::reg_freeze:
            return map_.freeze ? 1 : 0;
        case reg::reg_status:
            return dut_.status;
        case reg::reg_error:
            return dut_.error;
        case reg::reg_version:
            return reg::version;
        case reg::reg_contract:
            return reg::contract_version;
        case reg::reg_in_head:
            return dut_.in_head;
        case reg::reg_out_tail:
            return dut_.out_tail;
        case reg::reg_cycles:
            return counter(dut_.cycles);
        case reg::reg_records_in:
            return counter(dut_.records_in);
        case reg::reg_records_out:
            return counter(dut_.records_out);
        case reg::reg_decisions:
            return counter(dut_.decisions);
        case reg::reg_cycles + 4:
        case reg::reg_records_in + 4:
        case reg::reg_records_out + 4:
        case reg::reg_decisions + 4:
            return high_;
        default:
            return map_.word(address);
        }
    }

    void expect_outputs() {
        ASSERT_EQ(dut_.run != 0, map_.run);
        ASSERT_EQ(dut_.freeze != 0, map_.freeze);
        ASSERT_EQ(dut_.soft_reset != 0, map_.soft_reset) << "a clock for each write";
        ASSERT_EQ(dut_.bad_ring_beats != 0, map_.bad_ring_beats);
        ASSERT_EQ(dut_.bad_address != 0, map_.bad_address);
        ASSERT_EQ(dut_.in_ring, map_.both(reg::reg_in_ring));
        ASSERT_EQ(dut_.out_ring, map_.both(reg::reg_out_ring));
        ASSERT_EQ(dut_.page, map_.both(reg::reg_page));
        ASSERT_EQ(dut_.in_tail, map_.word(reg::reg_in_tail));
        ASSERT_EQ(dut_.out_head, map_.word(reg::reg_out_head));
        ASSERT_EQ(dut_.ring_beats, map_.word(reg::reg_ring_beats));
    }
    void expect_answers() {
        ASSERT_EQ(dut_.bvalid != 0, answer_due_);
        ASSERT_EQ(dut_.rvalid != 0, read_due_);
        ASSERT_EQ(dut_.bresp, 0);
        ASSERT_EQ(dut_.rresp, 0);
        if (read_due_) ASSERT_EQ(dut_.rdata, read_word_) << "address " << read_from_;
        ASSERT_EQ(dut_.awready, dut_.wready) << "both at once";
        ASSERT_EQ(dut_.awready != 0, dut_.awvalid && dut_.wvalid && !answer_due_);
        ASSERT_EQ(dut_.arready != 0, dut_.arvalid && !read_due_);
    }

    void clock() {
        drive_write();
        drive_read();
        drive_card();
        dut_.eval();
        expect_outputs();
        if (!HasFatalFailure()) expect_answers();
        const bool write_taken = dut_.awvalid && dut_.awready;
        const bool read_taken = dut_.arvalid && dut_.arready;
        read_due_ = read_taken || (read_due_ && !dut_.rready);
        answer_due_ = write_taken || (answer_due_ && !dut_.bready);
        if (read_taken) {
            read_from_ = dut_.araddr;
            read_word_ = read(read_from_);
        }
        edge_of_map(write_taken);
        jitbox::test::clock(dut_);
        if (write_taken) dut_.awvalid = dut_.wvalid = 0;
        if (read_taken) dut_.arvalid = 0;
        writes_done_ += write_taken ? 1 : 0;
        reads_done_ += read_taken ? 1 : 0;
    }

    const std::uint32_t seed_ = any_registers(random_seed());
    std::mt19937_64 random_{seed_};
    Vcard_registers dut_;
    Map map_;
    std::uint32_t writes_to_ = 0;
    std::uint32_t writes_ = 0;
    std::uint8_t strobe_ = 0;
    std::uint32_t reads_from_ = 0;
    bool run_before_ = false;
    bool answer_due_ = false;
    bool read_due_ = false;
    std::uint32_t read_from_ = 0;
    std::uint32_t read_word_ = 0;
    std::uint32_t high_ = 0; ///< of the counter whose low word was read last
    int writes_done_ = 0;
    int reads_done_ = 0;
    int runs_ = 0;
};

TEST_F(CardRegisters, AreTheMapWhateverTheMasterDoes) {
    for (int turn = 0; turn < 200 && !HasFatalFailure(); ++turn) {
        for (int i = 0; i < 3000 && !HasFatalFailure(); ++i) clock();
        power_up();
    }
    std::cout << writes_done_ << " writes, " << reads_done_ << " reads, it ran " << runs_ << " times\n";
    EXPECT_GT(writes_done_, 80000);
    EXPECT_GT(reads_done_, 120000);
    EXPECT_GT(runs_, 400);
}

} // namespace
