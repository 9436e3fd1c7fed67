// The engine interface: records in, records out, asynchronously and in order. Card, Verilator model and native build share it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace jitbox::accel {

struct EngineInfo {
    std::string name;               ///< "native", "xrt"
    std::string detail;             ///< device name, build
    std::uint32_t contract_version; ///< of the record layout
};

struct EngineCounters {
    std::uint64_t records_in = 0;
    std::uint64_t records_out = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t decisions = 0;
    std::uint64_t rejects = 0;
};

/// One producer thread calls submit, one consumer thread calls drain. The output stream is a pure function of the input stream.
class Engine {
public:
    using Sink = std::function<void(BytesView record)>;

    virtual ~Engine() = default;

    /// Takes one whole record (a multiple of 64 bytes). Waits for room at most `deadline`.
    /// Errors: size is not a whole record; no room within the deadline; the engine has failed (see health).
    virtual Result<void> submit(BytesView record, std::chrono::milliseconds deadline = std::chrono::milliseconds{1000}) = 0;
    /// As submit, for one record whose answer is waited for: an engine on the CPU does it on the calling thread when its worker
    /// sleeps, because waking a thread takes longer than the work. Only for the thread that submits and drains.
    virtual Result<void> submit_now(BytesView record, std::chrono::milliseconds deadline = std::chrono::milliseconds{1000}) {
        return submit(record, deadline);
    }
    /// Hands every finished output record to `sink`, in order, and returns how many. Never waits.
    virtual std::size_t drain(const Sink& sink) = 0;
    /// Readable when drain has something to hand out (eventfd; reading it resets it).
    [[nodiscard]] virtual int event_fd() const = 0;
    /// Error when the engine cannot be trusted any more (device lost, worker died). The appliance is then disarmed.
    [[nodiscard]] virtual Result<void> health() const = 0;
    /// From the return of freeze() on no DECISION is emitted until unfreeze(): such legs are REJECT(frozen). Never waits.
    virtual void freeze() noexcept = 0;
    virtual void unfreeze() noexcept = 0;
    /// The hardware has frozen by itself: its emergency-stop line is on, or was on since the last unfreeze(). Never waits.
    [[nodiscard]] virtual bool stopped_by_hardware() const noexcept { return false; }
    /// The emergency-stop line is on now. Never waits.
    [[nodiscard]] virtual bool stop_line_on() const noexcept { return false; }
    /// Forgets every pool, router and parameter and every record on its way, and clears a failure: as after its start, but frozen
    /// if it was. The owner reloads. Neither submit nor drain may run meanwhile. Errors: the device does not come back.
    virtual Result<void> reset() = 0;
    [[nodiscard]] virtual EngineInfo info() const = 0;
    [[nodiscard]] virtual EngineCounters counters() const = 0;
};

/// The HLS kernels compiled for the CPU, on a worker thread of their own.
std::unique_ptr<Engine> make_native_engine();

/// Which engine, and where its card is. The same for a real card and for the model: XRT's environment decides.
struct EngineChoice {
    std::string name = "native";              ///< "native" or "xrt"
    std::string xclbin;                       ///< file of the card's image
    std::uint32_t device = 0;                 ///< XRT's device index
    std::chrono::milliseconds deadline{5000}; ///< a register access, or a record, that takes longer is a lost card
};

/// Errors: an unknown name; for xrt: no XRT on this machine, no such device, a bad xclbin, a card that is not this project's or
/// speaks another version of the contract.
Result<std::unique_ptr<Engine>> make_engine(const EngineChoice& choice);

} // namespace jitbox::accel
