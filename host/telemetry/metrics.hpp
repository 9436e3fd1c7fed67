// Metrics: counters, gauges and latency histograms, as Prometheus reads them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace jitbox::telemetry {

using Labels = std::vector<std::pair<std::string, std::string>>;

/// Handles are cheap to copy, callable from any thread and live as long as the Metrics that made them.
class Counter {
public:
    void add(double amount = 1) const;

private:
    friend class Metrics;
    explicit Counter(void* impl) : impl_(impl) {}
    void* impl_;
};

class Gauge {
public:
    void set(double value) const;
    [[nodiscard]] double value() const;

private:
    friend class Metrics;
    explicit Gauge(void* impl) : impl_(impl) {}
    void* impl_;
};

/// Quantiles of the newest samples (up to 8,192), in nanoseconds; zero without samples.
struct Quantiles {
    std::uint64_t count = 0; ///< of all samples ever
    std::int64_t p50_ns = 0, p90_ns = 0, p99_ns = 0, p999_ns = 0, max_ns = 0;
};

class Latency {
public:
    void observe(std::int64_t duration_ns) const;
    [[nodiscard]] Quantiles quantiles() const;

private:
    friend class Metrics;
    explicit Latency(void* impl) : impl_(impl) {}
    void* impl_;
};

/// The registry. Names are Prometheus names with unit (`jitbox_..._total`, `..._seconds`); asking twice for the same name and
/// labels gives the same series.
class Metrics {
public:
    Metrics();
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    [[nodiscard]] Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
    [[nodiscard]] Gauge gauge(const std::string& name, const std::string& help, const Labels& labels = {});
    /// Buckets from 1 us to 10 s in steps 1-2-5, exposed in seconds.
    [[nodiscard]] Latency latency(const std::string& name, const std::string& help, const Labels& labels = {});

    /// The exposition text, for /metrics.
    [[nodiscard]] std::string text() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace jitbox::telemetry
