// The anomaly rules between the screen, which judges plans, and what they are about: outcomes, times, access, the configuration.
// Keeps in the journal what a restart must not forget (RISK-4). SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/runtime/services.hpp"
#include "apps/watch/risk_history.hpp"
#include "risk/access.hpp"
#include "risk/events.hpp"
#include "risk/screen.hpp"

#include <functional>
#include <string>

namespace jitbox::apps {

struct ScreenCallbacks {
    std::function<void(risk::Severity severity, const std::string& rule, const std::string& text)> note;
    std::function<void(const std::string& action, const std::string& what)> audit;
    std::function<void(const std::string& key, const std::string& value)> remember; ///< in the journal's risk state
};

/// On jitd's loop.
class ScreenKeeper {
public:
    ScreenKeeper(const Services& services, risk::Screen& screen, ScreenCallbacks callbacks);

    /// Limits are not those of the last run.
    void configuration_changed(const std::string& text);
    /// What the journal knows, after configuration_changed(). `configuration`: keccak256 of the file in force.
    void restore(const RiskHistory& past, const std::string& configuration);
    void posted(std::int64_t frame_to_post_ns);
    void ended(const Bytes20& pool, bool included);
    void accessed(const risk::AccessCounts& totals);
    /// Once a monitor period: reviews are kept when one has changed, baselines once a second.
    void keep();

private:
    void success_condition();
    void timing_condition();
    void access_condition();

    const RiskConfig& rules_;
    risk::Screen& screen_;
    ScreenCallbacks callbacks_;
    risk::Drift success_;
    risk::Drift timing_;
    risk::AccessPattern access_;
    std::string access_problem_;
    std::uint64_t changes_kept_ = 0; ///< of the screen's reviews
    std::uint64_t periods_ = 0;
    bool baselines_changed_ = false;
};

} // namespace jitbox::apps
