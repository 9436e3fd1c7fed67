// What prices do to the vault: a fall is a drawdown before anything is sold, a deposit is no gain, and no restart forgets either.
// SPDX-License-Identifier: Apache-2.0
#include "apps/watch/mark_keeper.hpp"

#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <random>

namespace jitbox::apps {
namespace {

using namespace std::chrono_literals;
using chain::i256;
using std::chrono::days;

const risk::TimePoint noon = std::chrono::sys_days{std::chrono::year{2026} / 11 / 29} + 12h;

class MarkKeeperTest : public testing::Test {
protected:
    MarkKeeperTest() {
        tokens_[0].address[19] = 1;
        tokens_[1].address[19] = 2;
    }
    /// What the vault holds: units of each token, at wei a unit.
    void look(std::uint64_t amount0, std::uint64_t price0, std::uint64_t amount1 = 0, std::uint64_t price1 = 1,
              risk::TimePoint at = noon) {
        keeper_->look({{.token = &tokens_[0], .amount = amount0, .price_x96 = u256{price0} << 96},
                       {.token = &tokens_[1], .amount = amount1, .price_x96 = u256{price1} << 96}},
                      at);
    }
    void book(int profit, risk::TimePoint at = noon) {
        history_.add(profit, at);
        keeper_->booked(profit, at);
        realised_.push_back({.time_ns = std::chrono::nanoseconds(at.time_since_epoch()).count(), .profit_wei = profit});
    }
    /// As a start of jitd does: realised results come from the journal, the rest from its state.
    void restart(unsigned window = 250, risk::TimePoint now = noon) {
        history_ = risk::ProfitHistory(window);
        keeper_ = make();
        keeper_->restore(realised_, state_, now - days(window));
    }
    std::unique_ptr<MarkKeeper> make() {
        return std::make_unique<MarkKeeper>(history_,
                                            [this](const std::string& key, const std::string& value) { state_[key] = value; });
    }

    std::array<TokenConfig, 2> tokens_{};
    std::map<std::string, std::string> state_; ///< the journal's risk_state
    std::vector<store::ProfitEntry> realised_;
    risk::ProfitHistory history_;
    std::unique_ptr<MarkKeeper> keeper_ = make();
};

TEST_F(MarkKeeperTest, a_price_that_falls_is_a_drawdown_before_anything_is_sold) {
    look(100, 4, 50, 1);
    EXPECT_EQ(history_.drawdown_ppm(450), 0U);
    look(100, 3, 50, 1);
    EXPECT_EQ(history_.drawdown_ppm(350), 222'223U) << "100 of 450, rounded up";
    EXPECT_EQ(keeper_->today_wei(noon), -100);
    look(100, 4, 50, 1);
    EXPECT_EQ(history_.drawdown_ppm(450), 0U) << "and is none any more when it comes back";
    look(100, 5, 50, 1);
    look(100, 4, 50, 1);
    EXPECT_EQ(history_.drawdown_ppm(450), 181'819U) << "from the highest point, not from the first";
}

TEST_F(MarkKeeperTest, what_is_put_in_or_taken_out_is_neither_gain_nor_loss) {
    look(100, 4);
    look(10, 4);
    look(1000, 4, 77, 9);
    EXPECT_EQ(keeper_->today_wei(noon), 0);
    look(0, 2, 77, 9);
    EXPECT_EQ(keeper_->today_wei(noon), -2000) << "the amounts at the earlier look, by how the price moved";
}

TEST_F(MarkKeeperTest, a_price_that_is_not_known_moves_nothing) {
    look(100, 4);
    look(100, 0);
    look(100, 1);
    EXPECT_EQ(keeper_->today_wei(noon), 0);
    EXPECT_EQ(history_.drawdown_ppm(100), 0U);
}

TEST_F(MarkKeeperTest, a_fall_while_nobody_looked_counts_at_the_next_start) {
    look(100, 4);
    restart();
    look(100, 3);
    EXPECT_EQ(keeper_->today_wei(noon), -100);
    EXPECT_EQ(history_.drawdown_ppm(300), 250'000U);
}

TEST_F(MarkKeeperTest, earlier_days_and_how_high_they_stood_are_remembered_for_the_window) {
    look(100, 4);
    look(100, 6);
    look(100, 5);
    look(100, 4, 0, 1, noon + days(1));
    for (int start = 0; start < 2; ++start) {
        EXPECT_EQ(history_.drawdown_ppm(400), 333'334U) << "200 of 600";
        EXPECT_EQ(keeper_->today_wei(noon + days(1)), -100);
        restart(250, noon + days(1));
    }
    restart(250, noon + days(251));
    EXPECT_EQ(history_.drawdown_ppm(400), 200'000U) << "the day of the highest point is out of the window";
    restart(250, noon + days(252));
    EXPECT_EQ(history_.drawdown_ppm(400), 0U);
}

TEST_F(MarkKeeperTest, losses_by_prices_are_days_of_the_value_at_risk) {
    std::uint64_t price = 1000;
    look(1, price);
    for (int day = 1; day <= 21; ++day) look(1, price -= static_cast<std::uint64_t>(day), 0, 1, noon + days(day));
    EXPECT_EQ(history_.days(), 20U);
    EXPECT_EQ(history_.value_at_risk_wei(), u256{20}) << "the worst of 20 days, today left out";
}

TEST_F(MarkKeeperTest, what_cannot_be_read_moves_nothing) {
    for (const std::string key : {"marks_day_20421", "marks_last", "marks_day_", "marks_day_x", "marks_day_99999999999999999999"})
        for (const std::string text : {"", " ", "x y", "1", "1 x", "-1 ", "[]", "{\"a\":1}", "{\"a\":[1,2]}", "{\"a\":[\"1\"]}",
                                       "9999999999999999999999999999999999999999999999999999999999999999999999999 1"}) {
            state_ = {{key, text}};
            restart();
            EXPECT_EQ(history_.drawdown_ppm(1000), 0U) << key << " " << text;
            EXPECT_EQ(history_.value_at_risk_wei(), std::nullopt);
        }
}

/// A start in between may see a higher peak than there was, because it does not know in which order prices and results came; never
/// a lower one. Without realised results it sees the very same.
TEST_F(MarkKeeperTest, no_restart_makes_a_drawdown_smaller) {
    std::mt19937 random(test::random_seed());
    for (int round = 0; round < 50; ++round) {
        const bool with_results = round % 2 == 0;
        state_.clear();
        realised_.clear();
        restart();
        risk::ProfitHistory uninterrupted;
        std::uint64_t price = 1000;
        std::uint64_t amount = 100;
        look(amount, price);
        for (int step = 0; step < 60; ++step) {
            const risk::TimePoint at = noon + std::chrono::hours(step);
            const std::uint64_t next = 500 + random() % 1000;
            uninterrupted.add(static_cast<i256>(next * amount) - static_cast<i256>(price * amount), at);
            price = next;
            amount = 1 + random() % 200;
            look(amount, price, 0, 1, at);
            if (with_results) {
                const int profit = static_cast<int>(random() % 20'000) - 10'000;
                uninterrupted.add(profit, at);
                book(profit, at);
            }
            if (random() % 5 == 0) restart(250, at);
            const auto expected = uninterrupted.drawdown_ppm(1'000'000);
            if (with_results)
                ASSERT_GE(history_.drawdown_ppm(1'000'000), expected) << "round " << round << " step " << step;
            else
                ASSERT_EQ(history_.drawdown_ppm(1'000'000), expected) << "round " << round << " step " << step;
        }
    }
}

} // namespace
} // namespace jitbox::apps
