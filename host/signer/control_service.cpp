// The control socket's commands.
// SPDX-License-Identifier: Apache-2.0
#include "signer/control_service.hpp"

#include <algorithm>

#include <unistd.h>

namespace jitbox::signer {
namespace {

std::unexpected<Refusal> refuse(RefusalCode code, std::string what, std::string hint = {}) {
    return std::unexpected(Refusal{.code = code, .what = std::move(what), .hint = std::move(hint)});
}

constexpr const char* reset_hint = "`jitctl reset` after the cause is understood";

Answer<void> check_ttl(const std::string& action, std::chrono::seconds ttl, std::chrono::seconds max_ttl) {
    if (ttl <= max_ttl) return {};
    return refuse(RefusalCode::bad_request, action + ": ttl " + std::to_string(ttl.count()) + " s is above limits.max_ttl_s " +
                                                std::to_string(max_ttl.count()));
}

audit::Event event_of(const Peer& peer, std::string user, std::string action, std::string result) {
    return {.user = std::move(user),
            .action = std::move(action),
            .resource = "signer",
            .result = std::move(result),
            .source = "unix uid " + std::to_string(peer.uid) + " pid " + std::to_string(peer.pid),
            .agent = "signer-control",
            .session = std::to_string(peer.session)};
}

std::string approved_by(const std::vector<Approval>& approvals) {
    std::string out;
    for (const Approval& approval : approvals) out += (out.empty() ? ", approvals of " : ", ") + approval.approver;
    return out;
}

std::string terms_text(const ArmRequest& request) {
    std::string out = request.environment + ", ttl " + std::to_string(request.ttl.count()) + " s, loss budget " +
                      chain::to_decimal(request.loss_budget_wei) + " wei, max plan " +
                      chain::to_decimal(request.max_plan_notional_wei) + " wei, max total " +
                      chain::to_decimal(request.max_total_notional_wei) + " wei, pools";
    for (const LeasePool& pool : request.pools)
        out += " " + std::to_string(pool.pool_id) + "@" + chain::to_decimal(pool.price0_x96) + "/" +
               chain::to_decimal(pool.price1_x96);
    return out + ", limits " + (request.limits.empty() ? "not told" : limits_digest(request.limits)) +
           approved_by(request.approvals);
}

/// The signer's own user is never restricted by a list.
bool is_listed(const Peer& peer, const std::vector<std::uint32_t>& users) {
    return peer.uid != ::geteuid() && std::ranges::find(users, peer.uid) != users.end();
}

/// What the lease is; the limits are in the book.
ArmRequest terms_of(ArmRequest request) {
    request.limits.clear();
    return request;
}

} // namespace

std::string ControlService::answer(std::uint64_t id, const Answer<void>& done) {
    return format_answer(id, done ? Answer<SignerStatus>(parts_.status()) : Answer<SignerStatus>(std::unexpected(done.error())));
}

void ControlService::answer_later(std::uint64_t id, LineServer::Reply reply, Answer<void> done) {
    parts_.on_control([this, id, reply = std::move(reply), done = std::move(done)] { reply(answer(id, done)); });
}

Answer<void> ControlService::record(const audit::Event& event) {
    const auto written = parts_.audit.append(event);
    if (written) return {};
    parts_.report("audit_failed", written.error().text());
    return refuse(RefusalCode::audit_unavailable, event.action + ": " + written.error().what, written.error().hint);
}

bool ControlService::only_watches(const Peer& peer) const {
    return is_listed(peer, parts_.config.watcher_uids);
}

Answer<void> ControlService::check_role(const ControlRequest& request, const Peer& peer) const {
    const bool open = std::holds_alternative<EstopRequest>(request) || std::holds_alternative<DisarmRequest>(request) ||
                      std::holds_alternative<ResetRequest>(request) || std::holds_alternative<StatusRequest>(request);
    if (open || !is_listed(peer, parts_.config.operator_uids)) return {};
    parts_.report("operator_refused", "uid " + std::to_string(peer.uid) + " pid " + std::to_string(peer.pid));
    return refuse(RefusalCode::forbidden,
                  "uid " + std::to_string(peer.uid) + " may only stop, disarm, reset and ask for the status here",
                  "jitd arms, after its preconditions: use jitctl; jitd's user stands in signer.allowed_uids");
}

std::string ControlService::answer_watcher(std::string_view line, const Peer& peer) {
    const auto parsed = parse_control_request(line);
    if (parsed && std::holds_alternative<StatusRequest>(parsed->request)) return answer(parsed->id, {});
    parts_.report("watcher_refused", "uid " + std::to_string(peer.uid) + " pid " + std::to_string(peer.pid));
    return answer(parsed ? parsed->id : 0,
                  refuse(RefusalCode::forbidden, "uid " + std::to_string(peer.uid) + " may only ask for the status",
                         "it stands in signer.watcher_uids; who gives commands stands in signer.operator_uids"));
}

void ControlService::handle(std::string_view line, const Peer& peer, LineServer::Reply reply) {
    if (only_watches(peer)) {
        reply(answer_watcher(line, peer));
        return;
    }
    const auto parsed = parse_control_request(line);
    if (!parsed) {
        // Stopping is always allowed: a line that means to stop but is malformed stops too.
        if (line.find("\"estop\"") != std::string_view::npos) {
            trip("estop (malformed request)", event_of(peer, "unknown", "estop", "malformed request: " + parsed.error().what));
            reply(answer(0, {}));
            return;
        }
        reply(answer(0, refuse(RefusalCode::bad_request, parsed.error().what)));
        return;
    }
    const std::uint64_t id = parsed->id;
    if (const auto allowed = check_role(parsed->request, peer); !allowed) {
        reply(answer(id, allowed));
        return;
    }
    if (const auto* stop = std::get_if<EstopRequest>(&parsed->request)) {
        trip("estop by " + stop->operator_name + ": " + stop->reason, event_of(peer, stop->operator_name, "estop", stop->reason));
        reply(answer(id, {}));
    } else if (const auto* arming = std::get_if<ArmRequest>(&parsed->request)) {
        arm(id, *arming, peer, std::move(reply));
    } else if (const auto* renewing = std::get_if<RenewRequest>(&parsed->request)) {
        renew(id, *renewing, peer, std::move(reply));
    } else if (std::holds_alternative<HeartbeatRequest>(parsed->request)) {
        parts_.latch.heartbeat();
        reply(answer(id, {}));
    } else if (const auto* disarming = std::get_if<DisarmRequest>(&parsed->request)) {
        disarm(id, *disarming, peer, std::move(reply));
    } else if (const auto* resetting = std::get_if<ResetRequest>(&parsed->request)) {
        reset(id, *resetting, peer, std::move(reply));
    } else if (const auto* endorsing = std::get_if<EndorseRequest>(&parsed->request)) {
        endorse(id, *endorsing, peer, std::move(reply));
    } else {
        reply(answer(id, {}));
    }
}

void ControlService::trip(const std::string& cause, const audit::Event& event) {
    parts_.latch.trip(cause);
    parts_.drop_menu();
    parts_.on_admin([this, event] {
        if (const auto stored = parts_.trip_file.store(true); !stored) parts_.report("trip_not_stored", stored.error().text());
        std::ignore = record(event); // a stop that cannot be audited is still a stop; record() has reported it
    });
    parts_.report("tripped", cause);
}

void ControlService::note(std::string action, std::string result) {
    parts_.report(action, result);
    parts_.on_admin([this, action = std::move(action), result = std::move(result)] {
        std::ignore =
            record({.user = "system", .action = action, .resource = "signer", .result = result}); // record() reports a failure
    });
}

void ControlService::arm(std::uint64_t id, const ArmRequest& request, const Peer& peer, LineServer::Reply reply) {
    parts_.on_admin([this, id, request, reply = std::move(reply),
                     event = event_of(peer, request.operator_name, "arm", "asked: " + terms_text(request))] {
        answer_later(id, reply, arm_now(request, event));
    });
}

Answer<void> ControlService::arm_now(const ArmRequest& request, audit::Event event) {
    if (auto recorded = record(event); !recorded) return recorded;
    auto armed = check_arm(request);
    if (armed) armed = check_limits(request);
    if (armed) armed = authorise(request);
    if (armed) armed = keep_limits("arm", request.limits);
    if (armed) armed = parts_.latch.arm(terms_of(request));
    event.result = armed ? "ok" : armed.error().what;
    if (auto recorded = record(event); !recorded) {
        parts_.latch.audit_lost("the arming could not be audited");
        return recorded;
    }
    return armed;
}

/// What can be refused before an approval is used up.
Answer<void> ControlService::check_arm(const ArmRequest& request) const {
    const SignerStatus now = parts_.status();
    const Config& config = parts_.config;
    if (now.state == ArmState::tripped) return refuse(RefusalCode::tripped, "TRIPPED: " + now.cause, reset_hint);
    if (request.environment != config.environment)
        return refuse(RefusalCode::bad_request,
                      "arm: the lease is for '" + request.environment + "', the signer is configured for '" + config.environment +
                          "'",
                      "make `environment` the same in both configurations");
    if (auto legal = check_ttl("arm", request.ttl, config.max_ttl); !legal) return legal;
    if (auto possible = check_prices(config.price_bounds, request.pools); !possible) return possible;
    if (!now.hsm_ready) return refuse(RefusalCode::hsm_unavailable, "arm: the HSM is not ready: " + now.hsm_error);
    if (const std::string objection = parts_.key_objection(); !objection.empty())
        return refuse(RefusalCode::key_illegal, "arm: " + objection, "rotate the keys: `jitctl key rotate`");
    if (const std::string objection = parts_.audit_objection(); !objection.empty())
        return refuse(RefusalCode::audit_unavailable, "arm: " + objection,
                      "`jitctl audit verify`; repair the anchor (TPM or mount)");
    return {};
}

Answer<void> ControlService::authorise(const ArmRequest& request) {
    const Config& config = parts_.config;
    if (config.approvals.approvers.empty()) return {};
    if (!request.approvals.empty())
        return use_approvals("arm", arm_subject(config.limits.chain_id, config.limits.executor, request), request.approvals);
    return parts_.approvals.arm_alone(request.max_total_notional_wei, config.approvals.arm_threshold_wei,
                                      std::chrono::system_clock::now());
}

Answer<void> ControlService::use_approvals(std::string_view action, const std::string& subject,
                                           const std::vector<Approval>& approvals) {
    return parts_.approvals.use(parts_.config.approvals.approvers, action, subject, approvals, std::chrono::system_clock::now());
}

void ControlService::renew(std::uint64_t id, const RenewRequest& request, const Peer& peer, LineServer::Reply reply) {
    parts_.on_admin([this, id, request, reply = std::move(reply),
                     event = event_of(peer, request.operator_name, "renew",
                                      "asked: ttl " + std::to_string(request.ttl.count()) + " s" +
                                          approved_by(request.approvals))] { answer_later(id, reply, renew_now(request, event)); });
}

Answer<void> ControlService::check_renew(const RenewRequest& request, const LatchView& now) const {
    if (request.operator_name.empty()) return refuse(RefusalCode::bad_request, "renew: operator is empty");
    if (now.state != ArmState::armed)
        return refuse(RefusalCode::wrong_state,
                      "renew: the signer is " + std::string(to_text(now.state)) + ", not ARMED: " + now.cause,
                      now.state == ArmState::tripped ? reset_hint : "`jitctl arm`");
    return check_ttl("renew", request.ttl, parts_.config.max_ttl);
}

Answer<void> ControlService::renew_now(const RenewRequest& request, audit::Event event) {
    if (auto recorded = record(event); !recorded) return recorded;
    const LatchView now = parts_.latch.view();
    const Config& config = parts_.config;
    auto renewed = check_renew(request, now);
    const bool two_peoples = config.approvals.needed_to_reset() && !now.lease.terms.approvals.empty();
    if (renewed && two_peoples)
        renewed = use_approvals("renew", renew_subject(config.limits.chain_id, config.limits.executor, now.lease.id, request),
                                request.approvals);
    if (renewed) renewed = parts_.latch.renew(now.lease.number, request.ttl, "renewed by " + request.operator_name);
    event.result = renewed ? "ok" : renewed.error().what;
    if (auto recorded = record(event); !recorded) {
        parts_.latch.audit_lost("the renewal could not be audited");
        return recorded;
    }
    return renewed;
}

void ControlService::disarm(std::uint64_t id, const DisarmRequest& request, const Peer& peer, LineServer::Reply reply) {
    parts_.latch.disarm("disarmed by " + request.operator_name + ": " +
                        request.reason); // first: safer at once, whatever the disk does
    parts_.drop_menu();
    parts_.on_admin([this, id, reply = std::move(reply), event = event_of(peer, request.operator_name, "disarm", request.reason)] {
        answer_later(id, reply, record(event));
    });
}

void ControlService::reset(std::uint64_t id, const ResetRequest& request, const Peer& peer, LineServer::Reply reply) {
    parts_.on_admin(
        [this, id, request, reply = std::move(reply),
         event = event_of(peer, request.operator_name, "reset", "asked: " + request.reason + approved_by(request.approvals))] {
            answer_later(id, reply, reset_now(request, event));
        });
}

Answer<void> ControlService::reset_now(const ResetRequest& request, audit::Event event) {
    const LatchView before = parts_.latch.view();
    if (request.operator_name.empty()) return refuse(RefusalCode::bad_request, "reset: operator is empty");
    if (before.state != ArmState::tripped)
        return refuse(RefusalCode::wrong_state, "reset: the signer is " + std::string(to_text(before.state)) + ", not TRIPPED");
    if (auto recorded = record(event); !recorded) return recorded;
    const Config& config = parts_.config;
    if (config.approvals.needed_to_reset()) {
        const auto subject = reset_subject(config.limits.chain_id, config.limits.executor, before.trip_id);
        if (auto approved = use_approvals("reset", subject, request.approvals); !approved) {
            event.result = approved.error().what;
            std::ignore = record(event); // nothing has changed; record() reports a failure
            return approved;
        }
    }
    if (const auto stored = parts_.trip_file.store(false); !stored)
        return refuse(RefusalCode::internal, "reset: " + stored.error().what, stored.error().hint);
    auto done = parts_.latch.reset(before.trips, "reset by " + request.operator_name + ": " + request.reason);
    event.result = done ? "ok" : done.error().what;
    if (auto recorded = record(event); !recorded) {
        parts_.latch.trip("the reset could not be audited");
        if (const auto stored = parts_.trip_file.store(true); !stored) parts_.report("trip_not_stored", stored.error().text());
        return recorded;
    }
    return done;
}

} // namespace jitbox::signer
