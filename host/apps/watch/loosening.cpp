// Subjects of approvals.
// SPDX-License-Identifier: Apache-2.0
#include "apps/watch/loosening.hpp"

#include "base/hex.hpp"

#include <boost/json.hpp>

namespace jitbox::apps {
namespace {

namespace json = boost::json;

json::object subject_of(const Config& config, const control::RiskCommand& command) {
    return {{"chain_id", config.chain.id},
            {"executor", to_hex(config.chain.executor)},
            {"operator", command.operator_name},
            {"reason", command.reason}};
}

} // namespace

Loosening level_loosening(const Config& config, const StandingLevel& from, risk::Protection to,
                          const control::RiskCommand& command) {
    json::object subject = subject_of(config, command);
    subject["from"] = std::string(to_text(from.level));
    subject["to"] = std::string(to_text(to));
    subject["cause"] = from.cause;
    subject["since"] = from.since;
    return {.action = "loosen_level", .subject = json::serialize(subject)};
}

Loosening limits_loosening(const Config& config, const std::string& before, const std::vector<std::string>& looser,
                           const control::RiskCommand& command) {
    json::object subject = subject_of(config, command);
    subject["looser"] = json::array(looser.begin(), looser.end());
    subject["limits_before"] = before;
    subject["limits_now"] = signer::limits_digest(signer::format_limit_terms(limit_terms(config)));
    return {.action = "loosen_limits", .subject = json::serialize(subject)};
}

std::string loosening_report(const Loosening& what) {
    return json::serialize(json::object{{"action", what.action}, {"subject", what.subject}});
}

} // namespace jitbox::apps
