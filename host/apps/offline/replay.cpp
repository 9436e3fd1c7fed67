// Replay of a capture, record by record.
// SPDX-License-Identifier: Apache-2.0
#include "apps/offline/replay.hpp"

#include "accel/capture.hpp"
#include "accel/records.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>

namespace jitbox::apps {
namespace {

using accel::Kind;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds longest_silence{30}; // of an engine that still owes answers

bool is_frozen(BytesView answer) {
    if (accel::kind_of(answer) != Kind::reject) return false;
    const auto reject = accel::reject_from(answer);
    return reject && reject->reason == accel::Reason::frozen;
}

/// A frozen engine rejects the leg that it would have judged, and nothing else changes.
bool same_leg(BytesView frozen, BytesView now) {
    const auto then = accel::reject_from(frozen);
    if (accel::kind_of(now) == Kind::decision) {
        const auto decision = accel::decision_from(now);
        return then && decision && then->sequence == decision->sequence && then->leg_index == decision->leg_index;
    }
    if (accel::kind_of(now) != Kind::reject) return false;
    const auto reject = accel::reject_from(now);
    return then && reject && then->sequence == reject->sequence && then->leg_index == reject->leg_index &&
           reject->stage == accel::Stage::range;
}

class Replay {
public:
    Replay(accel::Engine& engine, const ReplayOptions& options) : engine_(engine), options_(options) {}

    Result<ReplaySummary> run() {
        auto records = accel::CaptureReader::open(options_.records);
        if (!records) return std::unexpected(records.error());
        if (!options_.answers.empty()) {
            auto answers = accel::CaptureReader::open(options_.answers);
            if (!answers) return std::unexpected(answers.error());
            recorded_ = std::make_unique<accel::CaptureReader>(std::move(*answers));
        }
        const Clock::time_point started = Clock::now();
        if (auto fed = feed(*records); !fed) return std::unexpected(fed.error());
        if (auto done = await_end(); !done) return std::unexpected(done.error());
        out_.seconds = std::chrono::duration<double>(Clock::now() - started).count();
        out_.left_over = records->left_over();
        if (recorded_) expect_no_more();
        if (failure_.what.empty()) return out_;
        return std::unexpected(failure_);
    }

private:
    Result<void> feed(accel::CaptureReader& records) {
        for (;;) {
            const auto record = records.next();
            if (!record) return std::unexpected(record.error());
            if (record->empty()) break;
            ++out_.records;
            if (accel::kind_of(*record) == Kind::tx) ++out_.transactions;
            last_sequence_ = accel::sequence_of(*record);
            if (auto taken = submit(*record); !taken) return taken;
        }
        return submit(accel::barrier_record(last_sequence_ + 1, 0)); // its answer is the last one
    }

    Result<void> submit(BytesView record) {
        drain(); // so that there is room for the answers of what waits
        return engine_.submit(record, longest_silence);
    }

    Result<void> await_end() {
        Clock::time_point heard = Clock::now();
        while (!ended_) {
            if (drain() != 0) {
                heard = Clock::now();
                continue;
            }
            if (const auto healthy = engine_.health(); !healthy) return healthy;
            if (Clock::now() - heard > longest_silence) return fail("replay: the engine stopped answering", "see jitctl card test");
            pollfd wait{.fd = engine_.event_fd(), .events = POLLIN, .revents = 0};
            (void)::poll(&wait, 1, 10);
        }
        return {};
    }

    std::size_t drain() {
        return engine_.drain([this](BytesView answer) { take(answer); });
    }

    void take(BytesView answer) {
        if (accel::kind_of(answer) == Kind::barrier_done && accel::sequence_of(answer) == last_sequence_ + 1) {
            ended_ = true;
            return;
        }
        ++out_.answers;
        count(answer);
        if (options_.on_answer) options_.on_answer(answer);
        if (recorded_) compare(answer);
    }

    void count(BytesView answer) {
        if (accel::kind_of(answer) == Kind::swap) ++out_.swaps;
        if (accel::kind_of(answer) == Kind::decision) ++out_.decisions;
        if (accel::kind_of(answer) != Kind::reject) return;
        if (const auto reject = accel::reject_from(answer); reject) ++out_.rejects[std::string(accel::name_of(reject->reason))];
    }

    BytesView next_recorded() {
        const auto then = recorded_->next();
        if (then) return *then;
        failure_ = then.error();
        return {};
    }

    void compare(BytesView now) {
        const BytesView then = recorded_ended_ ? BytesView{} : next_recorded();
        if (then.empty()) {
            recorded_ended_ = true;
            ++out_.not_recorded;
            return;
        }
        ++out_.compared;
        if (std::ranges::equal(then, now)) return;
        if (is_frozen(then) && same_leg(then, now)) {
            ++out_.frozen;
            return;
        }
        differ(fmt::format("answer {} (kind {:#04x}, sequence {}): recorded was kind {:#04x}, sequence {}", out_.answers,
                           static_cast<int>(accel::kind_of(now)), accel::sequence_of(now), static_cast<int>(accel::kind_of(then)),
                           accel::sequence_of(then)));
    }

    void expect_no_more() {
        while (!recorded_ended_ && !next_recorded().empty()) differ("more answers were recorded than come now");
    }

    void differ(const std::string& what) {
        if (out_.differences++ == 0) out_.first_difference = what;
    }

    accel::Engine& engine_;
    const ReplayOptions& options_;
    std::unique_ptr<accel::CaptureReader> recorded_; ///< null: nothing to compare with
    bool recorded_ended_ = false;
    bool ended_ = false;
    std::uint64_t last_sequence_ = 0;
    ReplaySummary out_;
    Error failure_;
};

} // namespace

Result<ReplaySummary> replay(accel::Engine& engine, const ReplayOptions& options) {
    return Replay(engine, options).run();
}

} // namespace jitbox::apps
