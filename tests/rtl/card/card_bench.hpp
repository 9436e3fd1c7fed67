// A Verilated jitbox_card between two rings in a plain memory, as the host sees it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/card_registers.hpp"
#include "base/bytes.hpp"
#include "card/axi_host.hpp"
#include "hls/records.hpp"

#include <deque>
#include <vector>

namespace jitbox::testing {

namespace reg = accel::card;

/// One flat memory; a burst outside of it, or one inside `poison`, is answered with SLVERR.
class FlatMemory : public sim::HostMemory {
public:
    static constexpr std::uint64_t base = 0x2000000000;
    explicit FlatMemory(std::size_t size) : bytes(size) {}

    bool read(std::uint64_t address, std::span<std::uint8_t> to) override {
        ++reads;
        if (fail_reads || address < base || address - base + to.size() > bytes.size()) return false;
        std::memcpy(to.data(), bytes.data() + (address - base), to.size());
        return true;
    }
    bool write(std::uint64_t address, std::span<const std::uint8_t> from) override {
        if (fail_writes || address < base || address - base + from.size() > bytes.size()) return false;
        std::memcpy(bytes.data() + (address - base), from.data(), from.size());
        return true;
    }
    std::vector<std::uint8_t> bytes;
    std::uint64_t reads = 0;
    bool fail_reads = false;
    bool fail_writes = false;
};

/// The host's side of the two rings. Records are whole beats.
template <typename Card>
class CardBench {
public:
    static constexpr std::uint32_t ring_beats = reg::min_ring_beats;
    static constexpr std::uint64_t in_ring = FlatMemory::base;
    static constexpr std::uint64_t out_ring = in_ring + std::uint64_t{ring_beats} * 64;
    static constexpr std::uint64_t page = out_ring + std::uint64_t{ring_beats} * 64;

    explicit CardBench(sim::BusMood mood) : memory(2 * ring_beats * 64 + 4096), axi(card, memory, mood) { axi.power_up(); }

    void configure() {
        write64(reg::reg_in_ring, in_ring);
        write64(reg::reg_out_ring, out_ring);
        write64(reg::reg_page, page);
        axi.write_register(reg::reg_ring_beats, ring_beats);
    }
    void start(bool frozen = false) {
        configure();
        axi.write_register(reg::reg_freeze, frozen ? 1 : 0);
        axi.write_register(reg::reg_control, 1);
    }
    void soft_reset() {
        axi.write_register(reg::reg_soft_reset, 1);
        for (int i = 0; i < 5000 && (status() & 1U << reg::status_resetting) != 0; ++i) axi.tick();
        in_tail = out_head = 0;
        std::memset(memory.bytes.data() + (page - FlatMemory::base), 0, 64);
    }
    void write64(std::uint32_t address, std::uint64_t value) {
        axi.write_register(address, static_cast<std::uint32_t>(value));
        axi.write_register(address + 4, static_cast<std::uint32_t>(value >> 32U));
    }
    std::uint32_t status() { return axi.read_register(reg::reg_status); }
    std::uint32_t error() { return axi.read_register(reg::reg_error); }

    std::uint64_t page_word(std::size_t offset) const {
        std::uint64_t value = 0;
        std::memcpy(&value, memory.bytes.data() + (page - FlatMemory::base) + offset, 8);
        return value;
    }
    /// Room for this record now? Then it is in the ring; the doorbell is rung by the caller.
    bool push(const Bytes& record) {
        const auto beats = static_cast<std::uint32_t>(record.size() / 64);
        const auto head = static_cast<std::uint32_t>(page_word(reg::page::in_head));
        if (in_tail + beats - head > ring_beats) return false;
        for (std::uint32_t i = 0; i < beats; ++i) std::memcpy(at(in_ring, in_tail + i), record.data() + std::size_t{i} * 64, 64);
        in_tail += beats;
        return true;
    }
    void ring_in() { axi.write_register(reg::reg_in_tail, in_tail); }
    /// Every whole record that the card has published; the caller tells the card.
    std::vector<Bytes> drain() {
        std::vector<Bytes> out;
        const auto tail = static_cast<std::uint32_t>(page_word(reg::page::out_tail));
        while (out_head != tail) {
            std::uint32_t payload = 0;
            std::memcpy(&payload, at(out_ring, out_head) + records::header::payload_bytes, 4);
            const std::uint32_t beats = records::beats_of(payload);
            Bytes record(std::size_t{beats} * 64);
            for (std::uint32_t i = 0; i < beats; ++i)
                std::memcpy(record.data() + std::size_t{i} * 64, at(out_ring, out_head + i), 64);
            out_head += beats;
            out.push_back(std::move(record));
        }
        return out;
    }
    void ring_out() { axi.write_register(reg::reg_out_head, out_head); }
    void ticks(int count) {
        for (int i = 0; i < count; ++i) axi.tick();
    }

    Card card;
    FlatMemory memory;
    sim::AxiHost<Card> axi;
    std::uint32_t in_tail = 0;
    std::uint32_t out_head = 0;

private:
    std::uint8_t* at(std::uint64_t ring, std::uint32_t position) {
        return memory.bytes.data() + (ring - FlatMemory::base) + std::size_t{position % ring_beats} * 64;
    }
};

} // namespace jitbox::testing
