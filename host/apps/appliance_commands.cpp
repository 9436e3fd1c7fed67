// What operators ask of a running jitd, through the control socket.
// SPDX-License-Identifier: Apache-2.0
#include "apps/appliance_parts.hpp"
#include "apps/arming/lease_requests.hpp"
#include "apps/arming/preconditions.hpp"
#include "apps/reports.hpp"
#include "apps/runtime/parts.hpp"

#include <fmt/format.h>

#include <utility>

namespace jitbox::apps {

using control::Answer;
using control::Respond;

void Appliance::Impl::answer_state(const signer::Answer<signer::SignerStatus>& answer, const Respond& respond) const {
    if (answer) {
        respond(state_report(arming));
    } else {
        respond(std::unexpected(answer.error().error()));
    }
}

void Appliance::Impl::arm(const control::ArmCommand& command, Respond respond) {
    auto asked = arm_request(config, prices, command);
    if (!asked) {
        respond(std::unexpected(asked.error()));
        return;
    }
    check_preconditions({.services = services,
                         .market = market,
                         .arming = arming,
                         .node = node,
                         .lanes_ready = lane_keeper.ready(),
                         .engine_error = keeper.error(),
                         .engine_is_card = engine->info().name != "native",
                         .unresolved_alert = halt.objection(),
                         .audit_problem = audit_objection(config, *audit_log),
                         .risk_objections = risk_watch.objections()},
                        [this, request = std::move(*asked), respond = std::move(respond)](const std::vector<Error>& objections) {
                            if (halt.standing() && objections.empty()) {
                                respond(fail("arm: stopped meanwhile: " + halt.objection(), "jitctl reset after looking"));
                            } else if (objections.empty()) {
                                arm_signer(request, respond);
                            } else {
                                respond(refusal(objections));
                            }
                        });
}

Answer Appliance::Impl::refusal(const std::vector<Error>& objections) {
    std::string text = fmt::format("refused, {} reason(s):", objections.size());
    for (const Error& objection : objections) text += "\n  - " + objection.text();
    return fail(text);
}

void Appliance::Impl::arm_signer(const signer::ArmRequest& request, const Respond& respond) {
    arming.arm(request, [this, respond](const signer::Answer<signer::SignerStatus>& answer) {
        if (answer) {
            risk_watch.armed();
            if (keeper.error().empty()) engine->unfreeze(); // else the monitor disarms in its next turn
            lane_keeper.recover();
        }
        answer_state(answer, respond);
    });
}

void Appliance::Impl::disarm(const std::string& operator_name, const std::string& reason, Respond respond) {
    arming.disarm(operator_name, reason,
                  [this, respond = std::move(respond)](const auto& answer) { answer_state(answer, respond); });
}

void Appliance::Impl::estop(const std::string& operator_name, const std::string& reason, Respond respond) {
    stop_here(reason);
    arming.estop(operator_name, reason, [this, respond = std::move(respond)](const signer::Answer<signer::SignerStatus>& answer) {
        if (answer)
            answer_state(answer, respond);
        else
            answer_owed(answer.error().error(), respond);
    });
}

void Appliance::Impl::answer_owed(const Error& untold, const Respond& respond) {
    halt.when_durable([untold, respond](const Result<void>& durable) {
        const std::string kept = durable ? "; jitd has stopped, and tells it when it answers, also after a restart"
                                         : "; jitd has stopped, but not durably: " + durable.error().what;
        respond(fail(untold.what + kept, durable ? untold.hint : durable.error().hint));
    });
}

void Appliance::Impl::renew(const control::RenewCommand& command, Respond respond) {
    auto asked = renew_request(command);
    if (!asked) {
        respond(std::unexpected(asked.error()));
        return;
    }
    arming.renew(std::move(*asked), [this, respond = std::move(respond)](const auto& answer) { answer_state(answer, respond); });
}

void Appliance::Impl::reset(const control::ResetCommand& command, Respond respond) {
    if (engine->stop_line_on()) { // it would trip again at once
        respond(fail("the card's stop line is on", "take it off at the card, then reset"));
        return;
    }
    if (halt.standing() && !halt.signer_tripped())
        resume_halted(command, respond);
    else
        reset_signer(command, respond);
}

void Appliance::Impl::reset_signer(const control::ResetCommand& command, const Respond& respond) {
    auto asked = reset_request(command);
    if (!asked) {
        respond(std::unexpected(asked.error()));
        return;
    }
    arming.reset(std::move(*asked), [this, command, respond](const signer::Answer<signer::SignerStatus>& answer) {
        if (answer) resume(command);
        answer_state(answer, respond);
    });
}

void Appliance::Impl::resume_halted(const control::ResetCommand& command, const Respond& respond) {
    const std::string subject = halt.subject(command);
    auto asked = endorse_request(command.operator_name, command.approvals, resume_action, subject);
    if (!asked) {
        respond(std::unexpected(asked.error()));
        return;
    }
    arming.endorse(std::move(*asked), [this, command, subject, respond](const signer::Answer<signer::SignerStatus>& endorsed) {
        if (endorsed && (!halt.standing() || halt.subject(command) != subject)) {
            respond(fail("reset: another stop came meanwhile", "look again, and approve again"));
            return;
        }
        if (endorsed) resume(command);
        answer_state(endorsed, respond);
    });
}

void Appliance::Impl::resume(const control::ResetCommand& command) {
    gate.resume();
    halt.end();
    risk_watch.acknowledge(command.operator_name + " (reset: " + command.reason + ")");
    if (keeper.error().empty()) engine->unfreeze();
}

void Appliance::Impl::approval_request(const control::Approvable& what, Respond respond) {
    const auto* const reset = std::get_if<control::ResetCommand>(&what);
    if (reset != nullptr && halt.standing() && !halt.signer_tripped()) {
        respond(loosening_report({.action = resume_action, .subject = halt.subject(*reset)}));
        return;
    }
    const auto* const risk = std::get_if<control::RiskCommand>(&what);
    const auto loosens = risk == nullptr ? Result<std::optional<Loosening>>(std::nullopt) : risk_watch.loosening(*risk);
    if (!loosens) {
        respond(std::unexpected(loosens.error()));
        return;
    }
    const std::optional<Loosening>& named = *loosens;
    respond(named ? loosening_report(*named) : approval_report(config, prices, arming.view(), what));
}

void Appliance::Impl::status(Respond respond) {
    respond(
        status_report({.services = services,
                       .arming = arming,
                       .market = market,
                       .engine = *engine,
                       .lanes = lanes,
                       .usage = gate.usage(std::chrono::system_clock::now()),
                       .risk = risk_watch.view(),
                       .bundles = trading.totals,
                       .latencies = desk->latencies(),
                       .admin_port = admin.port(),
                       .uptime = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started)}));
}

