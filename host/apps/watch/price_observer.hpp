// The chain as the second price source (RISK-5), observed by jitd itself: the mean prices of the reference pools, written where the
// monitor reads the second source. What is stale, missing or contradicts the first source is the monitor's to judge.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/runtime/services.hpp"
#include "base/error.hpp"

#include <functional>
#include <memory>
#include <string>

namespace jitbox::apps {

/// On the io_context's thread, with a connection of its own.
class PriceObserver {
public:
    /// What keeps prices from being observed, each once; empty: it works again.
    using OnProblem = std::function<void(const std::string& problem)>;

    /// Asks every prices.observe_every_ms, beginning now. Errors: the node's URL.
    [[nodiscard]] static Result<std::unique_ptr<PriceObserver>> start(const Services& services, OnProblem on_problem);
    ~PriceObserver();
    PriceObserver(const PriceObserver&) = delete;
    PriceObserver& operator=(const PriceObserver&) = delete;

private:
    struct Impl;
    explicit PriceObserver(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace jitbox::apps
