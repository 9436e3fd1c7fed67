// One plan after another to the relays. A plan that stops on the way gives its lane and its gate ticket back.
// SPDX-License-Identifier: Apache-2.0
#include "apps/desk/desk.hpp"

#include "apps/desk/withdrawal.hpp"
#include "base/hex.hpp"
#include "feed/seen_hashes.hpp"
#include "strategy/dispatch.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <array>
#include <chrono>

namespace jitbox::apps {
namespace {

namespace json = boost::json;
using strategy::Plan;
using strategy::SignedPlan;
using telemetry::Level;
using telemetry::Stage;
using SystemClock = std::chrono::system_clock;

constexpr std::size_t refused_targets_kept = 1024;

std::string short_hash(const Bytes32& hash) {
    return to_hex(hash).substr(0, 10);
}

std::int64_t micros(std::int64_t duration_ns) {
    return duration_ns < 0 ? -1 : duration_ns / 1000;
}

/// Nanoseconds of each stage and of the whole way.
std::string latency_json(const telemetry::StageClock& clock) {
    json::object out;
    for (std::uint8_t i = 1; i < telemetry::stage_count; ++i) {
        const auto stage = static_cast<Stage>(i);
        const std::string_view name = telemetry::name_of(stage);
        out[json::string_view(name.data(), name.size())] = clock.duration(stage);
    }
    out["frame_to_post"] = clock.between(Stage::frame, Stage::posted);
    return json::serialize(out);
}

} // namespace

struct Desk::Impl : std::enable_shared_from_this<Impl> {
    Impl(const Services& s, Trading& t, RiskWatch& w, const Arming& a, strategy::SigningStep& step, relay::Client& r)
        : services(s), trading(t), risk(w), arming(a), signing(step), relays(r), withdrawal(s.io, t.tracker, r),
          refused(s.metrics.counter("jitbox_plans_refused_total", "plans that the gate or the signer refused")),
          sent(s.metrics.counter("jitbox_bundles_sent_total", "bundles posted to the relays")),
          whole_way(s.metrics.latency("jitbox_frame_to_post_seconds", "arrival of a frame to the POST of its bundle")),
          without_signing(
              s.metrics.latency("jitbox_frame_to_post_without_signing_seconds", "the same without the signer's share")) {
        for (std::uint8_t i = 1; i < telemetry::stage_count; ++i) {
            stages.push_back(s.metrics.latency("jitbox_stage_seconds", "duration of one stage of the way of a bundle",
                                               {{"stage", std::string(telemetry::name_of(static_cast<Stage>(i)))}}));
        }
    }

    const Services& services;
    Trading& trading;
    RiskWatch& risk;
    const Arming& arming;
    strategy::SigningStep& signing;
    relay::Client& relays;
    Withdrawal withdrawal;
    telemetry::Counter refused;
    telemetry::Counter sent;
    telemetry::Latency whole_way;
    telemetry::Latency without_signing;
    std::vector<telemetry::Latency> stages;
    feed::SeenHashes refused_targets{refused_targets_kept};
    std::size_t in_signing = 0; ///< plans that the signer has

    void drop(const Plan& plan, const std::string& stage, const std::string& why) {
        trading.lanes.release(plan.lane);
        trading.planner.ended(plan.uuid, plan.version);
        services.events.show(stage, fmt::format("{}: {}", short_hash(plan.target.hash), why), {{"hash", to_hex(plan.target.hash)}});
    }

    void take(Plan plan) {
        if (!arming.armed()) {
            drop(plan, "skipped", "not armed");
            return;
        }
        if (refused_targets.contains(plan.target.hash)) {
            drop(plan, "refused", "its sender is not the one that the node claims");
            return;
        }
        const Plan copy = plan; // the gate takes the plan and does not give a refused one back
        auto approved = trading.gate.check(std::move(plan), SystemClock::now());
        if (!approved) {
            refuse(copy, approved.error());
            return;
        }
        ++in_signing;
        signing.sign(std::move(*approved), [weak = weak_from_this()](std::expected<SignedPlan, strategy::SigningFailure> answer) {
            const auto self = weak.lock();
            if (!self) return;
            --self->in_signing;
            if (answer) {
                self->send(std::move(*answer));
            } else {
                self->not_signed(answer.error());
            }
        });
        relays.rehearse(copy.target.raw);
    }

    void refuse(const Plan& plan, const jitbox::risk::Refusal& refusal) {
        refused.add();
        drop(plan, "refused", "gate: " + refusal.text);
        risk.refused(refusal);
    }

    void not_signed(const strategy::SigningFailure& failure) {
        refused.add();
        trading.gate.settle(failure.ticket, 0, SystemClock::now());
        trading.planner.ended(failure.uuid, failure.version);
        services.events.note(Level::warning, "refused",
                             "signer: " + std::string(signer::to_text(failure.refusal.code)) + ": " + failure.refusal.what,
                             {{"uuid", failure.uuid}});
    }

