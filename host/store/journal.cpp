// The journal: the writer thread with group commit, and the read queries on a second connection.
// SPDX-License-Identifier: Apache-2.0
#include "store/journal.hpp"

#include "base/enum_names.hpp"
#include "store/journal_rows.hpp"
#include "store/journal_schema.hpp"
#include "store/sqlite.hpp"

#include <array>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <thread>

namespace jitbox::store {
namespace {

constexpr std::array<std::string_view, 14> outcome_names = {
    "pending", "included",       "target_mined_elsewhere", "target_replaced", "reverted", "base_fee", "late",
    "outbid",  "nonce_conflict", "no_relay_slot",          "cancelled",       "partial",  "voided",   "unknown"};

/// Entries written in one transaction: enough to share an fsync, few enough that a waiting commit() is not kept long.
constexpr std::size_t batch_limit = 256;

struct Item {
    Entry entry;
    Journal::Done done;
};

std::int64_t as_ns(std::chrono::system_clock::time_point time) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

} // namespace

std::string_view to_text(Outcome outcome) {
    return outcome_names.at(static_cast<std::size_t>(outcome));
}

std::optional<Outcome> outcome_from_text(std::string_view text) {
    return enum_from_text<Outcome>(outcome_names, text);
}

struct Journal::Impl {
    Impl(std::unique_ptr<Database> write_database, std::unique_ptr<Database> read_database, Options opts)
        : writer(std::move(write_database)), reader(std::move(read_database)), options(opts), rows(*writer, options),
          thread([this] { run(); }) {}

    bool enqueue(Entry entry, Done done) {
        const std::scoped_lock lock(mutex);
        if (queue.size() >= options.queue_limit) {
            ++dropped;
            return false;
        }
        queue.push_back({.entry = std::move(entry), .done = std::move(done)});
        wake.notify_one();
        return true;
    }

    void run() {
        std::unique_lock lock(mutex);
        for (;;) {
            wake.wait(lock, [this] { return stopping || !queue.empty(); });
            if (queue.empty()) return;
            std::vector<Item> batch;
            for (; !queue.empty() && batch.size() < batch_limit; queue.pop_front()) batch.push_back(std::move(queue.front()));
            writing = true;
            lock.unlock();
            write_batch(batch);
            lock.lock();
            writing = false;
            idle.notify_all();
        }
    }

    /// All or one by one: an entry that breaks a constraint must not take its neighbours with it.
    void write_batch(std::vector<Item>& batch) {
        if (Result<void> all = write_transaction(batch); all || batch.size() == 1) {
            finish(batch, all);
            return;
        }
        for (Item& item : batch) finish(std::span(&item, 1), write_transaction(std::span(&item, 1)));
    }

    Result<void> write_transaction(std::span<Item> items) {
        auto transaction = Transaction::begin(*writer);
        if (!transaction) return std::unexpected(transaction.error());
        for (const Item& item : items)
            if (auto written = rows.write(item.entry); !written) return written;
        return transaction->commit();
    }

    void finish(std::span<Item> items, const Result<void>& result) {
        {
            const std::scoped_lock lock(mutex);
            last_error = result ? "" : result.error().text();
        }
        for (const Item& item : items)
            if (item.done) item.done(result);
    }

    std::unique_ptr<Database> writer;
    std::unique_ptr<Database> reader;
    const Options options;
    RowWriter rows;

    mutable std::mutex mutex;
    std::condition_variable wake;
    std::condition_variable idle;
    std::deque<Item> queue;
    bool stopping = false;
    bool writing = false;
    std::uint64_t dropped = 0;
    std::string last_error;

