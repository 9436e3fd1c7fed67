// XrtEngine: rings, doorbells and the watch over the card.
// SPDX-License-Identifier: Apache-2.0
#include "accel/xrt_engine.hpp"

#include "accel/card_registers.hpp"
#include "accel/frozen_reject.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace jitbox::accel {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t ring_bytes = std::size_t{card_ring_beats} * records::beat_bytes;
constexpr auto open_deadline = std::chrono::seconds{60}; // hw_emu's load alone sleeps ten seconds
constexpr auto status_period = std::chrono::milliseconds{200};
constexpr auto spin_time = std::chrono::microseconds{20};
constexpr auto nap = std::chrono::microseconds{50};
const char* const lost_hint = "check the card (jitctl card test), then restart jitd or let it recover";

std::int64_t now_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch()).count();
}

std::string error_text(std::uint32_t code) {
    switch (code) {
    case card::error_ring_beats:
        return "the card refuses the ring's size";
    case card::error_address:
        return "the card refuses the rings' addresses";
    case card::error_in_tail:
        return "the card saw an input doorbell out of range";
    case card::error_out_head:
        return "the card saw an output doorbell out of range";
    case card::error_read:
        return "the bus refused a read of the card";
    case card::error_write:
        return "the bus refused a write of the card";
    default:
        return "the card reports error " + std::to_string(code);
    }
}

/// Everything that the card's thread and the engine share. It outlives the engine when the card's thread hangs in the driver.
class Worker {
public:
    Worker(std::function<std::unique_ptr<CardPort>()> open, std::chrono::milliseconds deadline)
        : open_(std::move(open)), deadline_(deadline), event_fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
        if (event_fd_ < 0) throw std::runtime_error("xrt engine: eventfd: " + std::string(std::strerror(errno)));
    }
    ~Worker() { close(event_fd_); }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    // ---- the card's thread

    void run(std::promise<std::string> opened) {
        try {
            port_ = open_();
            name_ = port_->name();
            base_ = port_->memory();
            begin();
        } catch (const std::exception& error) {
            port_.reset();
            opened.set_value(error.what());
            return;
        }
        opened.set_value({});
        watch();
        port_.reset();
    }

    std::atomic<bool> stop{false};
    std::atomic<bool> frozen{false};
    std::atomic<std::uint32_t> in_tail{0};     ///< written by submit
    std::atomic<std::uint32_t> out_head{0};    ///< written by drain
    std::atomic<std::uint32_t> in_head{0};     ///< from the card
    std::atomic<std::uint32_t> out_tail{0};    ///< from the card
    std::atomic<std::uint64_t> waiting_for{0}; ///< sequence of the last TX
    std::atomic<std::uint64_t> answered{0};    ///< sequence of the last TX that was answered
    std::atomic<bool> signalled{false};

    /// Error when the card has failed, or has not come back from a register access within the deadline.
    [[nodiscard]] Result<void> health() const {
        if (failed_.load(std::memory_order_acquire)) {
            const std::lock_guard lock(mutex_);
            return fail("xrt engine: " + failure_, lost_hint);
        }
        if (hangs())
            return fail("xrt engine: the card has not answered for " + std::to_string(deadline_.count()) + " ms", lost_hint);
        return {};
    }
    /// In a register access that takes too long; the thread cannot be ended.
    [[nodiscard]] bool hangs() const {
        const std::int64_t since = access_since_ns_.load(std::memory_order_relaxed);
        return since != 0 && now_ns() - since > std::chrono::nanoseconds(deadline_).count();
    }
    void fail_with(const std::string& why) {
        {
            const std::lock_guard lock(mutex_);
            if (failed_.load()) return;
            failure_ = why;
        }
        failed_.store(true, std::memory_order_release);
        announce();
    }
    Result<void> reset() {
        if (hangs()) return health();
        reset_done_.store(false);
        reset_wanted_.store(true);
        for (const auto until = Clock::now() + 2 * deadline_; !reset_done_.load(); std::this_thread::sleep_for(nap)) {
            if (Clock::now() > until || hangs() || ended_.load()) return fail("xrt engine: the card does not come back", lost_hint);
        }
        return health();
    }
    void announce() {
        if (signalled.exchange(true)) return;
        const std::uint64_t one = 1;
        (void)!write(event_fd_, &one, sizeof(one)); // cannot fail: the counter is at most one
    }
    [[nodiscard]] std::uint8_t* in_ring() const { return base_; }
    [[nodiscard]] std::uint8_t* out_ring() const { return base_ + ring_bytes; }
    [[nodiscard]] int event_fd() const { return event_fd_; }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] bool ended() const { return ended_.load(); }