    void send(SignedPlan order) {
        Plan& plan = order.plan;
        if (!arming.armed()) {
            withhold(order, "stopped or disarmed while it was being signed");
            return;
        }
        if (refused_targets.contains(plan.target.hash)) {
            withhold(order, "the target's sender is not the one that the node claims");
            return;
        }
        const auto posted = relays.send_bundle(strategy::bundle_of(order), [weak = weak_from_this(), uuid = plan.uuid,
                                                                            version = plan.version](const relay::Answer& answer) {
            if (const auto self = weak.lock()) self->take_answer(uuid, version, answer);
        });
        plan.clock.mark(Stage::posted);
        trading.tracker.add(strategy::tracked(order));
        if (!posted) {
            services.events.note(Level::error, "alert", "relays: " + posted.error().text(), {{"uuid", plan.uuid}});
        } else {
            ++trading.totals.sent;
            sent.add();
        }
        observe(plan.clock);
        record(order);
        show(plan);
    }

    /// Signed and not posted: it misses its block like any other, and its lane is voided then.
    void withhold(const SignedPlan& order, const std::string& why) {
        refused.add();
        trading.tracker.add(strategy::tracked(order));
        record(order);
        services.events.note(Level::error, "refused", "not posted: " + why,
                             {{"hash", to_hex(order.plan.target.hash)}, {"uuid", order.plan.uuid}});
    }

    void observe(const telemetry::StageClock& clock) {
        for (std::uint8_t i = 1; i < telemetry::stage_count; ++i) stages[i - 1].observe(clock.duration(static_cast<Stage>(i)));
        if (clock.duration(Stage::parsed) == 0) return; // judged again on a new head: there was no frame
        const std::int64_t all = clock.between(Stage::frame, Stage::posted);
        whole_way.observe(all);
        risk.posted(all);
        without_signing.observe(all - clock.duration(Stage::signed_));
    }

    void record(const SignedPlan& order) {
        store::BundleEntry entry = strategy::journal_entry(order, wall_ns());
        entry.latency_json = latency_json(order.plan.clock);
        // The signer's ledger is what must be durable before the POST, and is; the journal follows behind.
        if (!services.journal.enqueue(std::move(entry))) {
            services.events.note(Level::error, "alert", "journal: the queue is full, a bundle is not recorded",
                                 {{"uuid", order.plan.uuid}});
        }
    }

    void show(const Plan& plan) {
        const auto us = [&plan](Stage stage) { return micros(plan.clock.duration(stage)); };
        services.events.note(
            Level::info, "sent",
            fmt::format(
                "{} block {} lane {} position {:.3f} ether: read {} us, decided {} us, planned {} us, gated {} us, signed {} us, "
                "posted {} us",
                short_hash(plan.target.hash), plan.target_block, plan.lane, chain::to_double(plan.position_value_wei) / 1e18,
                us(Stage::parsed), us(Stage::decided), us(Stage::planned), us(Stage::gated), us(Stage::signed_), us(Stage::posted)),
            {{"hash", to_hex(plan.target.hash)},
             {"uuid", plan.uuid},
             {"frame_to_post_us", micros(plan.clock.between(Stage::frame, Stage::posted))}});
    }

    void take_answer(const std::string& uuid, std::uint32_t version, const relay::Answer& answer) {
        trading.tracker.note_answer(uuid, version, answer);
        const std::string said =
            answer.accepted() ? answer.bundle_hash : std::string(relay::to_text(answer.status)) + ": " + answer.text;
        services.metrics
            .counter("jitbox_relay_answers_total", "answers of the relays",
                     {{"relay", answer.relay_name}, {"status", std::string(relay::to_text(answer.status))}})
            .add();
        if (!services.journal.enqueue(store::SubmissionEntry{.uuid = uuid,
                                                             .version = version,
                                                             .relay = answer.relay_name,
                                                             .kind = "send",
                                                             .time_ns = wall_ns(),
                                                             .latency_us = answer.latency.count() / 1000,
                                                             .accepted = answer.accepted(),
                                                             .answer = said})) {
            telemetry::log(Level::warning, "journal_queue_full", {{"uuid", uuid}});
        }
        if (answer.accepted()) {
            withdrawal.accepted(uuid);
            services.events.show("relay", fmt::format("{} accepted in {} us", answer.relay_name, answer.latency.count() / 1000),
                                 {});
        } else {
            services.events.note(Level::warning, "relay", answer.relay_name + ": " + said, {{"uuid", uuid}});
        }
    }
};

Desk::Desk(const Services& services, Trading& trading, RiskWatch& risk, const Arming& arming, strategy::SigningStep& signing,
           relay::Client& relays)
    : impl_(std::make_shared<Impl>(services, trading, risk, arming, signing, relays)) {}

Desk::~Desk() = default;

void Desk::take(strategy::Plan plan) {
    impl_->take(std::move(plan));
}

void Desk::refuse_target(const Bytes32& hash) {
    impl_->refused_targets.insert(hash);
}

void Desk::cancel_all(std::uint64_t head) {
    impl_->withdrawal.all(head);
}

bool Desk::signing() const {
    return impl_->in_signing != 0;
}

std::vector<std::pair<std::string, telemetry::Quantiles>> Desk::latencies() const {
    std::vector<std::pair<std::string, telemetry::Quantiles>> out;
    for (std::uint8_t i = 1; i < telemetry::stage_count; ++i) {
        out.emplace_back(telemetry::name_of(static_cast<Stage>(i)), impl_->stages[i - 1].quantiles());
    }
    out.emplace_back("frame to post", impl_->whole_way.quantiles());
    out.emplace_back("without signing", impl_->without_signing.quantiles());
    return out;
}

} // namespace jitbox::apps
