// Host memory behind the card's AXI4 master, and the AXI4-Lite master in front of its registers: never always ready, random latency
// and stalls from a seed. One object drives one Verilated jitbox_card; tick() is one clock. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace jitbox::sim {

/// Where the card's reads and writes end. False: the bus answers SLVERR.
struct HostMemory {
    virtual ~HostMemory() = default;
    virtual bool read(std::uint64_t address, std::span<std::uint8_t> to) = 0;
    virtual bool write(std::uint64_t address, std::span<const std::uint8_t> from) = 0;
};

/// How unfriendly the bus is. Clocks and chances in percent.
struct BusMood {
    std::uint32_t seed = 1;
    unsigned stall_percent = 30; ///< of the clocks in which a ready or a valid of the bus is held low
    unsigned read_latency = 40;  ///< most clocks from an address to its first beat
    unsigned write_latency = 40; ///< most clocks from the last beat to the answer
};

constexpr std::size_t beat_size = 64;

template <typename Card>
class AxiHost {
public:
    AxiHost(Card& card, HostMemory& memory, BusMood mood) : card_(card), memory_(memory), mood_(mood), random_(mood.seed) {}

    /// Power-up: reset for some clocks.
    void power_up() {
        card_.ap_clk = 0;
        card_.ap_rst_n = 0;
        card_.emergency_stop = 0;
        card_.s_axi_control_awvalid = 0;
        card_.s_axi_control_wvalid = 0;
        card_.s_axi_control_bready = 1;
        card_.s_axi_control_arvalid = 0;
        card_.s_axi_control_rready = 1;
        card_.m_axi_gmem_arready = 0;
        card_.m_axi_gmem_rvalid = 0;
        card_.m_axi_gmem_rlast = 0;
        card_.m_axi_gmem_awready = 0;
        card_.m_axi_gmem_wready = 0;
        card_.m_axi_gmem_bvalid = 0;
        for (int i = 0; i < 16; ++i) tick();
        card_.ap_rst_n = 1;
        for (int i = 0; i < 4; ++i) tick();
    }

    /// Runs after each half clock with the time in half clocks: where a trace is dumped.
    std::function<void(std::uint64_t)> after_eval;

    void tick() {
        card_.eval(); // what the bus drives settles before the edge
        const bool ar = card_.m_axi_gmem_arvalid && card_.m_axi_gmem_arready;
        const bool r = card_.m_axi_gmem_rvalid && card_.m_axi_gmem_rready;
        const bool aw = card_.m_axi_gmem_awvalid && card_.m_axi_gmem_awready;
        const bool w = card_.m_axi_gmem_wvalid && card_.m_axi_gmem_wready;
        const bool b = card_.m_axi_gmem_bvalid && card_.m_axi_gmem_bready;
        if (ar) take_read();
        if (aw) writes_.push_back({card_.m_axi_gmem_awaddr, card_.m_axi_gmem_awlen + 1U, {}});
        if (w) take_beat();
        half_clock(1);
        half_clock(0);
        ++clock_;
        drive_reads(r);
        drive_writes(b);
        card_.m_axi_gmem_arready = !stalls();
        card_.m_axi_gmem_awready = writes_.empty() && !stalls();
        card_.m_axi_gmem_wready = !stalls();
    }

    void write_register(std::uint32_t address, std::uint32_t value) {
        card_.s_axi_control_awaddr = static_cast<std::uint16_t>(address);
        card_.s_axi_control_wdata = value;
        card_.s_axi_control_wstrb = 0xf;
        card_.s_axi_control_awvalid = 1;
        card_.s_axi_control_wvalid = 1;
        do {
            card_.eval();
            const bool taken = card_.s_axi_control_awready;
            tick();
            if (taken) break;
        } while (true);
        card_.s_axi_control_awvalid = 0;
        card_.s_axi_control_wvalid = 0;
        tick();
    }

    std::uint32_t read_register(std::uint32_t address) {
        card_.s_axi_control_araddr = static_cast<std::uint16_t>(address);
        card_.s_axi_control_arvalid = 1;
        bool taken = false;
        while (!taken) {
            card_.eval();
            taken = card_.s_axi_control_arready;
            tick();
        }
        card_.s_axi_control_arvalid = 0;
        card_.eval();
        const std::uint32_t value = card_.s_axi_control_rdata;
        tick();
        return value;
    }

