// Looser limits (API-3): the signer itself holds jitd's against those of the last arming, so that nothing in jitd's journal decides
// it.
// SPDX-License-Identifier: Apache-2.0
#include "signer/control_service.hpp"

#include <boost/json.hpp>

namespace jitbox::signer {
namespace {

std::unexpected<Refusal> refuse(RefusalCode code, std::string what, std::string hint = {}) {
    return std::unexpected(Refusal{.code = code, .what = std::move(what), .hint = std::move(hint)});
}

std::string joined(const std::vector<std::string>& items) {
    std::string out;
    for (const std::string& item : items) out += (out.empty() ? "" : ", ") + item;
    return out;
}

/// The text that `name` has in the object `json`; empty when there is none.
std::string text_of(const std::string& json, std::string_view name) {
    boost::system::error_code error;
    const auto value = boost::json::parse(json, error);
    const auto* const member = error || !value.is_object() ? nullptr : value.get_object().if_contains(name);
    return member == nullptr || !member->is_string() ? "" : std::string(member->get_string());
}

} // namespace

Answer<void> ControlService::check_limits(const ArmRequest& request) const {
    if (const std::string& objection = parts_.limits.objection(); !objection.empty())
        return refuse(RefusalCode::approvals_needed, "arm: " + objection,
                      "find out who changed it; then two people accept the limits anew: jitctl risk limits, with their approvals");
    if (request.limits.empty()) {
        if (parts_.config.environment == "development" && parts_.limits.terms().empty()) return {};
        return refuse(RefusalCode::bad_request, "arm: the limits are not told",
                      "jitd sends them: arm with `jitctl arm`, and with a jitd of this version");
    }
    const auto now = parse_limit_terms(request.limits);
    if (!now) return refuse(RefusalCode::bad_request, "arm: " + now.error().what);
    if (parts_.limits.terms().empty()) return {};
    const auto looser = looser_terms(parts_.limits.terms(), *now);
    if (looser.empty()) return {};
    return refuse(RefusalCode::approvals_needed,
                  "arm: " + std::to_string(looser.size()) + " limit(s) are looser than at the last arming: " + joined(looser),
                  "two people accept them: jitctl risk limits, with their approvals");
}

Answer<void> ControlService::check_loosening(const EndorseRequest& request) const {
    if (request.action != "loosen_limits") {
        if (request.limits.empty()) return {};
        return refuse(RefusalCode::bad_request, request.action + ": limits are accepted by loosen_limits alone",
                      "what was approved for something else loosens no limit");
    }
    if (const auto terms = parse_limit_terms(request.limits); !terms)
        return refuse(RefusalCode::bad_request, "loosen_limits: " + terms.error().what, "jitd sends the limits with the request");
    if (text_of(request.subject, "limits_now") != limits_digest(request.limits))
        return refuse(RefusalCode::bad_request, "loosen_limits: the subject names other limits than the request has");
    if (const std::string held = parts_.limits.digest(); !held.empty() && text_of(request.subject, "limits_before") != held)
        return refuse(RefusalCode::bad_request, "loosen_limits: the last arming had other limits than the subject names",
                      "ask for approvals again: `jitctl risk limits --request-approval`");
    return {};
}

Answer<void> ControlService::keep_limits(const std::string& action, const std::string& limits) {
    if (limits.empty()) return {};
    const auto kept = parts_.limits.keep(limits, std::chrono::system_clock::now());
    if (kept) return {};
    return refuse(RefusalCode::ledger_unavailable, action + ": the limits cannot be kept: " + kept.error().what, kept.error().hint);
}

} // namespace jitbox::signer
