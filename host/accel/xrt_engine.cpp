// XrtEngine: records in and out of the rings in host memory; card_worker.hpp talks to the card.
// SPDX-License-Identifier: Apache-2.0
#include "accel/xrt_engine.hpp"

#include "accel/card_worker.hpp"
#include "accel/engine_tally.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <thread>

namespace jitbox::accel {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto open_deadline = std::chrono::seconds{60}; // hw_emu's load alone sleeps ten seconds

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
        : worker_(std::make_shared<CardWorker>(std::move(open), deadline)) {
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
        tally_.took(record);
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
    void unfreeze() noexcept override {
        worker_->stopped_by_hardware.store(false); // seen again when the line is still on
        worker_->frozen.store(false);
    }
    [[nodiscard]] bool stopped_by_hardware() const noexcept override { return worker_->stopped_by_hardware.load(); }
    [[nodiscard]] bool stop_line_on() const noexcept override { return worker_->stop_line_on.load(); }
    Result<void> reset() override { return worker_->reset(); }

    [[nodiscard]] EngineInfo info() const override {
        return {.name = "xrt", .detail = worker_->name(), .contract_version = card::contract_version};
    }
    [[nodiscard]] EngineCounters counters() const override { return tally_.counters(); }

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
        if (kind == records::Kind::tx_seen || kind == records::Kind::reject)
            worker_->answered.store(get<std::uint64_t>(record, records::header::sequence), std::memory_order_relaxed);
        tally_.hand_out(record, worker_->frozen.load(), sink);
    }

    std::shared_ptr<CardWorker> worker_;
    std::future<std::string> opened_;
    std::thread thread_;
    bool abandoned_ = false;
    Bytes outgoing_;
    EngineTally tally_;
};

} // namespace

Result<std::unique_ptr<Engine>> make_card_engine(std::function<std::unique_ptr<CardPort>()> open,
                                                 std::chrono::milliseconds deadline) {
    auto engine = std::make_unique<XrtEngine>(std::move(open), deadline);
    if (auto opened = engine->open(); !opened) return std::unexpected(opened.error());
    return engine;
}

} // namespace jitbox::accel
