// The control socket's commands.
// SPDX-License-Identifier: Apache-2.0
#include "signer/control_service.hpp"

namespace jitbox::signer {
namespace {

std::unexpected<Refusal> refuse(RefusalCode code, std::string what, std::string hint = {}) {
    return std::unexpected(Refusal{.code = code, .what = std::move(what), .hint = std::move(hint)});
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

std::string terms_text(const ArmRequest& request) {
    std::string out = "ttl " + std::to_string(request.ttl.count()) + " s, max plan " +
                      chain::to_decimal(request.max_plan_notional_wei) + " wei, max total " +
                      chain::to_decimal(request.max_total_notional_wei) + " wei, pools";
    for (const LeasePool& pool : request.pools)
        out += " " + std::to_string(pool.pool_id) + "@" + chain::to_decimal(pool.price0_x96) + "/" +
               chain::to_decimal(pool.price1_x96);
    return out;
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

void ControlService::handle(std::string_view line, const Peer& peer, LineServer::Reply reply) {
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
    if (const auto* stop = std::get_if<EstopRequest>(&parsed->request)) {
        trip("estop by " + stop->operator_name + ": " + stop->reason, event_of(peer, stop->operator_name, "estop", stop->reason));
        reply(answer(id, {}));
    } else if (const auto* arming = std::get_if<ArmRequest>(&parsed->request)) {
        arm(id, *arming, peer, std::move(reply));
    } else if (const auto* disarming = std::get_if<DisarmRequest>(&parsed->request)) {
        disarm(id, *disarming, peer, std::move(reply));
    } else if (const auto* resetting = std::get_if<ResetRequest>(&parsed->request)) {
        reset(id, *resetting, peer, std::move(reply));
    } else {
        reply(answer(id, {}));
    }
}

void ControlService::trip(const std::string& cause, const audit::Event& event) {
    parts_.latch.trip(cause);
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
    const auto decide = [&]() -> Answer<void> {
        const SignerStatus now = parts_.status();
        if (request.ttl > parts_.max_ttl)
            return refuse(RefusalCode::bad_request, "arm: ttl " + std::to_string(request.ttl.count()) +
                                                        " s is above limits.max_ttl_s " + std::to_string(parts_.max_ttl.count()));
        if (!now.hsm_ready) return refuse(RefusalCode::hsm_unavailable, "arm: the HSM is not ready: " + now.hsm_error);
        return parts_.latch.arm(request);
    };
    const auto armed = decide();
    event.result = armed ? "ok" : armed.error().what;
    if (auto recorded = record(event); !recorded) {
        parts_.latch.disarm("the arming could not be audited");
        return recorded;
    }
    return armed;
}

void ControlService::disarm(std::uint64_t id, const DisarmRequest& request, const Peer& peer, LineServer::Reply reply) {
    parts_.latch.disarm("disarmed by " + request.operator_name + ": " +
                        request.reason); // first: safer at once, whatever the disk does
    parts_.on_admin([this, id, reply = std::move(reply), event = event_of(peer, request.operator_name, "disarm", request.reason)] {
        answer_later(id, reply, record(event));
    });
}

void ControlService::reset(std::uint64_t id, const ResetRequest& request, const Peer& peer, LineServer::Reply reply) {
    parts_.on_admin([this, id, request, reply = std::move(reply),
                     event = event_of(peer, request.operator_name, "reset", "asked: " + request.reason)] {
        answer_later(id, reply, reset_now(request, event));
    });
}

Answer<void> ControlService::reset_now(const ResetRequest& request, audit::Event event) {
    const LatchView before = parts_.latch.view();
    if (request.operator_name.empty()) return refuse(RefusalCode::bad_request, "reset: operator is empty");
    if (before.state != ArmState::tripped)
        return refuse(RefusalCode::wrong_state, "reset: the signer is " + std::string(to_text(before.state)) + ", not TRIPPED");
    if (auto recorded = record(event); !recorded) return recorded;
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
