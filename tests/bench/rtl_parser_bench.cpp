// Clocks of the Verilated mempool_parser: from the last beat of the calldata to the last leg, form by form, and bytes a clock on
// real transactions. Prints markdown tables, which docs/performance.md has. SPDX-License-Identifier: Apache-2.0
#include "../rtl/parser_driver.hpp"
#include "../unit/kernels/parser_harness.hpp"
#include "accel/records.hpp"
#include "apps/offline/router_table.hpp"
#include "support/shared_data.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>

namespace jitbox::test {
namespace {

constexpr std::uint8_t kind_of_beat(const StreamBeat& beat) {
    return beat.data[records::header::kind];
}

struct Latency {
    std::size_t bytes = 0;
    unsigned legs = 0;
    std::uint64_t from_calldata = 0; ///< last beat of the calldata taken -> last beat of the last SWAP given
    std::uint64_t to_hash = 0;       ///< last beat of the record taken -> last beat of TX_SEEN given
};

class Bench {
public:
    Bench() { feed(accel::to_record(0, apps::mainnet_routers().routers), 0); }

    std::vector<StreamBeat> feed(const Bytes& record, std::size_t answers) { return rtl_.run(beats_of(record), answers); }

    void set_router(const Bytes20& address, accel::RouterKind kind) {
        std::vector<accel::RouterEntry> rows = apps::mainnet_routers().routers;
        rows.push_back({address, kind, address_of(0xfa)});
        feed(accel::to_record(0, rows), 0);
    }

    /// One transaction into an idle parser.
    Latency one(const Bytes& raw) {
        hlsk::Envelope envelope;
        hlsk::HashedPart hashed;
        Bytes padded = raw;
        padded.resize(raw.size() + 64);
        hlsk::parse_envelope(padded.data(), static_cast<std::uint32_t>(raw.size()), envelope, hashed);
        const auto answer = feed(accel::tx_record(1, raw), records::tx_seen::total_bytes / records::beat_bytes);
        Latency latency{.bytes = raw.size()};
        const std::size_t calldata_beat =
            (records::tx::raw + envelope.calldata.at + envelope.calldata.size - 1) / records::beat_bytes;
        constexpr std::size_t swap_beats = records::swap::total_bytes / records::beat_bytes;
        for (std::size_t i = 0; i < answer.size() && kind_of_beat(answer[i]) == static_cast<std::uint8_t>(records::Kind::swap);
             i += swap_beats) {
            ++latency.legs;
            latency.from_calldata = rtl_.given_at()[i + swap_beats - 1] - rtl_.taken_at()[calldata_beat];
        }
        latency.to_hash = rtl_.given_at().back() - rtl_.taken_at().back();
        return latency;
    }

