// An operator's commands in the signer's terms.
// SPDX-License-Identifier: Apache-2.0
#include "apps/arming/lease_requests.hpp"

#include "apps/config/approved_prices.hpp"
#include "apps/config/limit_terms.hpp"
#include "apps/runtime/parts.hpp"
#include "signer/approval.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace jitbox::apps {
namespace {

Result<std::vector<signer::Approval>> parse_approvals(const std::vector<std::string>& lines) {
    std::vector<signer::Approval> out;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        auto approval = signer::parse_approval(lines[i]);
        if (!approval)
            return fail("approval " + std::to_string(i + 1) + ": " + approval.error().what, "give what `jitctl approve` printed");
        out.push_back(std::move(*approval));
    }
    return out;
}

Result<std::string> subject_of(const Config& config, const TokenPrices& prices, const ArmView& /*unused*/,
                               const control::ArmCommand& command) {
    const auto request = arm_request(config, prices, command);
    if (!request) return std::unexpected(request.error());
    return signer::arm_subject(config.chain.id, config.chain.executor, *request);
}

Result<std::string> subject_of(const Config& config, const TokenPrices& /*unused*/, const ArmView& view,
                               const control::RenewCommand& command) {
    const auto request = renew_request(command);
    if (!request) return std::unexpected(request.error());
    if (view.signer.lease_id.empty()) return fail("renew: there is no lease", "jitctl arm");
    return signer::renew_subject(config.chain.id, config.chain.executor, view.signer.lease_id, *request);
}

Result<std::string> subject_of(const Config& config, const TokenPrices& /*unused*/, const ArmView& view,
                               const control::ResetCommand& /*unused*/) {
    if (view.signer.trip_id.empty()) return fail("reset: the signer is not TRIPPED");
    return signer::reset_subject(config.chain.id, config.chain.executor, view.signer.trip_id);
}

Result<std::string> subject_of(const Config& /*unused*/, const TokenPrices& /*unused*/, const ArmView& /*unused*/,
                               const control::RiskCommand& /*unused*/) {
    return fail("control: this loosens nothing");
}

constexpr std::string_view action_of(const control::Approvable& what) {
    constexpr std::array<std::string_view, 4> names = {"arm", "renew", "reset", "risk"};
    return names.at(what.index());
}

} // namespace

Result<signer::ArmRequest> arm_request(const Config& config, const TokenPrices& prices, const control::ArmCommand& command) {
    auto pools = lease_pools(config, prices, command.pools);
    if (!pools) return std::unexpected(pools.error());
    auto approvals = parse_approvals(command.approvals);
    if (!approvals) return std::unexpected(approvals.error());
    for (const signer::Approval& approval : *approvals) {
        auto moved = take_approved_prices(approval.subject, config.prices.max_difference_ppm, *pools);
        if (!moved) return std::unexpected(moved.error());
    }
    return signer::ArmRequest{.operator_name = command.operator_name,
                              .environment = config.environment,
                              .ttl = command.ttl,
                              .loss_budget_wei = command.loss_budget_wei.value_or(config.risk.max_daily_loss_wei),
                              .max_plan_notional_wei = std::min(config.risk.max_position_wei, command.max_notional_wei),
                              .max_total_notional_wei = command.max_notional_wei,
                              .pools = std::move(*pools),
                              .limits = signer::format_limit_terms(limit_terms(config)),
                              .approvals = std::move(*approvals)};
}

Result<signer::RenewRequest> renew_request(const control::RenewCommand& command) {
    auto approvals = parse_approvals(command.approvals);
    if (!approvals) return std::unexpected(approvals.error());
    return signer::RenewRequest{.operator_name = command.operator_name, .ttl = command.ttl, .approvals = std::move(*approvals)};
}

Result<signer::ResetRequest> reset_request(const control::ResetCommand& command) {
    auto approvals = parse_approvals(command.approvals);
    if (!approvals) return std::unexpected(approvals.error());
    return signer::ResetRequest{
        .operator_name = command.operator_name, .reason = command.reason, .approvals = std::move(*approvals)};
}

Result<signer::EndorseRequest> endorse_request(const std::string& operator_name, const std::vector<std::string>& approvals,
                                               std::string action, std::string subject) {
    auto parsed = parse_approvals(approvals);
    if (!parsed) return std::unexpected(parsed.error());
    return signer::EndorseRequest{.operator_name = operator_name,
                                  .action = std::move(action),
                                  .subject = std::move(subject),
                                  .limits = {},
                                  .approvals = std::move(*parsed)};
}

Result<std::string> approval_report(const Config& config, const TokenPrices& prices, const ArmView& view,
                                    const control::Approvable& what) {
    const auto subject = std::visit([&](const auto& command) { return subject_of(config, prices, view, command); }, what);
    if (!subject) return std::unexpected(subject.error());
    return boost::json::serialize(boost::json::object{{"action", action_of(what)}, {"subject", *subject}});
}

} // namespace jitbox::apps
