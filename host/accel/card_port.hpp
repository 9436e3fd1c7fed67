// What XrtEngine needs of a card: registers, and memory that both sides see. XRT implements it in a module of its own, loaded only
// when it is chosen; tests put a Verilated card behind it. Private to accel and its tests. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace jitbox::accel {

/// Used by one thread at a time. Errors are exceptions: whatever they are, the card is lost.
class CardPort {
public:
    virtual ~CardPort() = default;
    virtual void write_register(std::uint32_t address, std::uint32_t value) = 0;
    virtual std::uint32_t read_register(std::uint32_t address) = 0;
    /// Host memory that the card reads and writes; `size` bytes at least, 4 KiB aligned on the card's side.
    virtual std::uint8_t* memory() = 0;
    /// Where the card sees it.
    virtual std::uint64_t address() = 0;
    /// For people: the device's name.
    virtual std::string name() = 0;
};

/// The module's only symbol. Opens device `device`, loads the image, takes `memory_bytes` of host memory. On failure null, with the
/// reason in `error`.
using OpenCard = CardPort* (*)(const char* xclbin, std::uint32_t device, std::size_t memory_bytes, std::string& error);
constexpr const char* open_card_symbol = "jitbox_open_card";

} // namespace jitbox::accel
