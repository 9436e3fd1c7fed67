// Records to beats and back around the parser kernel.
// SPDX-License-Identifier: Apache-2.0
#include "apps/decode_kernel.hpp"

#include "hls/mempool_parser.hpp"

#include <cstring>
#include <vector>

namespace jitbox::apps {

using records::beat_bytes;
using records::header_bytes;

struct DecodeKernel::Parts {
    hlsk::MempoolParserState state{};
    hlsk::BeatStream in;
    hlsk::BeatStream out;
    std::vector<std::uint8_t> record = std::vector<std::uint8_t>(header_bytes + records::max_transaction_bytes + beat_bytes);
    std::vector<std::uint8_t> answer;

    void send(const std::uint8_t* bytes, std::size_t size) {
        for (std::size_t at = 0; at < size; at += beat_bytes) {
            hlsk::Beat beat;
            std::memcpy(&beat.data.v, bytes + at, beat_bytes);
            beat.last = at + beat_bytes >= size;
            in.write(beat);
        }
        hlsk::mempool_parser(state, in, out);
    }

    void collect() {
        answer.resize(out.size() * beat_bytes);
        for (std::size_t at = 0; !out.empty(); at += beat_bytes) {
            const hlsk::Beat beat = out.read();
            std::memcpy(answer.data() + at, &beat.data.v, beat_bytes);
        }
    }
};

DecodeKernel::DecodeKernel(const RouterTable& table) : parts_(std::make_unique<Parts>()) {
    const Bytes routers = accel::to_record(0, table.routers);
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
        const Bytes record = accel::to_record(0, pool);
        parts_->send(record.data(), record.size());
    }
    parts_->collect();
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
