// The module jitbox-xrt.so: a card through XRT's native API. The same code drives an Alveo and, through XRT's hw_emu driver, the
// model. SPDX-License-Identifier: Apache-2.0
#include "accel/card_port.hpp"

#include <experimental/xrt_ip.h>
#include <xrt/xrt_bo.h>
#include <xrt/xrt_device.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <iostream>
#include <stdexcept>
#include <unistd.h>

namespace jitbox::accel {
namespace {

constexpr const char* instance = "jitbox_top:{jitbox_0}";
constexpr int host_bank = 1; // HOST[0] in the memory topology of both forms of the image
constexpr std::uint64_t page_bytes = 4096;

/// XRT's emulation driver reports on standard output, which belongs to the program's answers: meanwhile it goes to standard error.
class QuietOutput {
public:
    QuietOutput() : kept_(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)) {
        flush();
        if (kept_ >= 0) (void)::dup2(STDERR_FILENO, STDOUT_FILENO);
    }
    ~QuietOutput() {
        flush();
        if (kept_ < 0) return;
        (void)::dup2(kept_, STDOUT_FILENO);
        (void)::close(kept_);
    }
    QuietOutput(const QuietOutput&) = delete;
    QuietOutput& operator=(const QuietOutput&) = delete;

private:
    static void flush() {
        std::cout.flush();
        (void)std::fflush(stdout);
    }
    int kept_;
};

/// What becomes of a crash is the program's matter: XRT's emulation driver, when it loads an image, takes these signals and answers
/// them with kill(0, ...), which takes a supervisor or a test runner along.
class OwnCrashSignals {
public:
    OwnCrashSignals() {
        for (std::size_t i = 0; i < signals.size(); ++i) (void)::sigaction(signals[i], nullptr, &kept_[i]);
    }
    ~OwnCrashSignals() {
        for (std::size_t i = 0; i < signals.size(); ++i) (void)::sigaction(signals[i], &kept_[i], nullptr);
    }
    OwnCrashSignals(const OwnCrashSignals&) = delete;
    OwnCrashSignals& operator=(const OwnCrashSignals&) = delete;

private:
    static constexpr std::array signals{SIGABRT, SIGFPE, SIGSEGV};
    std::array<struct sigaction, signals.size()> kept_{};
};

class XrtPort final : public CardPort {
public:
    XrtPort(const char* xclbin, std::uint32_t device, std::size_t memory_bytes) : device_(device) {
        const xrt::uuid image = device_.load_xclbin(std::string(xclbin)); // before any buffer: the driver wants it so
        ip_ = xrt::ip(device_, image, instance);
        buffer_ = xrt::bo(device_, memory_bytes, xrt::bo::flags::host_only, host_bank);
        if (buffer_.address() % page_bytes != 0) throw std::runtime_error("XRT gives host memory that is not 4 KiB aligned");
    }

    void write_register(std::uint32_t address, std::uint32_t value) override { ip_.write_register(address, value); }
    std::uint32_t read_register(std::uint32_t address) override { return ip_.read_register(address); }
    std::uint8_t* memory() override { return buffer_.map<std::uint8_t*>(); }
    std::uint64_t address() override { return buffer_.address(); }
    std::string name() override {
        const char* const emulation = std::getenv("XCL_EMULATION_MODE");
        return device_.get_info<xrt::info::device::name>() + (emulation == nullptr ? "" : std::string(" (") + emulation + ")");
    }

private:
    xrt::device device_;
    xrt::ip ip_;
    xrt::bo buffer_;
};

} // namespace
} // namespace jitbox::accel

extern "C" __attribute__((visibility("default"))) jitbox::accel::CardPort*
jitbox_open_card(const char* xclbin, std::uint32_t device, std::size_t memory_bytes, std::string& error) {
    try {
        const jitbox::accel::QuietOutput quiet;
        const jitbox::accel::OwnCrashSignals signals;
        return new jitbox::accel::XrtPort(xclbin, device, memory_bytes);
    } catch (const std::exception& problem) {
        error = problem.what();
        return nullptr;
    }
}
