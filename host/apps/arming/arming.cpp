// Mirrors the signer's latch.
// SPDX-License-Identifier: Apache-2.0
#include "apps/arming/arming.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <algorithm>
#include <utility>

namespace jitbox::apps {
namespace {

using Clock = std::chrono::steady_clock;
using signer::Answer;
using signer::SignerStatus;

} // namespace

struct Arming::Impl : std::enable_shared_from_this<Impl> {
    Impl(const Services& services, OnChange callback)
        : io(services.io),
          client(services.config.signer.control_socket.string(), std::chrono::milliseconds(services.config.signer.timeout_ms)),
          on_change(std::move(callback)) {}

    boost::asio::io_context& io;
    signer::ControlClient client;
    OnChange on_change;
    ArmView view;
    Clock::time_point lease_end{};
    bool held = true; ///< no operator has armed through this process, or something has disarmed since
    bool beating = false;
    std::uint64_t commands = 0;     ///< a heartbeat sent before a command says nothing about the state after it
    int under_way = 0;              ///< commands without an answer: the signer may not have seen them when it answers a heartbeat
    std::uint64_t endorsements = 0; ///< a heartbeat sent before one knows nothing of the limits that it accepted
    bool closed = false;
    boost::asio::thread_pool worker{1};
    boost::asio::thread_pool stopper{1};
    boost::asio::thread_pool beater{1};

    /// Runs `question` on `pool` and hands its answer to `take` on the loop.
    void ask(boost::asio::thread_pool& pool, std::function<Answer<SignerStatus>(const signer::ControlClient&)> question,
             std::function<void(Impl&, Answer<SignerStatus>)> take) {
        boost::asio::post(pool, [weak = weak_from_this(), question = std::move(question), take = std::move(take)] {
            const auto self = weak.lock();
            if (!self) return;
            auto answer = question(self->client);
            boost::asio::post(self->io, [weak, take, answer = std::move(answer)]() mutable {
                if (const auto alive = weak.lock(); alive && !alive->closed) take(*alive, std::move(answer));
            });
        });
    }

    /// A command: its answer becomes the view, whatever heartbeats say that were sent before it.
    void command(boost::asio::thread_pool& pool, std::function<Answer<SignerStatus>(const signer::ControlClient&)> question,
                 Respond respond) {
        ++commands;
        ++under_way;
        ask(pool, std::move(question), [respond = std::move(respond)](Impl& self, Answer<SignerStatus> answer) {
            --self.under_way;
            if (answer) self.take_status(*answer);
            respond(std::move(answer));
        });
    }

    void take_status(const SignerStatus& status) {
        view.signer = status;
        view.signer_reachable = true;
        view.signer_error.clear();
        lease_end = Clock::now() + status.lease_left;
        set_state(status.state, status.cause);
    }

    void lose_signer(const std::string& why) {
        view.signer_reachable = false;
        view.signer_error = why;
        held = true; // a signer that comes back is armed anew by an operator
        set_state(signer::ArmState::disarmed, "signer not reachable: " + why);
    }

    void set_state(signer::ArmState state, std::string cause) {
        if (state == signer::ArmState::armed && held) {
            state = signer::ArmState::disarmed;
            cause = "the signer's lease was not armed through this process";
        }
        const bool changed = view.state != state;
        view.state = state;
        view.cause = std::move(cause);
        if (changed) on_change(view);
    }

    /// A disarming that did not reach the signer, or a lease that is not ours: it is told until it says that it is not ARMED.
    void end_foreign_lease() {
        if (!held || view.signer.state != signer::ArmState::armed) return;
        command(
            worker,
            [cause = view.cause](const signer::ControlClient& client) {
                return client.disarm({.operator_name = "jitd", .reason = cause});
            },
            [](const auto&) {});
    }

