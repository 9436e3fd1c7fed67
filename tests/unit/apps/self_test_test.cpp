// The self-test passes on the native engine and fails on one that computes wrongly, hangs or refuses.
// SPDX-License-Identifier: Apache-2.0
#include "apps/offline/self_test.hpp"

#include "accel/records.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

namespace jitbox::apps {
namespace {

using testing::HasSubstr;

/// The native engine with one byte of every DECISION changed, or silent.
class BadEngine : public accel::Engine {
public:
    explicit BadEngine(std::size_t offset) : offset_(offset) {}
    Result<void> submit(BytesView record, std::chrono::milliseconds deadline) override { return inner_->submit(record, deadline); }
    std::size_t drain(const Sink& sink) override {
        if (offset_ == 0) return 0;
        return inner_->drain([&](BytesView record) {
            Bytes copy(record.begin(), record.end());
            if (accel::kind_of(record) == accel::Kind::decision) copy.at(offset_) ^= 1;
            sink(copy);
        });
    }
    [[nodiscard]] int event_fd() const override { return inner_->event_fd(); }
    [[nodiscard]] Result<void> health() const override { return {}; }
    void freeze() noexcept override { inner_->freeze(); }
    void unfreeze() noexcept override { inner_->unfreeze(); }
    Result<void> reset() override { return {}; }
    [[nodiscard]] accel::EngineInfo info() const override { return inner_->info(); }
    [[nodiscard]] accel::EngineCounters counters() const override { return inner_->counters(); }

private:
    std::size_t offset_;
    std::unique_ptr<accel::Engine> inner_ = accel::make_native_engine();
};

TEST(SelfTestTest, the_native_engine_passes) {
    const auto engine = accel::make_native_engine();
    const auto result = run_self_test(*engine);
    EXPECT_TRUE(result.has_value()) << result.error().text();
}

TEST(SelfTestTest, one_wrong_wei_is_found_and_the_figure_is_named) {
    for (const auto& [offset, name] :
         {std::pair{records::decision::alone1, "alone1"}, std::pair{records::decision::tip_wei, "tip_wei"},
          std::pair{records::decision::burn0, "gross_profit_wei"},
          std::pair{records::decision::sqrt_price_alone, "sqrt_price_alone"}}) {
        BadEngine engine(offset);
        const auto result = run_self_test(engine);
        ASSERT_FALSE(result.has_value());
        EXPECT_THAT(result.error().what, HasSubstr(name));
    }
}

TEST(SelfTestTest, an_engine_that_hangs_or_is_frozen_fails) {
    BadEngine silent(0);
    EXPECT_THAT(run_self_test(silent, std::chrono::milliseconds{50}).error().what, HasSubstr("no answer"));
    const auto frozen = accel::make_native_engine();
    frozen->freeze();
    EXPECT_THAT(run_self_test(*frozen).error().what, HasSubstr("frozen"));
}

} // namespace
} // namespace jitbox::apps