    /// Bytes a clock of one uninterrupted stream.
    double throughput(const std::vector<Bytes>& transactions) {
        std::vector<StreamBeat> input;
        std::size_t bytes = 0;
        for (const Bytes& raw : transactions) {
            const auto beats = beats_of(accel::tx_record(1, raw));
            input.insert(input.end(), beats.begin(), beats.end());
            bytes += raw.size();
        }
        rtl_.run(input, transactions.size() * records::tx_seen::total_bytes / records::beat_bytes);
        return static_cast<double>(bytes) / static_cast<double>(rtl_.given_at().back() - rtl_.taken_at().front());
    }

private:
    RtlParser rtl_;
};

Bytes with_signature(const Bytes20& to, BytesView calldata) {
    std::vector<Item> fields = legacy_fields();
    fields[3] = text(to);
    fields[5] = text(calldata);
    fields[7] = text(Bytes(32, 0x11));
    fields[8] = text(Bytes(32, 0x22));
    return transaction(fields);
}

Bytes v3_input(bool prices) {
    Calldata input;
    input.word(1).word(1000).word(1).word((prices ? 6 : 5) * 32).word(1);
    const Bytes path = path_of({address_of(0x11), address_of(0x22)}, 3000);
    if (prices) input.word(6 * 32 + 32 + 64);
    input.bytes(path);
    if (prices) input.word(0);
    return input.get();
}

/// execute(bytes,bytes[],uint256).
Bytes execute_until(const Bytes& commands, const std::vector<Bytes>& inputs) {
    Calldata out(0x3593564c);
    out.word(96).word(96 + 32 + (commands.size() + 31) / 32 * 32).word(99999).bytes(commands).append(array_of(inputs));
    return out.get();
}

struct Form {
    const char* name;
    accel::RouterKind kind;
    Bytes calldata;
};

Bytes single(bool old_router) {
    Calldata out(old_router ? 0x414bf389 : 0x04e45aaf);
    out.word(address_of(0x11)).word(address_of(0x22)).word(3000).word(address_of(0x33));
    if (old_router) out.word(99999);
    return out.word(1000).word(1).word(0).get();
}

Bytes path_call(std::size_t hops) {
    std::vector<Bytes20> tokens;
    for (std::size_t i = 0; i <= hops; ++i) tokens.push_back(address_of(static_cast<std::uint8_t>(0x11 + i)));
    return Calldata(0xb858183f).word(32).word(128).word(address_of(0x33)).word(1000).word(1).bytes(path_of(tokens, 3000)).get();
}

Bytes multicall(const std::vector<Bytes>& calls) {
    return Calldata(0x5ae401dc).word(99999).word(64).append(array_of(calls)).get();
}

std::vector<Form> forms() {
    using enum accel::RouterKind;
    const Bytes unwrap = Calldata().word(2).word(1).get();
    Bytes nested = single(false);
    for (int i = 0; i < 4; ++i) nested = multicall({nested});
    return {
        {"exactInputSingle", swap_router, single(true)},
        {"exactInputSingle", swap_router02, single(false)},
        {"exactInput, 1 hop", swap_router02, path_call(1)},
        {"exactInput, 4 hops", swap_router02, path_call(4)},
        {"multicall of exactInputSingle and another call", swap_router02,
         multicall({single(false), Calldata(0x49404b7c).word(1).get()})},
        {"multicall 4 deep", swap_router02, nested},
        {"execute: V3 in", universal_router_v1_0, execute_until({0x00}, {v3_input(false)})},
        {"execute: V3 in", universal_router, execute_until({0x00}, {v3_input(false)})},
        {"execute: wrap, V3 in, unwrap", universal_router, execute_until({0x0b, 0x00, 0x0c}, {unwrap, v3_input(false), unwrap})},
        {"execute: permit, V3 in, V3 in, sweep, unwrap", universal_router_v2,
         execute_until({0x0a, 0x00, 0x00, 0x04, 0x0c}, {Bytes(352), v3_input(false), v3_input(false), Bytes(96), unwrap})},
        {"execute: V3 in", universal_router_v2_1, execute_until({0x00}, {v3_input(true)})},
        {"execute: sub-plan of V3 in", universal_router_v2, execute_until({0x21}, {plan({0x00}, {v3_input(false)})})},
        {"execute: sub-plan of V3 in", universal_router, execute_until({0x21}, {plan({0x00}, {v3_input(false)})})}};
}

void print_forms(Bench& bench) {
    std::printf("| router kind | form | calldata bytes | legs | last beat of calldata to last leg, clocks | last beat to hash "
                "|\n|---|---|---:|---:|---:|---:|\n");
    for (const Form& form : forms()) {
        bench.set_router(address_of(0x77), form.kind);
        const Latency latency = bench.one(with_signature(address_of(0x77), form.calldata));
        std::printf("| %d | %s | %zu | %u | %lu | %lu |\n", static_cast<int>(form.kind), form.name, form.calldata.size(),
                    latency.legs, static_cast<unsigned long>(latency.from_calldata), static_cast<unsigned long>(latency.to_hash));
    }
    accel::PoolRecord pool;
    pool.address = address_of(0x55);
    pool.token0 = address_of(1);
    pool.token1 = address_of(2);
    bench.feed(accel::to_record(0, pool), records::pool::total_bytes / records::beat_bytes);
    const Bytes swap = Calldata(0x128acb08).word(address_of(9)).word(1).word(1000).word(7).word(160).bytes({}).get();
    const Latency latency = bench.one(with_signature(address_of(0x55), swap));
    std::printf("| 6 | swap of a pool | %zu | %u | %lu | %lu |\n", swap.size(), latency.legs,
                static_cast<unsigned long>(latency.from_calldata), static_cast<unsigned long>(latency.to_hash));
}

void print_real(Bench& bench) {
    const auto routed = read_real_transactions("mainnet/v3_router_transactions.jsonl.gz");
    const auto mix = read_real_transactions("mainnet/transactions.jsonl.gz");
    if (!routed || !mix) {
        std::printf("\n%s\n", missing_text("mainnet").c_str());
        return;
    }
    std::map<unsigned, std::vector<std::uint64_t>> by_legs;
    for (const auto& transaction : *routed) {
        const Latency latency = bench.one(transaction.raw);
        if (latency.legs != 0) by_legs[latency.legs].push_back(latency.from_calldata);
    }
    std::printf("\n| real router transactions with | how many | median, clocks | most |\n|---|---:|---:|---:|\n");
    for (auto& [legs, clocks] : by_legs) {
        std::ranges::sort(clocks);
        std::printf("| %u legs | %zu | %lu | %lu |\n", legs, clocks.size(), static_cast<unsigned long>(clocks[clocks.size() / 2]),
                    static_cast<unsigned long>(clocks.back()));
    }
    std::vector<Bytes> transactions;
    std::vector<Bytes> calls;
    for (const auto& transaction : *mix) {
        if (transaction.raw.size() <= records::max_transaction_bytes) transactions.push_back(transaction.raw);
    }
    for (const auto& transaction : *routed) calls.push_back(transaction.raw);
    std::printf("\n| stream | bytes a clock, hashes included |\n|---|---:|\n");
    std::printf("| %zu real transactions | %.1f |\n", transactions.size(), bench.throughput(transactions));
    std::printf("| %zu real calls of V3 routers | %.1f |\n", calls.size(), bench.throughput(calls));
    std::printf("| 1,000 plain transfers | %.1f |\n",
                bench.throughput(std::vector<Bytes>(1000, with_signature(address_of(0x99), {}))));
}

} // namespace
} // namespace jitbox::test

int main() {
    jitbox::test::Bench bench;
    jitbox::test::print_forms(bench);
    jitbox::test::print_real(bench);
    return 0;
}
