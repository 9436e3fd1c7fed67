// mempool_parser reset at any clock: behind it nothing of before, neither a table nor a beat, and the bytes of the HLS source from
// its start. SPDX-License-Identifier: Apache-2.0
#include "../unit/kernels/parser_harness.hpp"
#include "parser_driver.hpp"
#include "parser_streams.hpp"
#include "support/seed.hpp"
#include "support/shared_data.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <iostream>

namespace jitbox::test {
namespace {

using records::Kind;

constexpr std::size_t real_samples = 400;
constexpr std::uint64_t clearing_clocks = 1024; // of the tables, when no record is taken

std::size_t legs_in(const std::vector<StreamBeat>& output) {
    std::size_t legs = 0;
    bool first = true;
    for (const StreamBeat& beat : output) {
        legs += first && beat.data[0] == static_cast<std::uint8_t>(Kind::swap) ? 1 : 0;
        first = beat.last;
    }
    return legs;
}

class ParserReset : public testing::Test {
protected:
    void SetUp() override {
        const auto transactions = read_real_transactions("mainnet/v3_router_transactions.jsonl.gz");
        if (!transactions) std::cout << missing_text("mainnet/v3_router_transactions.jsonl.gz") << ": hand-made ones only\n";
        for (std::size_t i = 0; transactions && i < std::min(real_samples, transactions->size()); ++i) {
            if ((*transactions)[i].raw.size() < 20'000) maker_.add_sample((*transactions)[i].raw);
        }
        if (!transactions) maker_.add_sample(transaction(legacy_fields()));
    }

    /// Routers and a pool, and calls of both that have a leg each while these are known.
    std::vector<Bytes> tables() {
        const accel::PoolRecord pool{.pool_kind = accel::PoolKind::uniswap_v3,
                                     .fee = 500,
                                     .address = pool_,
                                     .token0 = address_of(1),
                                     .token1 = address_of(2),
                                     .factory = address_of(0xfa)};
        return {accel::to_record(0, std::vector<accel::RouterEntry>{{router_, RouterKind::swap_router02, address_of(0xfa)}}),
                accel::to_record(1, pool)};
    }
    std::vector<Bytes> calls_of_known_targets() {
        const Bytes single = Calldata(0x04e45aaf)
                                 .word(address_of(0x0a))
                                 .word(address_of(0x0b))
                                 .word(3000)
                                 .word(address_of(0x99))
                                 .word(7)
                                 .word(3)
                                 .word(0)
                                 .get();
        const Bytes swap =
            Calldata(0x128acb08).word(address_of(3)).word(1).word(5).word(chain::u256{1} << 90).word(160).word(0).get();
        return {maker_.transaction(call(router_, single)), maker_.transaction(call(pool_, swap))};
    }
    std::vector<Bytes> random_records(int count) {
        std::vector<Bytes> records;
        for (int i = 0; i < count; ++i) maker_.append_random(records);
        return records;
    }

    void restart() {
        hls_.reset();
        rtl_.restart();
    }
    /// Feeds until a clock drawn from the seed: while the tables are cleared, or some clocks behind a beat of the input. What has
    /// come out is what the HLS source gives, as far as it goes. The next restart() is the reset in the middle.
    void run_into_the_middle(const std::vector<StreamBeat>& input) {
        restart();
        const auto expected = hls_.run(input);
        const std::size_t beat = 1 + random_() % input.size();
        std::uint64_t clocks = random_() % 4 == 0 ? random_() % clearing_clocks : clearing_clocks + 2 * beat + random_() % 300;
        const auto output = rtl_.run(input, ~std::size_t{0}, [&clocks] { return clocks-- == 0; });
        ASSERT_LE(output.size(), expected.size());
        ASSERT_TRUE(std::equal(output.begin(), output.end(), expected.begin())) << difference(expected, output);
        in_the_middle_ += output.size() < expected.size() ? 1 : 0;
        with_output_ += output.empty() ? 0 : 1;
    }
    void expect_as_from_the_start(const std::vector<Bytes>& records) {
        restart();
        const auto input = beats_of(records);
        const auto expected = hls_.run(input);
        const auto actual = rtl_.run(input, expected.size());
        const std::string text = difference(expected, actual);
        ASSERT_TRUE(text.empty()) << text;
    }

    std::uint32_t seed_ = random_seed();
    std::mt19937_64 random_{seed_};
    StreamMaker maker_{seed_};
    const Bytes20 router_ = address_of(0x77);
    const Bytes20 pool_ = address_of(0x55);
    HlsParser hls_;
    RtlParser rtl_;
    std::size_t in_the_middle_ = 0;
    std::size_t with_output_ = 0;
};

std::vector<Bytes> joined(std::vector<Bytes> first, const std::vector<Bytes>& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

TEST_F(ParserReset, AtAnyClockForgetsEverythingAndNothingHangs) {
    const std::vector<Bytes> known = calls_of_known_targets();
    ASSERT_EQ(legs_in(hls_.run(beats_of(joined(tables(), known)))), known.size()) << "with the tables each call has a leg";
    hls_.reset();
    ASSERT_EQ(legs_in(hls_.run(beats_of(known))), 0U) << "without them none has";
    constexpr std::size_t turns = 60;
    for (std::size_t turn = 0; turn < turns; ++turn) {
        rtl_.set_stalls(static_cast<unsigned>(random_() % 3 * 30), static_cast<unsigned>(random_() % 3 * 30), random_());
        run_into_the_middle(beats_of(joined(joined(tables(), known), random_records(60))));
        if (HasFatalFailure()) return;
        // Before any table of its own: what was known a reset ago is unknown.
        expect_as_from_the_start(joined(known, joined(tables(), joined(known, random_records(10)))));
        if (HasFatalFailure()) FAIL() << "turn " << turn;
    }
    std::cout << in_the_middle_ << " of " << turns << " resets with work inside, " << with_output_ << " behind some answers; "
              << rtl_.clocks() << " clocks\n";
    EXPECT_GT(in_the_middle_, turns / 2);
}

// Resets one after the other, the next one always before the module has come to rest from the one before.
TEST_F(ParserReset, ManyInARowAreAsOne) {
    for (int turn = 0; turn < 10; ++turn) {
        for (std::uint64_t resets = 1 + random_() % 5; resets > 0; --resets) {
            run_into_the_middle(beats_of(joined(tables(), random_records(20))));
            if (HasFatalFailure()) return;
        }
        expect_as_from_the_start(random_records(20));
        if (HasFatalFailure()) FAIL() << "turn " << turn;
    }
}

} // namespace
} // namespace jitbox::test
