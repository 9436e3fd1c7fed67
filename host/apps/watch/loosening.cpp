// Subjects of approvals.
// SPDX-License-Identifier: Apache-2.0
#include "apps/watch/loosening.hpp"

#include "base/hex.hpp"
#include "chain/keccak.hpp"

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

std::string digest(const LimitTerms& terms) {
    const std::string text = format_limit_terms(terms);
    return to_hex(chain::keccak256(BytesView(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())));
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

Loosening limits_loosening(const Config& config, const LimitTerms& before, const control::RiskCommand& command) {
    const LimitTerms now = limit_terms(config);
    const auto looser = looser_terms(before, now);
    json::object subject = subject_of(config, command);
    subject["looser"] = json::array(looser.begin(), looser.end());
    subject["limits_before"] = digest(before);
    subject["limits_now"] = digest(now);
    return {.action = "loosen_limits", .subject = json::serialize(subject)};
}

std::string loosening_report(const Loosening& what) {
    return json::serialize(json::object{{"action", what.action}, {"subject", what.subject}});
}

} // namespace jitbox::apps
