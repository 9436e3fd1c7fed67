// A halt of the appliance.
// SPDX-License-Identifier: Apache-2.0
#include "apps/arming/halt.hpp"

#include "base/hex.hpp"
#include "telemetry/log.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json.hpp>

#include <array>
#include <future>
#include <utility>

namespace jitbox::apps {
namespace {

/// Beyond the signer's own deadline: then a stop that was told has arrived, and a heartbeat has said so, or has not.
constexpr std::chrono::milliseconds heartbeats{500};

constexpr const char* begun_action = "halt_begun";
constexpr const char* ended_action = "halt_ended";
constexpr const char* none_action = "halt_none"; ///< none stood when a start looked
/// What a start may have to read back.
constexpr std::uint64_t near_records = 1000;

std::string text_of(const std::string& reason, const std::string& since, bool latched) {
    return boost::json::serialize(boost::json::object{{"reason", reason}, {"since", since}, {"latched", latched}});
}

} // namespace

Result<std::string> witnessed_halt(audit::Log& log) {
    const auto newest = log.last_of(std::array<std::string_view, 3>{begun_action, ended_action, none_action});
    if (!newest) return std::unexpected(newest.error());
    const std::optional<audit::Record>& found = *newest;
    std::string halt = found && found->event.action == begun_action ? found->event.result : std::string();
    if ((found ? found->seq : 0) + near_records <= log.head().seq) {
        const auto noted =
            log.append({.user = "jitd", .action = halt.empty() ? none_action : begun_action, .resource = "jitd", .result = halt});
        if (!noted) return std::unexpected(noted.error());
    }
    return halt;
}

Result<void> keep_stop(store::Journal& journal, const std::string& reason, std::chrono::milliseconds patience) {
    const auto written = std::make_shared<std::promise<Result<void>>>();
    auto answer = written->get_future();
    const std::int64_t now = wall_ns();
    const bool queued = journal.enqueue(
        store::RiskStateEntry{.time_ns = now, .key = halt_key, .value = text_of(reason, std::to_string(now), false)},
        [written](Result<void> durable) { written->set_value(std::move(durable)); });
    if (!queued) return fail("journal: the queue is full", "look at the disk");
    if (answer.wait_for(patience) != std::future_status::ready) return fail("journal: no answer in time", "look at the disk");
    return answer.get();
}

Halt::Halt(const Services& services, Arming& arming, audit::Log& log) : services_(services), arming_(arming), log_(log) {}

void Halt::witness(const char* action, const std::string& what) {
    const auto written = log_.append({.user = "jitd", .action = action, .resource = "jitd", .result = what});
    if (!written)
        telemetry::log(telemetry::Level::critical, "audit_append_failed", {{"action", action}, {"error", written.error().what}});
}

void Halt::begin(const std::string& reason) {
    reason_ = reason.empty() ? "no reason given" : reason;
    since_ = std::to_string(wall_ns());
    begun_ = std::chrono::steady_clock::now();
    latched_ = false;
    keep();
    // Later: a stop waits for no disk.
    boost::asio::post(services_.io, [this, alive = std::weak_ptr(alive_), what = text()] {
        if (!alive.expired()) witness(begun_action, what);
    });
}

void Halt::end() {
    witness(ended_action, text()); // before the journal forgets it: what a crash leaves is a halt
    reason_.clear();
    keep();
}

bool Halt::restore(const std::string& kept) {
    if (kept.empty()) return false;
    boost::system::error_code error;
    const auto value = boost::json::parse(kept, error);
    const auto* const object = error ? nullptr : value.if_object();
    const auto member = [object](std::string_view name) -> const boost::json::value* {
        return object == nullptr ? nullptr : object->if_contains(name);
    };
    const auto* const reason = member("reason");
    const auto* const since = member("since");
    const auto* const latched = member("latched");
    const bool readable = reason != nullptr && reason->is_string() && !reason->as_string().empty() && since != nullptr &&
                          since->is_string() && latched != nullptr && latched->is_bool();
    reason_ = readable ? std::string(reason->as_string()) : "a stop that cannot be read from the journal";
    since_ = readable ? std::string(since->as_string()) : std::to_string(wall_ns());
    latched_ = readable && latched->as_bool();
    begun_ = std::chrono::steady_clock::time_point{}; // whoever told it is dead: the signer's first answer says whether it arrived
    return true;
}

std::string Halt::objection() const {
    if (!standing()) return {};
    return reason_ + (latched_ || signer_tripped() ? "" : " (the signer has not confirmed this stop yet)");
}

std::string Halt::text() const {
    return standing() ? text_of(reason_, since_, latched_) : "";
}

void Halt::keep(const std::function<void(Result<void>)>& done) {
    const auto on_loop = [this, alive = std::weak_ptr(alive_), done](const Result<void>& durable) {
        if (alive.expired()) return;
        if (!durable) kept_ = false;
        if (done) done(durable);
    };
    kept_ = services_.journal.enqueue(store::RiskStateEntry{.time_ns = wall_ns(), .key = halt_key, .value = text()},
                                      [&io = services_.io, on_loop](const Result<void>& durable) {
                                          boost::asio::post(io, [on_loop, durable] { on_loop(durable); });
                                      });
    if (!kept_ && done) done(fail("journal: the queue is full", "look at the disk"));
}

void Halt::when_durable(const std::function<void(Result<void>)>& done) {
    keep(done);
}

void Halt::tick() {
    if (!kept_) keep();
    if (!standing() || latched_ || telling_ || !arming_.view().signer_reachable) return;
    if (arming_.view().state == signer::ArmState::tripped) {
        latched_ = true;
        keep();
        return;
    }
    const auto patience = std::chrono::milliseconds(services_.config.signer.timeout_ms) + heartbeats;
    if (std::chrono::steady_clock::now() - begun_ < patience) return;
    telling_ = true;
    arming_.estop("jitd", "a stop that had not reached the signer: " + reason_, [this](const auto&) { telling_ = false; });
}

std::string Halt::subject(const control::ResetCommand& command) const {
    return boost::json::serialize(boost::json::object{{"chain_id", services_.config.chain.id},
                                                      {"executor", to_hex(services_.config.chain.executor)},
                                                      {"operator", command.operator_name},
                                                      {"reason", command.reason},
                                                      {"halted_by", reason_},
                                                      {"since", since_}});
}

} // namespace jitbox::apps
