// NativeEngine: the HLS kernels, compiled for the CPU, between two rings: on a worker thread, or on the caller's while the worker
// sleeps. SPDX-License-Identifier: Apache-2.0
#include "accel/byte_ring.hpp"
#include "accel/engine.hpp"
#include "accel/engine_tally.hpp"
#include "accel/record_fields.hpp"
#include "hls/mempool_parser.hpp"
#include "hls/range_profit.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <thread>

namespace jitbox::accel {
namespace {

constexpr std::size_t ring_bytes = std::size_t{8} << 20U;
constexpr std::size_t largest_record = records::max_payload_bytes + 2 * records::beat_bytes;
constexpr std::size_t largest_output = records::decision::total_bytes;
constexpr std::size_t largest_answer = std::size_t{64} << 10U; // of one record: sixteen legs with their decisions, and TX_SEEN
constexpr std::uint32_t contract_version = 1;
constexpr int spins_before_sleep = 2000; // some tens of microseconds: longer than the gap between two records of one burst

void relax() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

/// One thread sleeps until a word changes; the others ring only when it sleeps.
class Bell {
public:
    void ring() {
        count_.fetch_add(1, std::memory_order_seq_cst);
        if (sleeping_.load(std::memory_order_seq_cst)) count_.notify_one();
    }
    /// Returns when `ready` says so, or soon after a ring that came later than the call.
    template <typename Ready>
    void wait(const Ready& ready) {
        for (int i = 0; i < spins_before_sleep; ++i) {
            if (ready()) return;
            relax();
        }
        const std::uint32_t seen = count_.load(std::memory_order_seq_cst);
        sleeping_.store(true, std::memory_order_seq_cst);
        if (!ready()) count_.wait(seen, std::memory_order_seq_cst);
        sleeping_.store(false, std::memory_order_seq_cst);
    }

private:
    std::atomic<std::uint32_t> count_{0};
    std::atomic<bool> sleeping_{false};
};

/// Both kernels, as the card chains them.
struct Kernels {
    hlsk::MempoolParserState parser{};
    hlsk::RangeProfitState range;
    hlsk::BeatStream raw;
    hlsk::BeatStream parsed;
    hlsk::BeatStream answers;

    Kernels() { range.reset(); }
};

class NativeEngine final : public Engine {
public:
    NativeEngine() : in_(ring_bytes), out_(ring_bytes), event_fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
        if (event_fd_ < 0) throw std::runtime_error("native engine: eventfd: " + std::string(std::strerror(errno)));
        worker_ = std::thread([this] { work(); });
    }
    NativeEngine(const NativeEngine&) = delete;
    NativeEngine& operator=(const NativeEngine&) = delete;
    ~NativeEngine() override {
        end_worker();
        close(event_fd_);
    }

    Result<void> submit(BytesView record, std::chrono::milliseconds deadline) override {
        if (auto pushed = push(record, deadline); !pushed) return pushed;
        input_bell_.ring();
        return {};
    }

    Result<void> submit_now(BytesView record, std::chrono::milliseconds deadline) override {
        if (auto pushed = push(record, deadline); !pushed) return pushed;
        if (!work_here()) input_bell_.ring();
        return {};
    }

    std::size_t drain(const Sink& sink) override {
        if (signalled_.load()) {
            std::uint64_t ignored = 0;
            (void)!read(event_fd_, &ignored, sizeof(ignored)); // nothing to read is fine: the consumer may have read it
            signalled_.store(false);
        }
        std::size_t count = 0;
        while (out_.readable() >= records::beat_bytes) {
            std::array<std::uint8_t, largest_output> record; // NOLINT(cppcoreguidelines-pro-type-member-init): filled by peek
            const std::span<std::uint8_t> head(record.data(), records::header_bytes);
            out_.peek(head);
            const std::size_t size =
                static_cast<std::size_t>(records::beats_of(get<std::uint32_t>(head, records::header::payload_bytes))) *
                records::beat_bytes;
            const std::span<std::uint8_t> whole(record.data(), size);
            out_.peek(whole);
            out_.pop(size);
            ++count;
            hand_out(whole, sink);
        }
        if (count != 0) room_bell_.ring();
        return count;
    }

    [[nodiscard]] int event_fd() const override { return event_fd_; }

    [[nodiscard]] Result<void> health() const override {
        if (failed_.load(std::memory_order_acquire))
            return fail("native engine: " + failure_, "restart jitd; keep the capture file");
        return {};
    }

    void freeze() noexcept override { frozen_.store(true); }
    void unfreeze() noexcept override { frozen_.store(false); }

    Result<void> reset() override {
        end_worker();
        in_.pop(in_.readable());
        out_.pop(out_.readable());
        kernels_ = std::make_unique<Kernels>();
        failed_.store(false);
        stop_.store(false);
        worker_ = std::thread([this] { work(); });
        return {};
    }

    [[nodiscard]] EngineInfo info() const override {
        return {.name = "native", .detail = "HLS kernels on one CPU thread", .contract_version = contract_version};
    }

    [[nodiscard]] EngineCounters counters() const override { return tally_.counters(); }

private:
    void end_worker() {
        stop_.store(true);
        input_bell_.ring();
        room_bell_.ring();
        worker_.join();
    }