private:
    [[nodiscard]] std::uint64_t page_word(std::size_t offset) const {
        const auto* word = reinterpret_cast<const volatile std::uint64_t*>(base_ + 2 * ring_bytes + offset); // the card writes it
        const std::uint64_t value = *word;
        std::atomic_thread_fence(std::memory_order_acquire);
        return value;
    }

    void write(std::uint32_t address, std::uint32_t value) {
        access_since_ns_.store(now_ns(), std::memory_order_relaxed);
        port_->write_register(address, value);
        access_since_ns_.store(0, std::memory_order_relaxed);
    }
    static ssize_t write(int file, const void* data, std::size_t size) { return ::write(file, data, size); }
    void write64(std::uint32_t address, std::uint64_t value) {
        write(address, static_cast<std::uint32_t>(value));
        write(address + 4, static_cast<std::uint32_t>(value >> 32U));
    }
    std::uint32_t read(std::uint32_t address) {
        access_since_ns_.store(now_ns(), std::memory_order_relaxed);
        const std::uint32_t value = port_->read_register(address);
        access_since_ns_.store(0, std::memory_order_relaxed);
        return value;
    }

    /// From whatever state the card was left in to a running one with empty rings.
    void begin() {
        if (const std::uint32_t version = read(card::reg_version); version != card::version)
            throw std::runtime_error("the card's version register says " + std::to_string(version) +
                                     ": not a jitbox image, or one of another version");
        if (const std::uint32_t contract = read(card::reg_contract); contract != card::contract_version)
            throw std::runtime_error("the card speaks version " + std::to_string(contract) +
                                     " of the record contract, this program " + std::to_string(card::contract_version));
        write(card::reg_soft_reset, 1);
        const auto until = Clock::now() + deadline_;
        while ((read(card::reg_status) & 1U << card::status_resetting) != 0) {
            if (Clock::now() > until) throw std::runtime_error("the card does not come out of its reset");
        }
        std::memset(base_ + 2 * ring_bytes, 0, records::beat_bytes);
        in_tail = out_head = in_head = out_tail = told_in_tail_ = told_out_head_ = 0;
        waiting_for = answered = 0;
        const std::uint64_t address = port_->address();
        write64(card::reg_in_ring, address);
        write64(card::reg_out_ring, address + ring_bytes);
        write64(card::reg_page, address + 2 * ring_bytes);
        write(card::reg_ring_beats, card_ring_beats);
        told_frozen_ = frozen.load();
        write(card::reg_freeze, told_frozen_ ? 1 : 0);
        write(card::reg_control, 1);
        check_status();
        progress_ = Clock::now();
    }

    void check_status() {
        const std::uint32_t status = read(card::reg_status);
        if (status == ~0U) throw std::runtime_error("the card has left the bus");
        if ((status & 1U << card::status_error) != 0) throw std::runtime_error(error_text(read(card::reg_error)));
        if ((status & 1U << card::status_running) == 0)
            throw std::runtime_error("the card has stopped: " + error_text(read(card::reg_error)));
    }

    void watch() {
        auto last_status = Clock::now();
        auto last_active = Clock::now();
        while (!stop.load(std::memory_order_relaxed)) {
            try {
                const bool active = !failed_.load(std::memory_order_relaxed) && exchange();
                const auto now = Clock::now();
                if (active) last_active = progress_ = now;
                if (reset_wanted_.load()) do_reset();
                if (!failed_.load(std::memory_order_relaxed) && now - last_status > status_period) {
                    last_status = now;
                    check_status();
                    check_progress(now);
                }
                if (now - last_active > spin_time) std::this_thread::sleep_for(nap);
            } catch (const std::exception& error) {
                access_since_ns_.store(0);
                fail_with(error.what());
            }
        }
        ended_.store(true);
    }

    void do_reset() {
        reset_wanted_.store(false);
        failed_.store(false);
        try {
            begin();
        } catch (const std::exception& error) {
            access_since_ns_.store(0);
            fail_with(error.what());
        }
        reset_done_.store(true);
    }

    /// One round of telling the card what is new here, and seeing what is new there. True when there was something.
    bool exchange() {
        bool active = false;
        const auto tail = static_cast<std::uint32_t>(page_word(card::page::out_tail));
        const auto head = static_cast<std::uint32_t>(page_word(card::page::in_head));
        if (head != in_head.load(std::memory_order_relaxed)) {
            in_head.store(head, std::memory_order_release);
            active = true;
        }
        if (tail != out_tail.load(std::memory_order_relaxed)) {
            out_tail.store(tail, std::memory_order_release);
            announce();
            active = true;
        }
        if (const std::uint32_t mine = in_tail.load(std::memory_order_acquire); mine != told_in_tail_) {
            write(card::reg_in_tail, told_in_tail_ = mine);
            active = true;
        }
        if (const std::uint32_t mine = out_head.load(std::memory_order_acquire); mine != told_out_head_) {
            write(card::reg_out_head, told_out_head_ = mine);
            active = true;
        }
        if (const bool mine = frozen.load(); mine != told_frozen_) {
            told_frozen_ = mine;
            write(card::reg_freeze, mine ? 1 : 0);
            active = true;
        }
        return active;
    }

    /// Work is there, nothing moves, and it is not we who hold it up.
    void check_progress(Clock::time_point now) {
        const bool waiting = told_in_tail_ != in_head.load() || waiting_for.load() > answered.load();
        const bool unread = out_head.load() != out_tail.load();
        if (!waiting || unread) progress_ = now;
        if (now - progress_ > deadline_)
            throw std::runtime_error("the card has stood still for " + std::to_string(deadline_.count()) +
                                     " ms with records to answer");
    }

    std::function<std::unique_ptr<CardPort>()> open_;
    const std::chrono::milliseconds deadline_;
    const int event_fd_;
    std::unique_ptr<CardPort> port_;
    std::uint8_t* base_ = nullptr;
    std::string name_;
    std::uint32_t told_in_tail_ = 0;
    std::uint32_t told_out_head_ = 0;
    bool told_frozen_ = false;
    Clock::time_point progress_;
    std::atomic<std::int64_t> access_since_ns_{0}; ///< 0 outside of a register access
    std::atomic<bool> failed_{false};
    std::atomic<bool> reset_wanted_{false};
    std::atomic<bool> reset_done_{false};
    std::atomic<bool> ended_{false};
    mutable std::mutex mutex_;
    std::string failure_;
};

