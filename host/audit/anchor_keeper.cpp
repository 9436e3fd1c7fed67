// The anchor's thread. Its state is shared, so that a hung anchor can be left behind with what it uses.
// SPDX-License-Identifier: Apache-2.0
#include "audit/anchor.hpp"

#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

namespace jitbox::audit {

using Clock = std::chrono::steady_clock;

struct AnchorKeeper::State {
    State(std::unique_ptr<Anchor> a, Options o) : anchor(std::move(a)), options(o), name(anchor->name()) {}

    std::unique_ptr<Anchor> anchor; // only the thread calls it
    const Options options;
    const std::string name;
    std::mutex mutex;
    std::condition_variable changed;
    std::promise<Result<std::optional<Head>>> first;
    Head wanted;
    Head anchored;
    Clock::time_point waiting_since{};
    std::string error;
    bool stopping = false;
    bool ended = false;

    [[nodiscard]] bool behind() const { return !(wanted == anchored); }

    void run() {
        auto found = anchor->read();
        const bool usable = found.has_value();
        if (usable) {
            const std::scoped_lock lock(mutex);
            anchored = wanted = found->value_or(Head{});
        }
        first.set_value(std::move(found));
        if (usable) keep();
        const std::scoped_lock lock(mutex);
        ended = true;
        changed.notify_all();
    }

    void keep() {
        std::unique_lock lock(mutex);
        while (true) {
            changed.wait(lock, [this] { return stopping || behind(); });
            if (!behind()) return; // stopping, and nothing is left
            const bool written = write_newest(lock);
            if (stopping && !written) return;
            changed.wait_for(lock, written ? options.interval : options.retry, [this] { return stopping; });
        }
    }

    bool write_newest(std::unique_lock<std::mutex>& lock) {
        const Head head = wanted;
        const auto started = Clock::now();
        lock.unlock();
        const auto written = anchor->write(head);
        lock.lock();
        error = written ? "" : written.error().text();
        if (written) {
            anchored = head;
            waiting_since = started; // what came during the write has waited no longer than that
        }
        changed.notify_all();
        return written.has_value();
    }
};

AnchorKeeper::AnchorKeeper(std::shared_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<AnchorKeeper>> AnchorKeeper::start(std::unique_ptr<Anchor> anchor, Options options) {
    auto state = std::make_shared<State>(std::move(anchor), options);
    auto answer = state->first.get_future();
    std::unique_ptr<AnchorKeeper> keeper(new AnchorKeeper(state));
    std::thread([state] { state->run(); }).detach(); // ~AnchorKeeper waits for its end, as long as that makes sense
    if (answer.wait_for(options.first_read) != std::future_status::ready)
        return fail("audit: the anchor " + state->name + " does not answer", "check the TPM or the mount, then start again");
    auto found = answer.get();
    if (!found) return std::unexpected(found.error());
    keeper->found_ = *found;
    return keeper;
}

AnchorKeeper::~AnchorKeeper() {
    std::unique_lock lock(state_->mutex);
    state_->stopping = true;
    state_->changed.notify_all();
    state_->changed.wait_for(lock, state_->options.last_write, [this] { return state_->ended; });
}

void AnchorKeeper::note(const Head& head) {
    const std::scoped_lock lock(state_->mutex);
    if (!state_->behind()) state_->waiting_since = Clock::now();
    state_->wanted = head;
    state_->changed.notify_all();
}

AnchorStatus AnchorKeeper::status() const {
    const std::scoped_lock lock(state_->mutex);
    AnchorStatus out{.name = state_->name, .anchored = state_->anchored, .error = state_->error};
    if (state_->behind()) out.behind = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - state_->waiting_since);
    return out;
}

bool AnchorKeeper::flush(std::chrono::milliseconds timeout) {
    std::unique_lock lock(state_->mutex);
    return state_->changed.wait_for(lock, timeout, [this] { return !state_->behind(); });
}

} // namespace jitbox::audit