void Appliance::Impl::pools(Respond respond) {
    respond(pools_report(services, market));
}

void Appliance::Impl::decisions(std::size_t limit, Respond respond) {
    respond(decisions_report(*journal, limit));
}

void Appliance::Impl::bundles(std::size_t limit, Respond respond) {
    respond(bundles_report(*journal, limit));
}

void Appliance::Impl::audit_verify(Respond respond) {
    respond(audit_report(*audit_log));
}

void Appliance::Impl::risk_command(const control::RiskCommand& command, Respond respond) {
    const auto loosens = risk_watch.loosening(command);
    if (!loosens) {
        respond(std::unexpected(loosens.error()));
        return;
    }
    const std::optional<Loosening>& named = *loosens;
    if (named)
        loosen(command, *named, respond);
    else
        risk_watch.answer(command, respond);
}

void Appliance::Impl::loosen(const control::RiskCommand& command, const Loosening& what, const Respond& respond) {
    auto asked = endorse_request(command.operator_name, command.approvals, what.action, what.subject);
    if (!asked) {
        respond(std::unexpected(asked.error()));
        return;
    }
    if (command.kind == control::RiskCommand::Kind::limits) asked->limits = signer::format_limit_terms(limit_terms(config));
    arming.endorse(std::move(*asked), [this, command, what, respond](const signer::Answer<signer::SignerStatus>& endorsed) {
        // Limits are those of the file that this process has read; a level may have moved meanwhile.
        const bool moves = command.kind == control::RiskCommand::Kind::level;
        const auto now = moves ? risk_watch.loosening(command) : Result<std::optional<Loosening>>(what);
        if (!endorsed) {
            respond(std::unexpected(endorsed.error().error()));
        } else if (!now || *now != what) {
            respond(fail("risk: what was approved is not what stands now", "look again, and approve again"));
        } else {
            risk_watch.answer(command, respond);
        }
    });
}

} // namespace jitbox::apps
