// XRT's own port, and a hand on its doorbells: a host that rings what is not so, which XrtEngine itself never does. What is rung
// goes through the driver to the card as any other. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/card_port.hpp"
#include "accel/card_registers.hpp"
#include "accel/xrt_engine.hpp"

#include <dlfcn.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>

namespace jitbox::test {

/// What the test wants rung; shared with the port, which is on the engine's thread.
class Doorbells {
public:
    /// Beside the engine's next register access (it looks at the status five times a second): this register, `by` beats from what
    /// the engine rang last.
    void ring(std::uint32_t address, std::uint32_t by) {
        const std::lock_guard lock(mutex_);
        wanted_ = Ring{address, by};
    }
    /// So many times more, each bell, beside every access.
    std::atomic<unsigned> storm{0};
    std::atomic<std::uint64_t> rung{0};
    /// Writes a word of the page, as if the card had.
    void write_page(std::size_t offset, std::uint64_t value) const {
        auto* const word = reinterpret_cast<std::uint64_t*>(memory_.load() + accel::card_memory_bytes - page_bytes + offset);
        std::atomic_ref(*word).store(value);
    }
    [[nodiscard]] std::uint64_t page(std::size_t offset) const {
        auto* const word = reinterpret_cast<std::uint64_t*>(memory_.load() + accel::card_memory_bytes - page_bytes + offset);
        return std::atomic_ref(*word).load();
    }

private:
    friend class DoorbellPort;
    struct Ring {
        std::uint32_t address;
        std::uint32_t by;
    };
    static constexpr std::size_t page_bytes = 4096; // behind both rings
    std::optional<Ring> take() {
        const std::lock_guard lock(mutex_);
        return std::exchange(wanted_, std::nullopt);
    }
    std::mutex mutex_;
    std::optional<Ring> wanted_;
    std::atomic<std::uint8_t*> memory_{nullptr};
};

class DoorbellPort final : public accel::CardPort {
public:
    DoorbellPort(std::unique_ptr<accel::CardPort> card, std::shared_ptr<Doorbells> bells)
        : card_(std::move(card)), bells_(std::move(bells)) {
        bells_->memory_ = card_->memory();
    }
    void write_register(std::uint32_t address, std::uint32_t value) override {
        card_->write_register(address, value);
        if (address == accel::card::reg_soft_reset) in_tail_ = out_head_ = 0;
        if (address == accel::card::reg_in_tail) in_tail_ = value;
        if (address == accel::card::reg_out_head) out_head_ = value;
        if (address == accel::card::reg_in_tail || address == accel::card::reg_out_head) interfere();
    }
    std::uint32_t read_register(std::uint32_t address) override {
        if (address == accel::card::reg_status) interfere();
        return card_->read_register(address);
    }
    std::uint8_t* memory() override { return card_->memory(); }
    std::uint64_t address() override { return card_->address(); }
    std::string name() override { return card_->name(); }

private:
    void interfere() {
        for (unsigned n = bells_->storm; n > 0; --n) {
            card_->write_register(accel::card::reg_in_tail, in_tail_);
            card_->write_register(accel::card::reg_out_head, out_head_);
            bells_->rung += 2;
        }
        if (const auto wanted = bells_->take())
            card_->write_register(wanted->address,
                                  (wanted->address == accel::card::reg_in_tail ? in_tail_ : out_head_) + wanted->by);
    }
    std::unique_ptr<accel::CardPort> card_;
    std::shared_ptr<Doorbells> bells_;
    std::uint32_t in_tail_ = 0; // as the engine has rung them
    std::uint32_t out_head_ = 0;
};

/// XRT's port from its module, as make_engine loads it.
inline std::unique_ptr<accel::CardPort> open_xrt(const std::filesystem::path& xclbin) {
    const std::filesystem::path module = std::filesystem::path(JITBOX_BINARY_DIR) / "bin" / "jitbox-xrt.so";
    void* const handle = ::dlopen(module.c_str(), RTLD_NOW | RTLD_LOCAL); // never closed: XRT has threads and exit handlers
    if (handle == nullptr) throw std::runtime_error(::dlerror());
    const auto open = reinterpret_cast<accel::OpenCard>(::dlsym(handle, accel::open_card_symbol));
    if (open == nullptr) throw std::runtime_error(module.string() + " has no " + accel::open_card_symbol);
    std::string why;
    std::unique_ptr<accel::CardPort> port(open(xclbin.c_str(), 0, accel::card_memory_bytes, why));
    if (!port) throw std::runtime_error(why);
    return port;
}

} // namespace jitbox::test
