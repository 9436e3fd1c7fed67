// memory_server: loads, stores and reads of pairs against a plain memory, each answer in the clock and to the thread that its
// header says. SPDX-License-Identifier: Apache-2.0
#include "Vmemory_server.h"
#include "rtl/unit_port.hpp"
#include "rtl/wide_port.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <iostream>
#include <optional>
#include <random>

namespace {

using namespace jitbox::test;

constexpr unsigned lanes = 6;
constexpr unsigned readers = 4; // as on the card
constexpr unsigned unit_load = 6;
constexpr unsigned unit_store = 10;
constexpr unsigned half = 2048; ///< words of the leg, then as many of the slots
constexpr unsigned reader_places = 8;

class MemoryServer : public testing::Test {
protected:
    MemoryServer() {
        dut_.pair_read = 0;
        reset(dut_);
        port_.eager(true);
        for (unsigned i = 0; i < 2 * half; ++i) store(i % lanes, i, word());
        while (!HasFatalFailure() && (!port_.idle() || store_1_)) clock();
    }

    UnitWord word() {
        UnitWord out = 0;
        for (int i = 0; i < 5; ++i) out = UnitWord((out << 64) | UnitWord(random_()));
        return out;
    }

    UnitRequest request(unsigned unit, unsigned at) {
        const auto above = UnitWord(random_() % 4 == 0 ? UnitWord(word() << 11) : UnitWord(0)); // an address counts modulo 2,048
        return {.unit = unit,
                .option = at / half,
                .target = static_cast<unsigned>(random_() % 8192),
                .thread = static_cast<unsigned>(random_() % 16),
                .d = static_cast<unsigned>(random_() % 32),
                .a = word(),
                .b = UnitWord(above | UnitWord(at % half)),
                .c = 0};
    }
    void store(unsigned lane, unsigned at, const UnitWord& value) {
        UnitRequest it = request(unit_store, at);
        it.a = value;
        port_.ask(lane, it);
    }
    static unsigned place(const UnitRequest& it) { return it.option * half + ap_uint<11>(it.b).to_uint(); }

    /// Few places as often as any, so that loads meet stores.
    unsigned any_place() {
        const auto near = random_() % 2 * half + random_() % 6;
        return static_cast<unsigned>(random_() % 4 == 0 ? random_() % words_.size() : near);
    }

    /// Who may be taken: one that stores whenever one wants to, one that loads from each copy that has a place.
    void expect_taken(const std::vector<UnitTaken>& taken) {
        unsigned stores = 0;
        std::array<unsigned, readers> loads{};
        for (const UnitTaken& it : taken) (it.request.unit == unit_store ? stores : loads.at(it.lane % readers)) += 1;
        ASSERT_EQ(stores, wants_store_ ? 1U : 0U) << "a store takes one clock";
        for (unsigned g = 0; g < readers; ++g) {
            ASSERT_EQ(loads.at(g), wants_load_.at(g) && inside_.at(g) < reader_places ? 1U : 0U) << "reader " << g;
            inside_.at(g) += loads.at(g);
        }
    }
    void note_wants() {
        wants_store_ = false;
        wants_load_.fill(false);
        for (unsigned lane = 0; lane < lanes; ++lane) {
            if (!port_.offers(lane)) continue;
            (port_.first(lane).unit == unit_store ? wants_store_ : wants_load_.at(lane % readers)) = true;
            waited_.at(lane) += 1;
        }
    }
    /// Each other lane once: while all of a reader's places are taken nobody is chosen there, so that this is for stores.
    void expect_turns(const std::vector<UnitTaken>& taken) {
        for (const UnitTaken& it : taken) {
            if (it.request.unit == unit_store) ASSERT_LE(waited_.at(it.lane), lanes) << "lane " << it.lane;
            waited_.at(it.lane) = 0;
        }
    }

    void expect_answers() {
        for (unsigned g = 0; g < readers; ++g) {
            auto& expected = expected_.at(g);
            ASSERT_EQ((dut_.out_valid >> g & 1U) != 0, !expected.empty()) << "reader " << g;
            if (!port_.answers(g)) continue;
            ASSERT_TRUE(port_.answer(g) == expected.front()) << "reader " << g << ", answer " << answers_;
            expected.pop_front();
            inside_.at(g) -= 1;
            answers_ += 1;
        }
    }