void copy_in(std::uint8_t* ring, std::uint32_t position, BytesView record) {
    const std::size_t at = std::size_t{position % card_ring_beats} * records::beat_bytes;
    const std::size_t first = std::min(record.size(), ring_bytes - at);
    std::memcpy(ring + at, record.data(), first);
    std::memcpy(ring, record.data() + first, record.size() - first);
}

void copy_out(const std::uint8_t* ring, std::uint32_t position, std::span<std::uint8_t> record) {
    const std::size_t at = std::size_t{position % card_ring_beats} * records::beat_bytes;
    const std::size_t first = std::min(record.size(), ring_bytes - at);
    std::memcpy(record.data(), ring + at, first);
    std::memcpy(record.data() + first, ring, record.size() - first);
}

class XrtEngine final : public Engine {
public:
    XrtEngine(std::function<std::unique_ptr<CardPort>()> open, std::chrono::milliseconds deadline)
        : worker_(std::make_shared<Worker>(std::move(open), deadline)) {
        (void)std::signal(SIGPIPE, SIG_IGN); // the emulation driver writes to its simulator's socket, which may be gone
        std::promise<std::string> opened;
        opened_ = opened.get_future();
        thread_ = std::thread([worker = worker_, promise = std::move(opened)]() mutable { worker->run(std::move(promise)); });
    }
    XrtEngine(const XrtEngine&) = delete;
    XrtEngine& operator=(const XrtEngine&) = delete;
    ~XrtEngine() override {
        worker_->stop.store(true);
        if (abandoned_ || worker_->hangs() || !worker_->health()) {
            // The driver does not come back from a lost card, and neither do its destructors at the end of the process.
            thread_.detach();
            (void)on_exit(
                [](int status, void*) {
                    (void)std::fflush(nullptr);
                    _exit(status);
                },
                nullptr);
            return;
        }
        thread_.join();
    }

    Result<void> open() {
        if (opened_.wait_for(open_deadline) != std::future_status::ready) {
            abandoned_ = true;
            return fail("xrt engine: the device does not open", "check XRT's environment and the card (docs/card.md)");
        }
        if (const std::string why = opened_.get(); !why.empty())
            return fail("xrt engine: " + why, "check the device, the xclbin and XRT's environment (docs/card.md)");
        return {};
    }

    Result<void> submit(BytesView record, std::chrono::milliseconds deadline) override {
        if (record.size() < records::beat_bytes)
            return fail("engine: record of " + std::to_string(record.size()) + " bytes is no beat");
        const std::uint32_t beats = records::beats_of(get<std::uint32_t>(record, records::header::payload_bytes));
        if (record.size() != std::size_t{beats} * records::beat_bytes)
            return fail("engine: record of " + std::to_string(record.size()) + " bytes, its header says " +
                            std::to_string(std::size_t{beats} * records::beat_bytes),
                        "submit one whole record at a time, padded to 64 bytes");
        const std::uint32_t tail = worker_->in_tail.load(std::memory_order_relaxed);
        for (const auto until = Clock::now() + deadline;
             tail + beats - worker_->in_head.load(std::memory_order_acquire) > card_ring_beats;) {
            if (auto healthy = health(); !healthy) return healthy;
            if (Clock::now() >= until)
                return fail("engine: no room for a record within " + std::to_string(deadline.count()) + " ms",
                            "drain the engine's output; it stops taking input while its output ring is full");
            std::this_thread::sleep_for(nap);
        }
        if (auto healthy = health(); !healthy) return healthy;
        copy_in(worker_->in_ring(), tail, record);
        if (record[records::header::kind] == static_cast<std::uint8_t>(records::Kind::tx))
            worker_->waiting_for.store(get<std::uint64_t>(record, records::header::sequence), std::memory_order_relaxed);
        worker_->in_tail.store(tail + beats, std::memory_order_release);
        records_in_.fetch_add(1, std::memory_order_relaxed);
        bytes_in_.fetch_add(record.size(), std::memory_order_relaxed);
        return {};
    }

