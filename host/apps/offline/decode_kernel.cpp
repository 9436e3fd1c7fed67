// Records to beats and back around the parser kernel.
// SPDX-License-Identifier: Apache-2.0
#include "apps/offline/decode_kernel.hpp"

#include "hls/mempool_parser.hpp"

#include <poll.h>

#include <cstring>
#include <stdexcept>
#include <vector>

namespace jitbox::apps {

using records::beat_bytes;
using records::header_bytes;

namespace {
constexpr auto engine_deadline = std::chrono::seconds{10};
constexpr int wait_ms = 50;
} // namespace

struct DecodeKernel::Parts {
    hlsk::MempoolParserState state{};
    hlsk::BeatStream in;
    hlsk::BeatStream out;
    std::vector<std::uint8_t> record = std::vector<std::uint8_t>(header_bytes + records::max_transaction_bytes + beat_bytes);
    std::vector<std::uint8_t> answer;

    accel::Engine* engine = nullptr;
    std::uint64_t sequence = 0; // of what the engine was given last

    void send(std::uint8_t* bytes, std::size_t size) {
        if (engine != nullptr) {
            std::memcpy(bytes + records::header::sequence, &++sequence, sizeof sequence);
            if (auto taken = engine->submit({bytes, size}, engine_deadline); !taken) throw std::runtime_error(taken.error().text());
            return;
        }
        for (std::size_t at = 0; at < size; at += beat_bytes) {
            hlsk::Beat beat;
            std::memcpy(&beat.data.v, bytes + at, beat_bytes);
            beat.last = at + beat_bytes >= size;
            in.write(beat);
        }
        hlsk::mempool_parser(state, in, out);
    }

    /// What the parser says about the transaction that was sent last: its legs, and TX_SEEN or a REJECT of the record at the end.
    /// What else an engine answers (to POOL records, and about a leg's profit) is not decode's question.
    void collect_from_engine() {
        answer.clear();
        bool done = false;
        const auto take = [&](BytesView answered) {
            if (std::memcmp(answered.data() + records::header::sequence, &sequence, sizeof sequence) != 0) return;
            const auto kind = static_cast<records::Kind>(answered[records::header::kind]);
            const bool refused = kind == records::Kind::reject &&
                                 answered[records::reject::stage] == static_cast<std::uint8_t>(records::Stage::record);
            if (kind != records::Kind::swap && kind != records::Kind::tx_seen && !refused) return;
            answer.insert(answer.end(), answered.begin(), answered.end());
            done = done || kind == records::Kind::tx_seen || refused;
        };
        while (engine->drain(take), !done) {
            if (auto healthy = engine->health(); !healthy) throw std::runtime_error(healthy.error().text());
            pollfd event{.fd = engine->event_fd(), .events = POLLIN, .revents = 0};
            (void)::poll(&event, 1, wait_ms); // the deadline is the engine's: its health ends the wait
        }
    }

    void collect() {
        if (engine != nullptr) return collect_from_engine();
        answer.resize(out.size() * beat_bytes);
        for (std::size_t at = 0; !out.empty(); at += beat_bytes) {
            const hlsk::Beat beat = out.read();
            std::memcpy(answer.data() + at, &beat.data.v, beat_bytes);
        }
    }
};

DecodeKernel::DecodeKernel(const RouterTable& table, accel::Engine* engine) : parts_(std::make_unique<Parts>()) {
    parts_->engine = engine;
    Bytes routers = accel::to_record(0, table.routers);
    parts_->send(routers.data(), routers.size());
    for (std::size_t i = 0; i < table.pools.size(); ++i) {
        const KnownPool& known = table.pools[i];
        accel::PoolRecord pool;
        pool.pool_index = static_cast<std::uint16_t>(i);
        pool.address = known.address;
        pool.token0 = known.token0;
        pool.token1 = known.token1;
        pool.factory = known.factory;
        pool.fee = known.fee;
        Bytes record = accel::to_record(0, pool);
        parts_->send(record.data(), record.size());
    }
    if (engine == nullptr) parts_->collect(); // an engine's answers to these are passed over later
}

DecodeKernel::~DecodeKernel() = default;

std::uint8_t* DecodeKernel::transaction() {
    return parts_->record.data() + header_bytes;
}

BytesView DecodeKernel::parse(std::size_t size) {
    std::uint8_t* const record = parts_->record.data();
    const std::uint32_t payload = static_cast<std::uint32_t>(size);
    const std::size_t total = std::size_t{records::beats_of(payload)} * beat_bytes;
    std::memset(record, 0, header_bytes);
    record[records::header::kind] = static_cast<std::uint8_t>(records::Kind::tx);
    std::memcpy(record + records::header::payload_bytes, &payload, sizeof payload); // little-endian host
    std::memset(record + header_bytes + size, 0, total - header_bytes - size);
    parts_->send(record, total);
    parts_->collect();
    return parts_->answer;
}

} // namespace jitbox::apps
