// jitbox-card-model: the Verilated card behind XRT's unmodified hw_emu driver. XRT starts it (through simulate.sh of the emulation
// folder) and talks to it over two Unix sockets; it ends with XRT, with its parent, or at its deadline. SIGUSR1 raises the card's
// emergency-stop pin, SIGUSR2 lowers it.
// SPDX-License-Identifier: Apache-2.0
#include "card/axi_host.hpp"
#include "card/port_trace.hpp"
#include "card/rpc_link.hpp"
#include "xrt_messages.pb.h"

#include JITBOX_CARD_MODEL_HEADER

#include <CLI/CLI.hpp>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>

#ifdef JITBOX_CARD_FST
#include <verilated_fst_c.h>
#endif

namespace jitbox::sim {
namespace {

using Card = JITBOX_CARD_MODEL_CLASS;

constexpr int clocks_a_turn = 64;             // between two looks at the socket
constexpr std::uint64_t busy_clocks = 20'000; // without bus or register traffic for so long: slow down
constexpr int idle_wait_ms = 2;
constexpr std::uint64_t clock_ns = 3; // about 300 MHz, for XRT's timestamps
constexpr std::uint64_t register_mask = 0xfff;
constexpr int stop_pin_clocks = 4; // two of its synchroniser and what follows

volatile std::sig_atomic_t stop_pin = 0; ///< what the signals say of the emergency-stop pin

struct Options {
    BusMood mood;
    unsigned deadline_s = 3600;
    std::string fst;
    std::string vcd;
};

/// The host's memory: every burst is a request to XRT, which answers from the buffers of the process.
class XrtMemory : public HostMemory {
public:
    explicit XrtMemory(RpcLink& link) : link_(link) {}
    bool read(std::uint64_t address, std::span<std::uint8_t> to) override {
        xrt::SlaveReadCall call;
        call.set_addr(address);
        call.set_size(static_cast<std::uint32_t>(to.size()));
        xrt::SlaveReadAnswer answer;
        link_.call(Call::host_read, call, answer);
        ++traffic;
        if (!answer.valid() || answer.data().size() < to.size()) return false;
        std::memcpy(to.data(), answer.data().data(), to.size());
        return true;
    }
    bool write(std::uint64_t address, std::span<const std::uint8_t> from) override {
        xrt::SlaveWriteCall call;
        call.set_addr(address);
        call.set_size(static_cast<std::uint32_t>(from.size()));
        call.set_data(from.data(), from.size());
        xrt::SlaveWriteAnswer answer;
        link_.call(Call::host_write, call, answer);
        ++traffic;
        return answer.valid();
    }
    std::uint64_t traffic = 0;

private:
    RpcLink& link_;
};

class Model {
public:
    Model(RpcLink& requests, RpcLink& memory_link, const Options& options)
        : requests_(requests), memory_link_(memory_link), memory_(memory_link), axi_(card_, memory_, options.mood) {
        if (!options.vcd.empty()) ports_ = std::make_unique<PortTrace<Card>>(card_, options.vcd);
#ifdef JITBOX_CARD_FST
        if (!options.fst.empty()) {
            Verilated::traceEverOn(true);
            card_.trace(&fst_, 99);
            fst_.open(options.fst.c_str());
        }
#endif
        axi_.after_eval = [this](std::uint64_t half) {
            if (ports_) ports_->sample(half);
#ifdef JITBOX_CARD_FST
            if (fst_.isOpen()) fst_.dump(half);
#endif
        };
        if (!ports_ && options.fst.empty()) axi_.after_eval = nullptr;
    }
    ~Model() {
        card_.final();
#ifdef JITBOX_CARD_FST
        if (fst_.isOpen()) fst_.close();
#endif
    }
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;

    /// Until XRT closes the device.
    void run() {
        axi_.power_up();
        std::uint64_t last_active = 0;
        std::uint64_t seen = 0;
        while (!closed_) {
            const bool busy = axi_.clock() - last_active < busy_clocks || !axi_.bus_idle();
            while (!closed_ && requests_.readable(busy ? 0 : idle_wait_ms)) {
                drive_stop_pin();
                serve();
                last_active = axi_.clock();
            }
            drive_stop_pin();
            for (int i = 0; i < clocks_a_turn; ++i) axi_.tick();
            if (memory_.traffic != seen) {
                seen = memory_.traffic;
                last_active = axi_.clock();
            }
            if (!axi_.complaint().empty()) throw LinkClosed{"the card broke a rule of the bus: " + axi_.complaint()};
        }
    }

private:
    /// A change is through the card's synchroniser before the next access to a register.
    void drive_stop_pin() {
        const std::uint8_t level = stop_pin != 0 ? 1 : 0;
        if (card_.emergency_stop == level) return;
        card_.emergency_stop = level;
        for (int i = 0; i < stop_pin_clocks; ++i) axi_.tick();
    }

