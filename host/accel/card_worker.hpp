// The thread that alone touches a card: registers, positions of the rings, the watch over it, its reset. Private to XrtEngine.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/card_port.hpp"
#include "accel/card_registers.hpp"
#include "accel/record_fields.hpp"
#include "accel/xrt_engine.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace jitbox::accel {

inline constexpr std::size_t ring_bytes = std::size_t{card_ring_beats} * records::beat_bytes;
inline constexpr auto status_period = std::chrono::milliseconds{200};
inline constexpr auto spin_time = std::chrono::microseconds{20};
inline constexpr auto nap = std::chrono::microseconds{50};
inline constexpr const char* lost_hint = "check the card (jitctl card test), then restart jitd or let it recover";

inline std::int64_t now_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

inline std::string error_text(std::uint32_t code) {
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
class CardWorker {
public:
    using Clock = std::chrono::steady_clock;

    CardWorker(std::function<std::unique_ptr<CardPort>()> open, std::chrono::milliseconds deadline)
        : open_(std::move(open)), deadline_(deadline), event_fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
        if (event_fd_ < 0) throw std::runtime_error("xrt engine: eventfd: " + std::string(std::strerror(errno)));
    }
    ~CardWorker() { close(event_fd_); }
    CardWorker(const CardWorker&) = delete;
    CardWorker& operator=(const CardWorker&) = delete;

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
        close_port();
    }

    std::atomic<bool> stop{false};
    std::atomic<bool> frozen{false};
    std::atomic<bool> stopped_by_hardware{false};
    std::atomic<bool> stop_line_on{false};
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

    /// Stops the card: afterwards nothing of it is under way to or from memory. False: not within the deadline.
    bool soft_reset() {
        write(card::reg_soft_reset, 1);
        for (const auto until = Clock::now() + deadline_; (read(card::reg_status) & 1U << card::status_resetting) != 0;) {
            if (Clock::now() > until) return false;
        }
        return true;
    }

    /// The port's memory is what the card writes into: it is only given back once the card has come to rest.
    void close_port() {
        try {
            if (!soft_reset()) (void)port_.release();
        } catch (const std::exception&) { // a lost card, of which nobody knows what it still does
            access_since_ns_.store(0);
            (void)port_.release();
        }
        port_.reset();
    }

    /// From whatever state the card was left in to a running one with empty rings.
    void begin() {
        if (const std::uint32_t version = read(card::reg_version); version != card::version)
            throw std::runtime_error("the card's version register says " + std::to_string(version) +
                                     ": not a jitbox image, or one of another version");
        if (const std::uint32_t contract = read(card::reg_contract); contract != card::contract_version)
            throw std::runtime_error("the card speaks version " + std::to_string(contract) +
                                     " of the record contract, this program " + std::to_string(card::contract_version));
        if (!soft_reset()) throw std::runtime_error("the card does not come out of its reset");
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
                    check_stop_line();
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

    /// The freeze register set though nobody here has set it: by the pin.
    void check_stop_line() {
        stop_line_on.store((read(card::reg_status) >> card::status_stop_pin & 1U) != 0);
        if (!told_frozen_ && (read(card::reg_freeze) & 1U) != 0) stopped_by_hardware.store(true);
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

    /// What the page says is where the rings can stand: input taken no further than it was sent, output no further than there is
    /// room for, neither ever back. Else nothing that the card has written is believed.
    void check_positions(std::uint32_t head, std::uint32_t tail) const {
        const std::uint32_t taken = in_head.load(std::memory_order_relaxed);
        if (head - taken > told_in_tail_ - taken)
            throw std::runtime_error("the card says that it has read the input ring up to " + std::to_string(head) +
                                     ", which is not from " + std::to_string(taken) + " to " + std::to_string(told_in_tail_));
        const std::uint32_t written = out_tail.load(std::memory_order_relaxed);
        const std::uint32_t end = told_out_head_ + card_ring_beats;
        if (tail - written > end - written)
            throw std::runtime_error("the card says that it has written the output ring up to " + std::to_string(tail) +
                                     ", which is not from " + std::to_string(written) + " to " + std::to_string(end));
    }

    /// One round of telling the card what is new here, and seeing what is new there. True when there was something.
    bool exchange() {
        bool active = false;
        const auto tail = static_cast<std::uint32_t>(page_word(card::page::out_tail));
        const auto head = static_cast<std::uint32_t>(page_word(card::page::in_head));
        check_positions(head, tail);
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

} // namespace jitbox::accel
