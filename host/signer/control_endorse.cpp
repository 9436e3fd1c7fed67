// Endorsing: two people's yes to something that jitd does (loosening a protection level or the limits, going on after a halt),
// which is not the signer's own state. SPDX-License-Identifier: Apache-2.0
#include "signer/control_service.hpp"

#include <algorithm>
#include <array>

namespace jitbox::signer {
namespace {

/// Only these: approvals of an arming or a reset are used up by nothing else.
constexpr std::array<std::string_view, 3> endorsed_actions = {"loosen_level", "loosen_limits", "resume_halted"};

} // namespace

void ControlService::endorse(std::uint64_t id, const EndorseRequest& request, const Peer& peer, LineServer::Reply reply) {
    audit::Event event{.user = request.operator_name,
                       .action = request.action,
                       .resource = request.subject,
                       .result = "asked: " + std::to_string(request.approvals.size()) + " approval(s)",
                       .source = "unix uid " + std::to_string(peer.uid) + " pid " + std::to_string(peer.pid),
                       .agent = "signer-control",
                       .session = std::to_string(peer.session)};
    parts_.on_admin([this, id, request, reply = std::move(reply), event = std::move(event)] {
        answer_later(id, reply, endorse_now(request, event));
    });
}

Answer<void> ControlService::endorse_now(const EndorseRequest& request, audit::Event event) {
    if (std::ranges::find(endorsed_actions, request.action) == endorsed_actions.end())
        return std::unexpected(Refusal{.code = RefusalCode::bad_request,
                                       .what = "endorse: '" + request.action + "' is nothing to endorse",
                                       .hint = "loosen_level, loosen_limits, resume_halted"});
    if (request.action == "resume_halted" && parts_.latch.tripped())
        return std::unexpected(Refusal{.code = RefusalCode::tripped,
                                       .what = "resume_halted: the signer is TRIPPED: only a reset of the signer ends that",
                                       .hint = "ask for approvals again: `jitctl reset --request-approval`"});
    if (auto recorded = record(event); !recorded) return recorded;
    Answer<void> endorsed = check_loosening(request);
    if (endorsed && parts_.config.approvals.needed_to_reset())
        endorsed = use_approvals(request.action, request.subject, request.approvals);
    if (endorsed) endorsed = keep_limits(request.action, request.limits);
    event.result = endorsed ? "ok" : endorsed.error().what;
    if (auto recorded = record(event); !recorded) return recorded;
    return endorsed;
}

} // namespace jitbox::signer
