// The series that Prometheus reads, the quantiles, and the stage clock.
// SPDX-License-Identifier: Apache-2.0
#include "telemetry/metrics.hpp"
#include "telemetry/stage_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jitbox::telemetry {
namespace {

using testing::HasSubstr;

TEST(MetricsTest, the_same_name_and_labels_are_the_same_series) {
    Metrics metrics;
    metrics.counter("jitbox_tx_total", "transactions", {{"status", "ok"}}).add();
    metrics.counter("jitbox_tx_total", "transactions", {{"status", "ok"}}).add(2);
    metrics.counter("jitbox_tx_total", "transactions", {{"status", "rejected"}}).add();
    EXPECT_THAT(metrics.text(), HasSubstr("jitbox_tx_total{status=\"ok\"} 3"));
    EXPECT_THAT(metrics.text(), HasSubstr("jitbox_tx_total{status=\"rejected\"} 1"));
}

TEST(MetricsTest, a_gauge_holds_the_last_value) {
    Metrics metrics;
    const Gauge armed = metrics.gauge("jitbox_armed", "1 while armed");
    armed.set(1);
    armed.set(0);
    EXPECT_EQ(armed.value(), 0.0);
}

TEST(MetricsTest, quantiles_are_nearest_rank_over_the_newest_samples) {
    Metrics metrics;
    const Latency latency = metrics.latency("jitbox_stage_seconds", "by stage", {{"stage", "parsed"}});
    for (int i = 1; i <= 1000; ++i) latency.observe(i * 1000);
    const Quantiles quantiles = latency.quantiles();
    EXPECT_EQ(quantiles.count, 1000U);
    EXPECT_EQ(quantiles.p50_ns, 500'000);
    EXPECT_EQ(quantiles.p99_ns, 990'000);
    EXPECT_EQ(quantiles.p999_ns, 999'000);
    EXPECT_EQ(quantiles.max_ns, 1'000'000);
    for (int i = 0; i < 8192; ++i) latency.observe(5);
    EXPECT_EQ(latency.quantiles().p999_ns, 5);
    EXPECT_THAT(metrics.text(), HasSubstr("jitbox_stage_seconds_bucket{stage=\"parsed\",le=\"1e-05\"}"));
}

TEST(StageClockTest, a_duration_counts_from_the_stage_before_and_a_missing_stage_has_none) {
    StageClock clock;
    clock.mark(Stage::frame, 100);
    clock.mark(Stage::parsed, 130);
    clock.mark(Stage::posted, 1000);
    EXPECT_EQ(clock.duration(Stage::parsed), 30);
    EXPECT_EQ(clock.duration(Stage::decided), -1);
    EXPECT_EQ(clock.between(Stage::frame, Stage::posted), 900);
    EXPECT_EQ(name_of(Stage::signed_), "signed");
}

} // namespace
} // namespace jitbox::telemetry
