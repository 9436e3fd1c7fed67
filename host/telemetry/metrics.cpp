// The registry over prometheus-cpp.
// SPDX-License-Identifier: Apache-2.0
#include "telemetry/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>

namespace jitbox::telemetry {
namespace {

constexpr std::size_t ring_samples = 8192;

const prometheus::Histogram::BucketBoundaries& bucket_seconds() {
    static const prometheus::Histogram::BucketBoundaries bounds{1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3,
                                                                5e-3, 1e-2, 2e-2, 5e-2, 1e-1, 2e-1, 5e-1, 1,    2,    5,    10};
    return bounds;
}

/// The Prometheus histogram, and the newest samples as they were: buckets alone are too coarse for p99.9.
struct LatencyImpl {
    explicit LatencyImpl(prometheus::Histogram& h) : histogram(h) { newest.reserve(ring_samples); }

    prometheus::Histogram& histogram;
    std::mutex mutex;
    std::vector<std::int64_t> newest;
    std::uint64_t count = 0;
};

prometheus::Labels to_labels(const Labels& labels) {
    return {labels.begin(), labels.end()};
}

} // namespace

struct Metrics::Impl {
    std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
    std::map<prometheus::Histogram*, std::unique_ptr<LatencyImpl>> latencies;
    std::mutex mutex;
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

Counter Metrics::counter(const std::string& name, const std::string& help, const Labels& labels) {
    auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(*impl_->registry);
    return Counter(&family.Add(to_labels(labels)));
}

Gauge Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels) {
    auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(*impl_->registry);
    return Gauge(&family.Add(to_labels(labels)));
}

Latency Metrics::latency(const std::string& name, const std::string& help, const Labels& labels) {
    auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(*impl_->registry);
    auto& histogram = family.Add(to_labels(labels), bucket_seconds());
    const std::scoped_lock lock(impl_->mutex);
    auto& slot = impl_->latencies[&histogram];
    if (!slot) slot = std::make_unique<LatencyImpl>(histogram);
    return Latency(slot.get());
}

std::string Metrics::text() const {
    return prometheus::TextSerializer().Serialize(impl_->registry->Collect());
}

void Counter::add(double amount) const {
    static_cast<prometheus::Counter*>(impl_)->Increment(amount);
}

void Gauge::set(double value) const {
    static_cast<prometheus::Gauge*>(impl_)->Set(value);
}

double Gauge::value() const {
    return static_cast<prometheus::Gauge*>(impl_)->Value();
}

void Latency::observe(std::int64_t duration_ns) const {
    auto& latency = *static_cast<LatencyImpl*>(impl_);
    latency.histogram.Observe(static_cast<double>(duration_ns) * 1e-9);
    const std::scoped_lock lock(latency.mutex);
    if (latency.newest.size() < ring_samples) {
        latency.newest.push_back(duration_ns);
    } else {
        latency.newest[latency.count % ring_samples] = duration_ns;
    }
    ++latency.count;
}

Quantiles Latency::quantiles() const {
    auto& latency = *static_cast<LatencyImpl*>(impl_);
    std::vector<std::int64_t> samples;
    Quantiles out;
    {
        const std::scoped_lock lock(latency.mutex);
        samples = latency.newest;
        out.count = latency.count;
    }
    if (samples.empty()) return out;
    std::ranges::sort(samples);
    // Nearest rank: the smallest sample with at least the asked share at or below it.
    const auto rank = [&samples](std::size_t per_mille) {
        const std::size_t position = (samples.size() * per_mille + 999) / 1000;
        return samples[std::max<std::size_t>(position, 1) - 1];
    };
    out.p50_ns = rank(500);
    out.p90_ns = rank(900);
    out.p99_ns = rank(990);
    out.p999_ns = rank(999);
    out.max_ns = samples.back();
    return out;
}

} // namespace jitbox::telemetry