    std::mutex read_mutex;
    std::thread thread; // last: everything it uses exists
};

Journal::Journal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Journal::~Journal() {
    {
        const std::scoped_lock lock(impl_->mutex);
        impl_->stopping = true;
    }
    impl_->wake.notify_one();
    impl_->thread.join();
}

Result<std::unique_ptr<Journal>> Journal::open(const std::string& path, Options options) {
    auto writer = Database::open(path, journal_migrations);
    if (!writer) return std::unexpected(writer.error());
    auto reader = Database::open(path, journal_migrations);
    if (!reader) return std::unexpected(reader.error());
    return std::unique_ptr<Journal>(new Journal(std::make_unique<Impl>(std::move(*writer), std::move(*reader), options)));
}

bool Journal::enqueue(Entry entry, Done done) {
    return impl_->enqueue(std::move(entry), std::move(done));
}

Result<void> Journal::commit(Entry entry) {
    std::promise<Result<void>> promise;
    auto future = promise.get_future();
    if (!impl_->enqueue(std::move(entry), [&promise](Result<void> result) { promise.set_value(std::move(result)); }))
        return fail("journal: the queue is full (" + std::to_string(impl_->options.queue_limit) + " entries)",
                    "the disk cannot keep up; see `jitctl status` for the last write error");
    return future.get();
}

Result<void> Journal::flush() {
    std::unique_lock lock(impl_->mutex);
    impl_->idle.wait(lock, [this] { return impl_->queue.empty() && !impl_->writing; });
    if (!impl_->last_error.empty()) return fail("journal: " + impl_->last_error);
    return {};
}

std::uint64_t Journal::dropped() const noexcept {
    const std::scoped_lock lock(impl_->mutex);
    return impl_->dropped;
}

std::string Journal::last_error() const {
    const std::scoped_lock lock(impl_->mutex);
    return impl_->last_error;
}

Result<std::vector<DecisionEntry>> Journal::decisions(std::size_t limit, std::string_view pool) {
    const std::scoped_lock lock(impl_->read_mutex);
    return RowReader(*impl_->reader).decisions(limit, pool);
}

Result<std::vector<BundleView>> Journal::bundles(std::size_t limit) {
    const std::scoped_lock lock(impl_->read_mutex);
    return RowReader(*impl_->reader).bundles(limit, false);
}

Result<std::optional<BundleView>> Journal::bundle(std::string_view uuid, std::uint32_t version) {
    const std::scoped_lock lock(impl_->read_mutex);
    return RowReader(*impl_->reader).bundle(uuid, version);
}

Result<std::vector<BundleView>> Journal::open_bundles() {
    const std::scoped_lock lock(impl_->read_mutex);
    return RowReader(*impl_->reader).bundles(10'000, true); // far above what lanes can have in flight
}

Result<std::vector<LaneEntry>> Journal::lanes() {
    const std::scoped_lock lock(impl_->read_mutex);
    return RowReader(*impl_->reader).lanes();
}

Result<std::vector<RiskEventEntry>> Journal::risk_events(std::size_t limit) {
    const std::scoped_lock lock(impl_->read_mutex);
    return RowReader(*impl_->reader).risk_events(limit);
}

Result<std::map<std::string, std::string>> Journal::risk_state() {
    const std::scoped_lock lock(impl_->read_mutex);
    return RowReader(*impl_->reader).risk_state();
}

Result<std::vector<ProfitEntry>> Journal::profits(std::chrono::system_clock::time_point from) {
    const std::scoped_lock lock(impl_->read_mutex);
    return RowReader(*impl_->reader).profits(as_ns(from), INT64_MAX);
}

Result<std::vector<std::string>> Journal::pools_included() {
    const std::scoped_lock lock(impl_->read_mutex);
    return RowReader(*impl_->reader).pools_included();
}

Result<std::vector<TargetEntry>> Journal::targets(std::chrono::system_clock::time_point from) {
    const std::scoped_lock lock(impl_->read_mutex);
    return RowReader(*impl_->reader).targets(as_ns(from));
}

Result<chain::i256> Journal::realised_profit_wei(std::chrono::system_clock::time_point day) {
    const auto start = std::chrono::floor<std::chrono::days>(day);
    Result<std::vector<ProfitEntry>> rows;
    {
        const std::scoped_lock lock(impl_->read_mutex);
        rows = RowReader(*impl_->reader).profits(as_ns(start), as_ns(start + std::chrono::days(1)));
    }
    if (!rows) return std::unexpected(rows.error());
    chain::i256 sum = 0;
    for (const ProfitEntry& row : *rows) sum += row.profit_wei;
    return sum;
}

} // namespace jitbox::store
