// Runs records through the parser kernel and reads its answers; builds transactions and ABI words for the tests.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/records.hpp"
#include "chain/rlp.hpp"
#include "hls/mempool_parser.hpp"

#include <memory>
#include <vector>

namespace jitbox::test {

using accel::Reason;
using accel::RouterKind;
using accel::TxStatus;

/// What the kernel said about one transaction.
struct Parsed {
    std::vector<accel::SwapLeg> legs;
    accel::TxSeen seen;
};

class ParserHarness {
public:
    /// One record in, all records out.
    std::vector<Bytes> run(BytesView record);
    void set_routers(const std::vector<accel::RouterEntry>& routers);
    void set_pool(const accel::PoolRecord& pool);
    /// A TX record; fails the test unless the answer is SWAP* and one TX_SEEN.
    Parsed parse(BytesView raw);

private:
    std::unique_ptr<hlsk::MempoolParserState> state_ = std::make_unique<hlsk::MempoolParserState>();
    hlsk::BeatStream in_;
    hlsk::BeatStream out_;
    std::uint64_t sequence_ = 0;
};

/// A field of a transaction: an RLP item, written as it is.
using Item = Bytes;
Item integer(std::uint64_t value);
Item text(BytesView bytes);
Item list(const std::vector<Item>& items);
/// 20 times the same byte.
Bytes20 address_of(std::uint8_t byte);

/// rlp([...]) behind an optional type byte.
Bytes transaction(const std::vector<Item>& fields, int type = 0);
/// Fields of well-formed transactions, to be spoilt one at a time.
std::vector<Item> legacy_fields();
std::vector<Item> typed_fields(int type);
/// Legacy transaction to `to` with this calldata.
Bytes call(const Bytes20& to, BytesView calldata);

/// Calldata: a selector and words.
class Calldata {
public:
    explicit Calldata(std::uint32_t selector);
    Calldata() = default;
    template <typename T>
    Calldata& word(const T& value) {
        return number(static_cast<chain::u256>(value));
    }
    Calldata& word(const Bytes20& address);
    /// Length and bytes, padded to whole words.
    Calldata& bytes(BytesView value);
    Calldata& append(BytesView value);
    [[nodiscard]] const Bytes& get() const { return bytes_; }

private:
    Calldata& number(const chain::u256& value);

    Bytes bytes_;
};

/// bytes[] with canonical offsets: count, offsets, elements.
Bytes array_of(const std::vector<Bytes>& elements);
/// UniversalRouter: (commands, inputs) as in execute and EXECUTE_SUB_PLAN, and execute(bytes,bytes[]) of them.
Bytes plan(const Bytes& commands, const std::vector<Bytes>& inputs);
Bytes execute(const Bytes& commands, const std::vector<Bytes>& inputs);
/// token fee token fee token ...
Bytes path_of(const std::vector<Bytes20>& tokens, std::uint32_t fee);

} // namespace jitbox::test
