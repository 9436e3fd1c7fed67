// key_hint: the index that was last noted in a key's place, from the clock after the question on; and how seldom pools share one.
// SPDX-License-Identifier: Apache-2.0
#include "Vkey_hint.h"
#include "rtl/clocked.hpp"
#include "rtl/packed_port.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <array>
#include <iostream>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace {

using namespace jitbox::test;
using Address = ap_uint<160>;

struct Key {
    ap_uint<32> fee;
    Address token0;
    Address token1;
    Address factory;
};

constexpr int place_bits = 14;

/// Bits that are so many apart fall together.
unsigned place_of(const Key& key) {
    unsigned place = 0;
    for (Address left = key.factory ^ key.token0 ^ key.token1 ^ Address(key.fee); left != Address(0); left = left >> place_bits) {
        place ^= ap_uint<place_bits>(left).to_uint();
    }
    return place;
}

class KeyHint : public testing::Test {
protected:
    KeyHint() { dut_.clk = dut_.read = dut_.note = 0; }

    Address address() {
        Address out = 0;
        for (int i = 0; i < 3; ++i) out = Address((out << 64) | Address(random_()));
        return out;
    }
    Key key() { return {ap_uint<32>(random_() % 1000000), address(), address(), address()}; }
    /// One that differs from it in any bits, and has its place or not.
    Key near(Key key) {
        const auto at = static_cast<int>(random_() % (160 - place_bits));
        key.token0 = key.token0 ^ Address(Address(1) << at);
        if (random_() % 2 == 0) key.token1 = key.token1 ^ Address(Address(1) << (at + place_bits)); // the same place
        return key;
    }

    template <typename Port>
    static void put(Port& port, const Key& key) {
        StructWriter<512, 16>(port).field(key.fee).field(key.token1).field(key.token0).field(key.factory);
    }
    void clock() {
        dut_.eval();
        jitbox::test::clock(dut_);
        dut_.read = dut_.note = 0;
    }
    void note(const Key& key, unsigned index) {
        put(dut_.note_key, key);
        dut_.note_index = static_cast<std::uint16_t>(index);
        dut_.note = 1;
    }
    void read(const Key& key) {
        put(dut_.read_key, key);
        dut_.read = 1;
    }

    const std::uint32_t seed_ = random_seed();
    std::mt19937_64 random_{seed_};
    Vkey_hint dut_;
};

TEST_F(KeyHint, GuessesWhatWasLastNotedInTheKeysPlace) {
    std::array<Key, 20> keys;
    for (std::size_t i = 0; i < keys.size(); ++i) keys.at(i) = i % 2 == 0 ? key() : near(keys.at(i - 1));
    std::vector<std::optional<unsigned>> noted(std::size_t{1} << place_bits);
    std::optional<unsigned> shown;
    int right = 0;
    for (int i = 0; i < 20000; ++i) {
        const Key& asked = keys.at(random_() % keys.size());
        const Key& known = keys.at(random_() % keys.size());
        const auto index = static_cast<unsigned>(random_() % 1024);
        const bool asks = random_() % 2 == 0;
        const bool notes = random_() % 4 == 0;
        asks ? read(asked) : put(dut_.read_key, asked); // without `read` it is not looked at
        notes ? note(known, index) : put(dut_.note_key, known);
        if (asks) shown = noted.at(place_of(asked)); // what is noted in the same clock does not count yet
        if (notes) noted.at(place_of(known)) = index;
        clock();
        if (!shown) continue;
        ASSERT_EQ(dut_.guess, *shown) << "clock " << i;
        right += 1;
    }
    EXPECT_GT(right, 10000);
}

TEST_F(KeyHint, GivesBothOrdersOfTheTokensTheSameGuess) {
    for (unsigned i = 0; i < 1000; ++i) {
        Key it = key();
        note(it, i);
        clock();
        std::swap(it.token0, it.token1);
        read(it);
        clock();
        ASSERT_EQ(dut_.guess, i);
    }
}

/// Three in a hundred by chance. Pools as there are: of one factory, four fees, one token of every second being the same.
TEST_F(KeyHint, GuessesNearlyAllOfAThousandPoolsRight) {
    constexpr std::array<unsigned, 4> fees{100, 500, 3000, 10000};
    const Address factory = address();
    const Address common = address();
    std::vector<Key> pools;
    for (unsigned i = 0; i < 1024; ++i) {
        pools.push_back({ap_uint<32>(fees.at(random_() % fees.size())), i % 2 == 0 ? common : address(), address(), factory});
        note(pools.back(), i);
        clock();
    }
    int wrong = 0;
    for (unsigned i = 0; i < pools.size(); ++i) {
        read(pools.at(i));
        clock();
        wrong += dut_.guess == i ? 0 : 1;
    }
    std::cout << wrong << " of " << pools.size() << " pools are not guessed\n";
    EXPECT_LE(wrong, 80); // 31 +- 6
}

} // namespace
