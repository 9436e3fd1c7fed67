// jitd's answers to `jitctl risk` and `jitctl review`, as JSON text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/watch/risk_watch.hpp"
#include "apps/watch/vault.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace jitbox::apps {

struct RiskReportInputs {
    const Services& services;
    RiskView view;
    std::vector<VaultHolding> holdings;
    std::optional<u256> ether_wei; ///< native, of executor and lanes
    risk::Limits in_force;
    std::size_t days = 0;             ///< with results, of the value at risk
    chain::i256 marked_today_wei = 0; ///< what the vault gained or lost by prices alone
    const risk::EventRing& events;
};

[[nodiscard]] std::string risk_report(const RiskReportInputs& inputs);
[[nodiscard]] Result<std::string> risk_events_report(store::Journal& journal, std::size_t limit);
[[nodiscard]] std::string reviews_report(const std::vector<risk::Review>& reviews);
/// The members that `jitctl status` shows of it.
void add_risk_view(boost::json::object& risk, const RiskView& view);

} // namespace jitbox::apps
