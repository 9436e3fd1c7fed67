// Any bytes as a transaction: the parser never crashes or stalls, answers SWAP* and one TX_SEEN, the same on a used state as on a
// new one, and a call that it accepts as a router's also survives being any router's. SPDX-License-Identifier: Apache-2.0
//
// Input: one byte of router kind, one byte of what follows (raw transaction, or calldata that is wrapped into one so that the
// fuzzer reaches the decoders), bytes. Seeds come from the mutator itself: it splices the selectors and words below.
#include "accel/records.hpp"
#include "chain/keccak.hpp"
#include "chain/rlp.hpp"
#include "hls/mempool_parser.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace {

using namespace jitbox; // NOLINT(google-build-using-namespace): a fuzzer is one function

constexpr std::size_t max_input = 64 * 1024;
const Bytes20 router = [] {
    Bytes20 out{};
    out.fill(0x77);
    return out;
}();
const Bytes20 pool_address = [] {
    Bytes20 out{};
    out.fill(0x55);
    return out;
}();

struct Kernel {
    std::unique_ptr<hlsk::MempoolParserState> state = std::make_unique<hlsk::MempoolParserState>();
    hlsk::BeatStream in;
    hlsk::BeatStream out;

    Bytes run(BytesView record) {
        for (std::size_t at = 0; at < record.size(); at += records::beat_bytes) {
            hlsk::Beat beat;
            std::memcpy(&beat.data.v, record.data() + at, records::beat_bytes);
            beat.last = at + records::beat_bytes == record.size();
            in.write(beat);
        }
        hlsk::mempool_parser(*state, in, out);
        Bytes answer;
        while (!out.empty()) {
            const hlsk::Beat beat = out.read();
            answer.resize(answer.size() + records::beat_bytes);
            std::memcpy(answer.data() + answer.size() - records::beat_bytes, &beat.data.v, records::beat_bytes);
        }
        return answer;
    }

    void set_tables(accel::RouterKind kind) {
        run(accel::to_record(0, std::vector<accel::RouterEntry>{{router, kind, router}}));
        accel::PoolRecord pool;
        pool.address = pool_address;
        pool.token0.fill(1);
        pool.token1.fill(2);
        run(accel::to_record(0, pool));
    }
};

void require(bool condition) {
    if (!condition) std::abort();
}

Bytes wrap(const Bytes20& to, BytesView calldata) {
    Bytes out;
    chain::RlpWriter rlp(out);
    const std::size_t list = rlp.open_list();
    for (const std::uint64_t value : {1U, 2U, 3U}) rlp.integer(std::uint64_t{value});
    rlp.string(to);
    rlp.integer(std::uint64_t{0});
    rlp.string(calldata);
    for (const std::uint64_t value : {37U, 1U, 2U}) rlp.integer(std::uint64_t{value});
    rlp.close_list(list);
    return out;
}

void check_answer(BytesView raw, BytesView answer) {
    require(answer.size() >= records::tx_seen::total_bytes);
    const std::size_t legs = (answer.size() - records::tx_seen::total_bytes) / records::swap::total_bytes;
    require(answer.size() == records::tx_seen::total_bytes + legs * records::swap::total_bytes);
    for (std::size_t i = 0; i < legs; ++i) {
        const auto leg = accel::swap_from(answer.subspan(i * records::swap::total_bytes, records::swap::total_bytes));
        require(leg.has_value() && leg->leg_index == i && leg->hop < leg->hops && leg->token_in != leg->token_out);
        require(leg->has(records::swap_zero_for_one) == (leg->token_in < leg->token_out));
        require(leg->hop == 0 || !leg->has(records::swap_amount_known));
    }
    const auto seen = accel::tx_seen_from(answer.subspan(legs * records::swap::total_bytes));
    require(seen.has_value() && seen->sequence == 42 && seen->leg_count == legs);
    require((seen->status == accel::TxStatus::ok) == (legs > 0));
    require((seen->status == accel::TxStatus::rejected) == (seen->reason != accel::Reason::none));
    require(seen->tx_type == 3 || seen->hash == chain::keccak256(raw));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2 || size > max_input) return 0;
    static constexpr std::array kinds{accel::RouterKind::swap_router,           accel::RouterKind::swap_router02,
                                      accel::RouterKind::universal_router,      accel::RouterKind::universal_router_v2,
                                      accel::RouterKind::universal_router_v2_1, accel::RouterKind::universal_router_v1_0};
    static Kernel used;
    static Kernel fresh;
    const BytesView rest(data + 2, size - 2);
    Bytes raw(rest.begin(), rest.end());
    if (data[1] % 4 == 1) raw = wrap(pool_address, rest);
    if (data[1] % 4 >= 2) raw = wrap(router, rest);
    const accel::RouterKind kind = kinds[data[0] % kinds.size()];
    used.set_tables(kind);
    fresh.set_tables(kind);
    std::fill(std::begin(fresh.state->transaction), std::end(fresh.state->transaction), std::uint8_t{0});
    const Bytes record = accel::tx_record(42, raw);
    const Bytes answer = used.run(record);
    check_answer(raw, answer);
    require(fresh.run(record) == answer); // nothing of earlier transactions shows through
    return 0;
}

/// Splices what random bytes would not find: selectors, small and extreme words at word positions.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned int seed) {
    static constexpr std::array<std::uint32_t, 16> selectors{0x414bf389, 0xdb3e2198, 0xc04b8d59, 0xf28c0498, 0x04e45aaf, 0x5023b4df,
                                                             0xb858183f, 0x09b81346, 0xac9650d8, 0x5ae401dc, 0x1f0464d1, 0x24856bc3,
                                                             0x3593564c, 0x44684dc3, 0x128acb08, 0x472b43f3};
    constexpr std::size_t head = 6; // kind, form, selector
    const auto put32 = [&](std::size_t at, std::uint32_t value) {
        for (std::size_t i = 0; i < 4; ++i) data[at + i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
    };
    const unsigned choice = seed % 8;
    seed /= 8;
    if (choice < 3 || max_size < 1024) return LLVMFuzzerMutate(data, size, max_size);
    if (size < head) {
        std::memset(data + size, 0, head - size);
        size = head;
    }
    if (choice == 3) {
        data[1] = 2;
        put32(2, selectors[seed % selectors.size()]);
        return size;
    }
    const std::size_t words = std::max<std::size_t>(1, (size - head) / 32);
    const std::size_t at = head + 32 * ((seed / 64) % (words + 1));
    if (at + 32 > max_size) return size;
    if (size < at + 32) {
        std::memset(data + size, 0, at + 32 - size);
        size = at + 32;
    }
    std::memset(data + at, choice == 7 && seed % 4 == 0 ? 0xff : 0, 32);
    if (choice == 6) {
        put32(at, selectors[seed % selectors.size()]);
    } else {
        put32(at + 28, seed % 4096 / (choice == 4 ? 128 : 1) * (choice == 4 ? 32 : 1));
    }
    return size;
}