    Result<void> push(BytesView record, std::chrono::milliseconds deadline) {
        if (record.size() < records::beat_bytes)
            return fail("engine: record of " + std::to_string(record.size()) + " bytes is no beat");
        const auto payload = get<std::uint32_t>(record, records::header::payload_bytes);
        const std::size_t whole = static_cast<std::size_t>(records::beats_of(payload)) * records::beat_bytes;
        if (record.size() != whole)
            return fail("engine: record of " + std::to_string(record.size()) + " bytes, its header says " + std::to_string(whole),
                        "submit one whole record at a time, padded to 64 bytes");
        if (!in_.try_push(record)) {
            const auto until = std::chrono::steady_clock::now() + deadline;
            while (!in_.try_push(record)) {
                if (auto healthy = health(); !healthy) return healthy;
                if (std::chrono::steady_clock::now() >= until)
                    return fail("engine: no room for a record within " + std::to_string(deadline.count()) + " ms",
                                "drain the engine's output; it stops taking input while its output ring is full");
                std::this_thread::sleep_for(std::chrono::microseconds{50});
            }
        }
        tally_.took(record);
        return {};
    }

    void hand_out(BytesView record, const Sink& sink) { tally_.hand_out(record, frozen_.load(), sink); }

    /// The kernels' state belongs to who holds this: the worker while there is work, the submitting thread while the worker sleeps.
    bool take_kernels() { return !kernels_taken_.test_and_set(std::memory_order_acquire); }
    void give_kernels() { kernels_taken_.clear(std::memory_order_release); }

    void work() {
        while (!stop_.load(std::memory_order_relaxed)) {
            if (in_.readable() == 0 || !take_kernels()) {
                input_bell_.wait([this] {
                    return (in_.readable() != 0 && !kernels_taken_.test(std::memory_order_relaxed)) ||
                           stop_.load(std::memory_order_relaxed);
                });
                continue;
            }
            guarded([this] {
                while (in_.readable() != 0 && !stop_.load(std::memory_order_relaxed)) run_one();
            });
            give_kernels();
        }
    }

    /// False when the worker has the kernels, or when there might be no room for the answers: this thread must not wait for itself.
    bool work_here() {
        if (!take_kernels()) return false;
        bool done = false;
        guarded([&] {
            while (in_.readable() != 0 && out_.capacity() - out_.readable_from_writer() >= largest_answer) run_one();
            done = in_.readable() == 0;
        });
        give_kernels();
        return done;
    }

    template <typename Work>
    void guarded(const Work& work) {
        try {
            work();
        } catch (const std::exception& error) {
            if (failed_.load(std::memory_order_relaxed)) return;
            failure_ = error.what();
            failed_.store(true, std::memory_order_release);
        }
    }

    /// One record through the kernels. submit put it whole into the ring.
    void run_one() {
        Kernels& kernels = *kernels_;
        Bytes& record = record_;
        in_.peek(std::span(record).first(records::header_bytes));
        const std::size_t beats = records::beats_of(get<std::uint32_t>(record, records::header::payload_bytes));
        const std::size_t size = beats * records::beat_bytes;
        in_.peek(std::span(record).first(size));
        in_.pop(size);
        for (std::size_t i = 0; i < beats; ++i) {
            hlsk::Beat beat;
            std::memcpy(&beat.data, record.data() + i * records::beat_bytes, records::beat_bytes);
            beat.last = i + 1 == beats;
            kernels.raw.write(beat);
        }
        hlsk::mempool_parser(kernels.parser, kernels.raw, kernels.parsed);
        while (!kernels.parsed.empty()) {
            hlsk::range_profit(kernels.range, kernels.parsed, kernels.answers, frozen_);
            flush(kernels.answers); // a decision leaves before the next leg is looked at
        }
    }

    /// Moves finished records to the output ring; waits while it is full, which is the engine's back-pressure.
    void flush(hlsk::BeatStream& answers) {
        Bytes& record = outgoing_;
        while (!answers.empty()) {
            record.clear();
            for (bool last = false; !last;) {
                const hlsk::Beat beat = answers.read();
                last = beat.last;
                const std::size_t at = record.size();
                record.resize(at + records::beat_bytes);
                std::memcpy(record.data() + at, &beat.data, records::beat_bytes);
            }
            while (!out_.try_push(record)) {
                if (stop_.load(std::memory_order_relaxed)) return;
                announce();
                const std::size_t full = out_.capacity() - largest_output;
                room_bell_.wait([&] { return out_.readable_from_writer() <= full || stop_.load(std::memory_order_relaxed); });
            }
        }
        announce();
    }

    void announce() {
        if (out_.readable_from_writer() == 0 || signalled_.exchange(true)) return;
        const std::uint64_t one = 1;
        (void)!write(event_fd_, &one, sizeof(one)); // cannot fail: the counter is at most one
    }

    ByteRing in_;
    ByteRing out_;
    std::unique_ptr<Kernels> kernels_ = std::make_unique<Kernels>();
    Bytes record_ = Bytes(largest_record);
    std::atomic_flag kernels_taken_;
    const int event_fd_;
    Bytes outgoing_;
    Bell input_bell_;
    Bell room_bell_;
    hlsk::FreezeLine frozen_{false};
    std::atomic<bool> signalled_{false};
    std::atomic<bool> stop_{false};
    std::atomic<bool> failed_{false};
    std::string failure_; // written before failed_
    EngineTally tally_;
    std::thread worker_;
};

} // namespace

std::unique_ptr<Engine> make_native_engine() {
    return std::make_unique<NativeEngine>();
}

} // namespace jitbox::accel