    void serve() {
        const Request request = requests_.receive();
        switch (static_cast<Call>(request.call)) {
        case Call::set_environment: {
            xrt::SetEnvironmentAnswer answer;
            answer.set_ack(true);
            return requests_.answer(answer);
        }
        case Call::alloc_device_buffer: {
            xrt::AllocDeviceBufferAnswer answer;
            answer.set_ack(true);
            return requests_.answer(answer);
        }
        case Call::free_device_buffer: {
            xrt::FreeDeviceBufferAnswer answer;
            answer.set_ack(true);
            return requests_.answer(answer);
        }
        case Call::write_kernel_control:
            return write_registers(request.body);
        case Call::read_kernel_control:
            return read_registers(request.body);
        case Call::get_device_timestamp: {
            xrt::GetDeviceTimestampAnswer answer;
            answer.set_device_timestamp(axi_.clock() * clock_ns);
            return requests_.answer(answer);
        }
        case Call::get_debug_messages: {
            xrt::GetDebugMessagesAnswer answer;
            answer.set_display_msgs("");
            answer.set_log_msgs("");
            answer.set_stop_msgs("");
            return requests_.answer(answer);
        }
        case Call::close: {
            xrt::CloseAnswer answer;
            answer.set_valid(true);
            requests_.answer(answer);
            memory_link_.call_header_only(Call::close); // ends the driver's memory thread
            closed_ = true;
            return;
        }
        default:
            throw LinkClosed{"XRT asked for call " + std::to_string(request.call) + ", which the card has no use for"};
        }
    }

    void write_registers(const std::string& body) {
        xrt::WriteAddrKernelCtrlCall call;
        if (!call.ParseFromString(body) || call.data().size() % 4 != 0) throw LinkClosed{"a register write that cannot be read"};
        for (std::size_t at = 0; at < call.data().size(); at += 4) {
            std::uint32_t value = 0;
            std::memcpy(&value, call.data().data() + at, 4);
            axi_.write_register(static_cast<std::uint32_t>((call.addr() + at) & register_mask), value);
        }
        xrt::WriteAddrKernelCtrlAnswer answer;
        answer.set_valid(true);
        requests_.answer(answer);
    }

    void read_registers(const std::string& body) {
        xrt::ReadAddrKernelCtrlCall call;
        if (!call.ParseFromString(body) || call.size() % 4 != 0) throw LinkClosed{"a register read that cannot be read"};
        std::string data;
        for (std::uint32_t at = 0; at < call.size(); at += 4) {
            const std::uint32_t value = axi_.read_register(static_cast<std::uint32_t>((call.addr() + at) & register_mask));
            data.append(reinterpret_cast<const char*>(&value), 4);
        }
        xrt::ReadAddrKernelCtrlAnswer answer;
        answer.set_valid(true);
        answer.set_data(data);
        requests_.answer(answer);
    }

    RpcLink& requests_;
    RpcLink& memory_link_;
    XrtMemory memory_;
    Card card_;
    AxiHost<Card> axi_;
    std::unique_ptr<PortTrace<Card>> ports_;
#ifdef JITBOX_CARD_FST
    VerilatedFstC fst_;
#endif
    bool closed_ = false;
};

/// Dies with its parent, and at the deadline whatever hangs. Not by Ctrl-C, which a terminal sends to both: the host closes its
/// card first.
void bind_life(unsigned deadline_s) {
    (void)std::signal(SIGINT, SIG_IGN);
    (void)std::signal(SIGHUP, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == 1) std::_Exit(0); // the parent was quicker
    (void)std::signal(SIGALRM, [](int) { std::_Exit(3); });
    alarm(deadline_s);
}

/// The wire to the emergency-stop pin.
void connect_stop_pin() {
    (void)std::signal(SIGUSR1, [](int) { stop_pin = 1; });
    (void)std::signal(SIGUSR2, [](int) { stop_pin = 0; });
}

int run(int argc, char** argv) {
    CLI::App app{"The Verilated card for XRT's hw_emu driver. XRT starts it; EMULATION_SOCKETID names the sockets.",
                 "jitbox-card-model"};
    Options options;
    app.add_option("--seed", options.mood.seed, "of the bus's latencies and stalls");
    app.add_option("--stall", options.mood.stall_percent, "percent of clocks in which the bus holds a ready or a valid low");
    app.add_option("--read-latency", options.mood.read_latency, "most clocks from an address to its first beat");
    app.add_option("--write-latency", options.mood.write_latency, "most clocks from the last beat to the answer");
    app.add_option("--deadline", options.deadline_s, "seconds after which the model ends by itself");
    app.add_option("--vcd", options.vcd, "write the card's ports to this file");
#ifdef JITBOX_CARD_FST
    app.add_option("--fst", options.fst, "write every signal to this file");
#endif
    app.allow_extras(); // XRT passes the options of a simulator
    CLI11_PARSE(app, argc, argv);
    bind_life(options.deadline_s);
    connect_stop_pin();
    const char* id = std::getenv("EMULATION_SOCKETID");
    if (id == nullptr) {
        std::fputs("jitbox-card-model: EMULATION_SOCKETID is not set; XRT starts this program, see docs/card.md\n", stderr);
        return 2;
    }
    const char* user = std::getenv("USER");
    const std::string folder = user == nullptr ? "/tmp/" : "/tmp/" + std::string(user) + "/";
    try {
        RpcLink requests(folder + id, 30);
        const std::string memory_socket = folder + "D2X_unix_sock_" + id;
        RpcLink memory(memory_socket, 30);
        (void)std::remove(memory_socket.c_str()); // XRT takes no second connection and would leave the file
        Model(requests, memory, options).run();
        return 0;
    } catch (const LinkClosed& closed) {
        std::fprintf(stderr, "jitbox-card-model: %s\n", closed.why.c_str());
        return 1;
    }
}

} // namespace
} // namespace jitbox::sim

int main(int argc, char** argv) {
    try {
        return jitbox::sim::run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "jitbox-card-model: %s\n", error.what());
        return 1;
    }
}