    void expect_told() {
        const bool of_leg = store_1_ && place(*store_1_) < half;
        ASSERT_EQ(dut_.stored != 0, of_leg);
        if (of_leg) {
            ASSERT_EQ(dut_.stored_at, place(*store_1_));
            ASSERT_TRUE(take_wide<unit_word_bits>(dut_.stored_word) == store_1_->a);
        }
        if (pair_) {
            ASSERT_TRUE(take_wide<unit_word_bits>(dut_.pair_even) == pair_->at(0));
            ASSERT_TRUE(take_wide<unit_word_bits>(dut_.pair_odd) == pair_->at(1));
            pairs_ += 1;
        }
        ASSERT_EQ(dut_.pair_taken != 0, dut_.pair_read && !load_1_.at(0));
    }

    /// What happens inside at the clock's edge: loads and the pair read what has been stored before, and the store that was taken a
    /// clock ago is done.
    void edge(const std::vector<UnitTaken>& taken) {
        pair_.reset();
        if (dut_.pair_taken) {
            const std::size_t at = half + 2U * dut_.pair_at;
            pair_ = {words_.at(at), words_.at(at + 1)};
        }
        for (unsigned g = 0; g < readers; ++g) {
            const std::optional<UnitTaken>& load = load_1_.at(g);
            if (!load) continue;
            const UnitRequest& it = load->request;
            expected_.at(g).push_back(
                {.start = false, .pc = 0, .lane = load->lane, .thread = it.thread, .d = it.d, .data = words_.at(place(it))});
        }
        if (store_1_) words_.at(place(*store_1_)) = store_1_->a;
        store_1_.reset();
        load_1_.fill(std::nullopt);
        for (const UnitTaken& it : taken) {
            if (it.request.unit == unit_store)
                store_1_ = it.request;
            else
                load_1_.at(it.lane % readers) = it;
        }
    }

    void clock() {
        if (!dut_.pair_read && random_() % 2 == 0) {
            dut_.pair_read = 1;
            dut_.pair_at = static_cast<std::uint16_t>(random_() % 4 == 0 ? random_() % 1024 : random_() % 3);
        }
        port_.offer();
        note_wants();
        dut_.eval();
        const auto taken = port_.taken();
        expect_taken(taken);
        expect_turns(taken);
        expect_answers();
        expect_told();
        edge(taken);
        const bool pair_taken = dut_.pair_taken != 0;
        jitbox::test::clock(dut_);
        if (pair_taken) dut_.pair_read = 0;
    }

    const std::uint32_t seed_ = random_seed();
    std::mt19937_64 random_{seed_};
    Vmemory_server dut_;
    UnitPort<Vmemory_server> port_{dut_, random_, lanes, readers};
    std::array<UnitWord, std::size_t{2} * half> words_{};
    std::optional<UnitRequest> store_1_;                   ///< taken a clock ago
    std::array<std::optional<UnitTaken>, readers> load_1_; ///< likewise
    std::optional<std::array<UnitWord, 2>> pair_;          ///< comes in this clock
    std::array<std::deque<UnitAnswer>, readers> expected_;
    std::array<unsigned, readers> inside_{};
    std::array<unsigned, lanes> waited_{}; ///< clocks in which the lane has offered its request
    std::array<bool, readers> wants_load_{};
    bool wants_store_ = false;
    int answers_ = 0;
    int pairs_ = 0;
};

TEST_F(MemoryServer, IsOneMemoryForAllLanesAndAnswersWhoAsked) {
    for (int turn = 0; turn < 40 && !HasFatalFailure(); ++turn) {
        port_.eager(random_() % 3 == 0);
        const unsigned stores = random_() % 4; // of four requests
        for (int i = 0; i < 600; ++i) {
            const unsigned at = any_place();
            const auto lane = static_cast<unsigned>(random_() % lanes);
            if (random_() % 4 < stores)
                store(lane, at, word());
            else
                port_.ask(lane, request(unit_load, at));
        }
        for (int clocks = 0; !HasFatalFailure() && !port_.idle(); ++clocks) {
            ASSERT_LT(clocks, 20000) << "a request is never taken";
            clock();
        }
    }
    for (int i = 0; i < 400 && !HasFatalFailure(); ++i) clock(); // the last answers
    for (const auto& expected : expected_) EXPECT_TRUE(expected.empty());
    std::cout << answers_ << " loads, " << pairs_ << " pairs\n";
    EXPECT_GT(answers_, 8000);
    EXPECT_GT(pairs_, 3000);
}

} // namespace