    std::size_t drain(const Sink& sink) override {
        if (worker_->signalled.load()) {
            std::uint64_t ignored = 0;
            (void)!::read(worker_->event_fd(), &ignored, sizeof(ignored)); // nothing to read is fine: the consumer may have read it
            worker_->signalled.store(false);
        }
        std::size_t count = 0;
        const std::uint32_t tail = worker_->out_tail.load(std::memory_order_acquire);
        std::uint32_t head = worker_->out_head.load(std::memory_order_relaxed);
        while (head != tail && health()) {
            const std::uint32_t beats = next_record(head);
            if (tail - head < beats || tail - head > card_ring_beats) {
                worker_->fail_with("the card's output is no stream of records");
                break;
            }
            head += beats;
            ++count;
            hand_out(outgoing_, sink);
        }
        worker_->out_head.store(head, std::memory_order_release);
        return count;
    }

    [[nodiscard]] int event_fd() const override { return worker_->event_fd(); }
    [[nodiscard]] Result<void> health() const override { return worker_->health(); }
    void freeze() noexcept override { worker_->frozen.store(true); }
    void unfreeze() noexcept override { worker_->frozen.store(false); }
    Result<void> reset() override { return worker_->reset(); }

    [[nodiscard]] EngineInfo info() const override {
        return {.name = "xrt", .detail = worker_->name(), .contract_version = card::contract_version};
    }
    [[nodiscard]] EngineCounters counters() const override {
        return {.records_in = records_in_.load(std::memory_order_relaxed),
                .records_out = records_out_.load(std::memory_order_relaxed),
                .bytes_in = bytes_in_.load(std::memory_order_relaxed),
                .decisions = decisions_.load(std::memory_order_relaxed),
                .rejects = rejects_.load(std::memory_order_relaxed)};
    }

private:
    /// Copies the record at `head` to outgoing_; its beats.
    std::uint32_t next_record(std::uint32_t head) {
        outgoing_.resize(records::beat_bytes);
        copy_out(worker_->out_ring(), head, outgoing_);
        const std::uint32_t beats = records::beats_of(get<std::uint32_t>(outgoing_, records::header::payload_bytes));
        outgoing_.resize(std::size_t{beats} * records::beat_bytes);
        copy_out(worker_->out_ring(), head, outgoing_);
        return beats;
    }

    void hand_out(BytesView record, const Sink& sink) {
        const auto kind = static_cast<records::Kind>(record[records::header::kind]);
        records_out_.fetch_add(1, std::memory_order_relaxed);
        if (kind == records::Kind::tx_seen || kind == records::Kind::reject)
            worker_->answered.store(get<std::uint64_t>(record, records::header::sequence), std::memory_order_relaxed);
        if (kind == records::Kind::decision && worker_->frozen.load()) {
            rejects_.fetch_add(1, std::memory_order_relaxed);
            sink(frozen_reject(record));
            return;
        }
        if (kind == records::Kind::decision) decisions_.fetch_add(1, std::memory_order_relaxed);
        if (kind == records::Kind::reject) rejects_.fetch_add(1, std::memory_order_relaxed);
        sink(record);
    }

    std::shared_ptr<Worker> worker_;
    std::future<std::string> opened_;
    std::thread thread_;
    bool abandoned_ = false;
    Bytes outgoing_;
    std::atomic<std::uint64_t> records_in_{0};
    std::atomic<std::uint64_t> records_out_{0};
    std::atomic<std::uint64_t> bytes_in_{0};
    std::atomic<std::uint64_t> decisions_{0};
    std::atomic<std::uint64_t> rejects_{0};
};

} // namespace

Result<std::unique_ptr<Engine>> make_card_engine(std::function<std::unique_ptr<CardPort>()> open,
                                                 std::chrono::milliseconds deadline) {
    auto engine = std::make_unique<XrtEngine>(std::move(open), deadline);
    if (auto opened = engine->open(); !opened) return std::unexpected(opened.error());
    return engine;
}

} // namespace jitbox::accel
