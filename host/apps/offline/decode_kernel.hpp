// The parser kernel as a function: bytes of one transaction in, the records that it answers with out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/engine.hpp"
#include "apps/offline/router_table.hpp"
#include "base/bytes.hpp"

#include <cstdint>
#include <memory>

namespace jitbox::apps {

/// Runs the kernel of the native engine in the caller's thread: no queue, no copy beyond the records themselves. With an engine,
/// that engine's parser instead; a lost engine is an exception, because nothing after it can be answered.
class DecodeKernel {
public:
    explicit DecodeKernel(const RouterTable& table, accel::Engine* engine = nullptr);
    ~DecodeKernel();
    DecodeKernel(const DecodeKernel&) = delete;
    DecodeKernel& operator=(const DecodeKernel&) = delete;

    /// Where the caller puts the raw transaction before parse(); room for records::max_transaction_bytes.
    [[nodiscard]] std::uint8_t* transaction();
    /// SWAP records and a TX_SEEN, valid until the next call. `size` is at most records::max_transaction_bytes.
    [[nodiscard]] BytesView parse(std::size_t size);

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace jitbox::apps