    [[nodiscard]] std::uint64_t clock() const { return clock_; }
    /// Nothing is asked for and nothing is on its way.
    [[nodiscard]] bool bus_idle() const {
        return reads_.empty() && writes_.empty() && answers_.empty() && !card_.m_axi_gmem_arvalid && !card_.m_axi_gmem_awvalid;
    }
    /// Bursts that broke a rule of AXI4 or of the card (4 KiB, alignment, length); empty when there were none.
    [[nodiscard]] const std::string& complaint() const { return complaint_; }

private:
    struct Read {
        std::vector<std::uint8_t> data;
        std::size_t sent = 0;
        std::uint64_t ready_at = 0;
        bool ok = true;
    };
    struct Write {
        std::uint64_t address;
        unsigned beats;
        std::vector<std::uint8_t> data;
    };
    struct Answer {
        std::uint64_t ready_at;
        bool ok;
    };

    bool stalls() { return random_() % 100 < mood_.stall_percent; }
    std::uint64_t delay(unsigned most) { return clock_ + 1 + (most == 0 ? 0 : random_() % most); }

    void half_clock(std::uint8_t level) {
        card_.ap_clk = level;
        card_.eval();
        if (after_eval) after_eval(2 * clock_ + (level == 0 ? 1 : 0));
    }

    void check(std::uint64_t address, unsigned beats) {
        if (address % beat_size != 0 || address % 4096 + beats * beat_size > 4096)
            complaint_ = "burst of " + std::to_string(beats) + " beats at " + std::to_string(address);
    }

    void take_read() {
        const unsigned beats = card_.m_axi_gmem_arlen + 1U;
        check(card_.m_axi_gmem_araddr, beats);
        Read read;
        read.data.resize(beats * beat_size);
        read.ok = memory_.read(card_.m_axi_gmem_araddr, read.data);
        read.ready_at = delay(mood_.read_latency);
        reads_.push_back(std::move(read));
    }

    void drive_reads(bool taken) {
        if (taken) {
            Read& read = reads_.front();
            read.sent += beat_size;
            if (read.sent == read.data.size()) reads_.pop_front();
        }
        if (card_.m_axi_gmem_rvalid && !taken) return; // an offered beat stays
        card_.m_axi_gmem_rvalid = !reads_.empty() && reads_.front().ready_at <= clock_ && !stalls();
        if (card_.m_axi_gmem_rvalid) {
            const Read& read = reads_.front();
            std::memcpy(&card_.m_axi_gmem_rdata[0], read.data.data() + read.sent, beat_size);
            card_.m_axi_gmem_rresp = read.ok ? 0 : 2;
            card_.m_axi_gmem_rlast = read.sent + beat_size == read.data.size();
        }
    }

    void take_beat() {
        if (writes_.empty()) {
            complaint_ = "a beat of data before its address";
            return;
        }
        Write& write = writes_.front();
        const auto* beat = reinterpret_cast<const std::uint8_t*>(&card_.m_axi_gmem_wdata[0]);
        write.data.insert(write.data.end(), beat, beat + beat_size);
        const bool last = write.data.size() == write.beats * beat_size;
        if (last != static_cast<bool>(card_.m_axi_gmem_wlast)) complaint_ = "wlast is not on the last beat";
        if (!last) return;
        check(write.address, write.beats);
        answers_.push_back({delay(mood_.write_latency), memory_.write(write.address, write.data)});
        writes_.pop_front();
    }

    void drive_writes(bool answered) {
        if (answered) answers_.pop_front();
        if (card_.m_axi_gmem_bvalid && !answered) return;
        card_.m_axi_gmem_bvalid = !answers_.empty() && answers_.front().ready_at <= clock_ && !stalls();
        if (card_.m_axi_gmem_bvalid) card_.m_axi_gmem_bresp = answers_.front().ok ? 0 : 2;
    }

    Card& card_;
    HostMemory& memory_;
    BusMood mood_;
    std::mt19937 random_;
    std::uint64_t clock_ = 0;
    std::deque<Read> reads_;
    std::deque<Write> writes_;
    std::deque<Answer> answers_;
    std::string complaint_;
};

} // namespace jitbox::sim
