// Withdraws bundles.
// SPDX-License-Identifier: Apache-2.0
#include "apps/desk/withdrawal.hpp"

#include "telemetry/log.hpp"

#include <boost/asio/steady_timer.hpp>

#include <map>
#include <utility>

namespace jitbox::apps {
namespace {

/// The relay may not have heard it: asking again can help. A relay that refuses has none of it.
bool unheard(relay::AnswerStatus status) {
    using enum relay::AnswerStatus;
    return status == busy || status == timeout || status == connect_failed || status == http_error;
}

} // namespace

struct Withdrawal::Impl : std::enable_shared_from_this<Impl> {
    Impl(boost::asio::io_context& context, relay::Tracker& t, relay::Client& r) : io(context), tracker(t), relays(r) {}

    boost::asio::io_context& io;
    relay::Tracker& tracker;
    relay::Client& relays;
    std::map<std::string, std::uint64_t> withdrawn; ///< uuid -> block, of those whose block may not have come

    void ask(const std::string& uuid, std::uint64_t block, unsigned tries) {
        const auto again = std::make_shared<bool>(false); // once, however many relays have not heard it
        relays.cancel(uuid, block, [weak = weak_from_this(), uuid, block, tries, again](const relay::Answer& answer) {
            if (answer.accepted()) return;
            telemetry::log(telemetry::Level::warning, "cancel_refused", {{"relay", answer.relay_name}, {"text", answer.text}});
            const auto self = weak.lock();
            if (!self || !unheard(answer.status) || tries == 0 || std::exchange(*again, true)) return;
            self->ask_later(uuid, block, tries - 1);
        });
    }

    void ask_later(const std::string& uuid, std::uint64_t block, unsigned tries) {
        auto timer = std::make_shared<boost::asio::steady_timer>(io, pause);
        timer->async_wait([weak = weak_from_this(), timer, uuid, block, tries](const boost::system::error_code& error) {
            const auto self = weak.lock();
            if (!error && self && self->withdrawn.contains(uuid)) self->ask(uuid, block, tries);
        });
    }
};

Withdrawal::Withdrawal(boost::asio::io_context& io, relay::Tracker& tracker, relay::Client& relays)
    : impl_(std::make_shared<Impl>(io, tracker, relays)) {}

void Withdrawal::all(std::uint64_t head) {
    std::erase_if(impl_->withdrawn, [head](const auto& entry) { return entry.second <= head; });
    for (const relay::TrackedBundle& bundle : impl_->tracker.due(UINT64_MAX)) {
        if (bundle.target_block <= head) continue;
        impl_->tracker.note_withdrawn(bundle.uuid, bundle.version);
        impl_->withdrawn[bundle.uuid] = bundle.target_block;
        impl_->ask(bundle.uuid, bundle.target_block, most_tries);
    }
}

void Withdrawal::accepted(const std::string& uuid) {
    const auto found = impl_->withdrawn.find(uuid);
    if (found != impl_->withdrawn.end()) impl_->ask(uuid, found->second, most_tries);
}

} // namespace jitbox::apps
