// jitd's answers as text for people. Each takes the JSON of one answer; a member that is missing prints as "-".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/fwd.hpp>

#include <string>

namespace jitbox::apps {

[[nodiscard]] std::string print_state(const boost::json::value& answer);
[[nodiscard]] std::string print_status(const boost::json::value& answer);
[[nodiscard]] std::string print_pools(const boost::json::value& answer);
[[nodiscard]] std::string print_decisions(const boost::json::value& answer);
[[nodiscard]] std::string print_bundles(const boost::json::value& answer);
[[nodiscard]] std::string print_risk(const boost::json::value& answer);
[[nodiscard]] std::string print_risk_events(const boost::json::value& answer);
[[nodiscard]] std::string print_reviews(const boost::json::value& answer);
[[nodiscard]] std::string print_audit(const boost::json::value& answer);
/// One line of `jitctl watch`: time, stage, and what matters of it.
[[nodiscard]] std::string print_event(const boost::json::value& event);

} // namespace jitbox::apps