    void hold(const std::string& cause) {
        held = true;
        if (view.state == signer::ArmState::armed) set_state(signer::ArmState::disarmed, cause);
    }
};

Arming::Arming(const Services& services, OnChange on_change) : impl_(std::make_shared<Impl>(services, std::move(on_change))) {}

Arming::~Arming() {
    impl_->closed = true;
    impl_->worker.join();
    impl_->stopper.join();
    impl_->beater.join();
}

bool Arming::armed() const {
    return !impl_->held && impl_->view.state == signer::ArmState::armed && Clock::now() < impl_->lease_end;
}

const ArmView& Arming::view() const {
    return impl_->view;
}

std::chrono::milliseconds Arming::lease_left() const {
    if (impl_->view.state != signer::ArmState::armed) return std::chrono::milliseconds{0};
    return std::max(std::chrono::milliseconds{0},
                    std::chrono::duration_cast<std::chrono::milliseconds>(impl_->lease_end - Clock::now()));
}

void Arming::beat() {
    if (impl_->beating) return;
    impl_->beating = true;
    const std::uint64_t asked_after = impl_->commands;
    const std::uint64_t endorsed_before = impl_->endorsements;
    const bool quiet = impl_->under_way == 0;
    impl_->ask(
        impl_->beater, [](const signer::ControlClient& client) { return client.heartbeat(); },
        [asked_after, endorsed_before, quiet](Impl& self, Answer<SignerStatus> answer) {
            self.beating = false;
            if (asked_after != self.commands) return;
            if (answer && quiet && self.under_way == 0) {
                if (endorsed_before != self.endorsements) answer->limits_digest = self.view.signer.limits_digest;
                self.take_status(*answer);
                self.end_foreign_lease();
            } else if (!answer) {
                self.lose_signer(answer.error().what);
            }
        });
}

void Arming::arm(signer::ArmRequest request, Respond respond) {
    ++impl_->commands;
    ++impl_->under_way;
    const std::uint64_t mine = impl_->commands;
    impl_->ask(
        impl_->worker, [request = std::move(request)](const signer::ControlClient& client) { return client.arm(request); },
        [mine, respond = std::move(respond)](Impl& self, Answer<SignerStatus> answer) {
            --self.under_way;
            // A stop that came meanwhile wins: its own command disarms the signer after us.
            if (answer && mine == self.commands) {
                self.held = false;
                self.take_status(*answer);
            }
            respond(std::move(answer));
        });
}

void Arming::disarm(const std::string& operator_name, const std::string& reason, Respond respond) {
    impl_->hold(reason);
    impl_->command(
        impl_->worker,
        [operator_name, reason](const signer::ControlClient& client) {
            return client.disarm({.operator_name = operator_name, .reason = reason});
        },
        std::move(respond));
}

void Arming::estop(const std::string& operator_name, const std::string& reason, Respond respond) {
    impl_->hold("emergency stop by " + operator_name + ": " + reason);
    impl_->command(
        impl_->stopper,
        [operator_name, reason](const signer::ControlClient& client) {
            return client.estop({.operator_name = operator_name, .reason = reason});
        },
        std::move(respond));
}

void Arming::renew(signer::RenewRequest request, Respond respond) {
    impl_->command(
        impl_->worker, [request = std::move(request)](const signer::ControlClient& client) { return client.renew(request); },
        std::move(respond));
}

void Arming::reset(signer::ResetRequest request, Respond respond) {
    impl_->hold(request.reason);
    impl_->command(
        impl_->worker, [request = std::move(request)](const signer::ControlClient& client) { return client.reset(request); },
        std::move(respond));
}

void Arming::endorse(signer::EndorseRequest request, Respond respond) {
    impl_->ask(
        impl_->worker, [request = std::move(request)](const signer::ControlClient& client) { return client.endorse(request); },
        [respond = std::move(respond)](Impl& self, Answer<SignerStatus> answer) {
            if (answer) { // the state is what it was; the limits of the next arming may be others
                ++self.endorsements;
                self.view.signer.limits_digest = answer->limits_digest;
            }
            respond(std::move(answer));
        });
}

void Arming::stopped_elsewhere(const std::string& cause) {
    ++impl_->commands; // heartbeats and armings under way say nothing about the state after it
    impl_->hold(cause);
}

} // namespace jitbox::apps
