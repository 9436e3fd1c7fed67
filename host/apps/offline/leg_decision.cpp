// The decision about one leg. See leg_decision.hpp.
// SPDX-License-Identifier: Apache-2.0
#include "apps/offline/leg_decision.hpp"

#include "chain/transaction.hpp"

#include <poll.h>

#include <cstring>
#include <stdexcept>

namespace jitbox::apps {
namespace {

using accel::u256;

constexpr auto engine_deadline = std::chrono::seconds{10};
constexpr int wait_ms = 100; // between two looks at the engine's health

u256 magnitude(const EvaluateLine& line) {
    const auto amount = static_cast<u256>(line.amount_specified);
    return line.amount_specified > 0 ? amount : static_cast<u256>(0) - amount;
}

void feed(hlsk::BeatStream& stream, BytesView record) {
    for (std::size_t at = 0; at < record.size(); at += records::beat_bytes) {
        hlsk::Beat beat;
        std::memcpy(&beat.data, record.data() + at, records::beat_bytes);
        beat.last = at + records::beat_bytes == record.size();
        stream.write(beat);
    }
}

/// The leg as mempool_parser would have made it from a router call without a minimum out.
Bytes swap_record(std::uint64_t sequence, const EvaluateLine& line) {
    namespace s = records::swap;
    Bytes out(s::total_bytes);
    const auto put = [&out](std::size_t offset, const auto& value) { std::memcpy(out.data() + offset, &value, sizeof(value)); };
    const bool exact_in = line.amount_specified > 0;
    std::uint32_t flags = records::swap_amount_known;
    if (line.zero_for_one) flags |= records::swap_zero_for_one;
    if (exact_in) flags |= records::swap_exact_in;
    put(records::header::kind, static_cast<std::uint8_t>(records::Kind::swap));
    put(records::header::payload_bytes, static_cast<std::uint32_t>(s::total_bytes - records::header_bytes));
    put(records::header::sequence, sequence);
    put(s::hops, std::uint8_t{1});
    put(s::flags, flags);
    put(s::fee, line.pool.fee);
    put(s::token_in, line.zero_for_one ? line.pool.token0 : line.pool.token1);
    put(s::token_out, line.zero_for_one ? line.pool.token1 : line.pool.token0);
    put(s::factory, line.pool.factory);
    put(s::amount, magnitude(line));
    put(s::limit, exact_in ? static_cast<u256>(0) : ~static_cast<u256>(0));
    put(s::sqrt_price_limit_x96, line.sqrt_price_limit_x96);
    return out;
}

Bytes20 router_address() {
    Bytes20 out{};
    out.fill(0x72);
    return out;
}

/// The same leg as a call of SwapRouter02, which has no deadline: exactInputSingle or exactOutputSingle without a bound on the
/// other amount.
Bytes router_call(const EvaluateLine& line) {
    const bool exact_in = line.amount_specified > 0;
    Bytes data = exact_in ? Bytes{0x04, 0xe4, 0x5a, 0xaf} : Bytes{0x50, 0x23, 0xb4, 0xdf};
    const auto word = [&data](const Bytes32& bytes) { data.insert(data.end(), bytes.begin(), bytes.end()); };
    const auto address = [&](const Bytes20& of) {
        Bytes32 bytes{};
        std::memcpy(bytes.data() + 12, of.data(), of.size());
        word(bytes);
    };
    address(line.zero_for_one ? line.pool.token0 : line.pool.token1);
    address(line.zero_for_one ? line.pool.token1 : line.pool.token0);
    word(chain::to_big_endian(line.pool.fee));
    address(router_address()); // somebody receives it
    word(chain::to_big_endian(magnitude(line)));
    word(chain::to_big_endian(exact_in ? static_cast<u256>(0) : ~static_cast<u256>(0)));
    word(chain::to_big_endian(line.sqrt_price_limit_x96));
    chain::Transaction transaction;
    transaction.type = chain::TransactionType::dynamic_fee;
    transaction.chain_id = 1;
    transaction.to = router_address();
    transaction.data = std::move(data);
    transaction.signature.r = 1;
    transaction.signature.s = 1;
    return chain::encode_signed(transaction);
}

/// What answers the question: SWAP and TX_SEEN do not.
bool decides(BytesView record) {
    const records::Kind kind = accel::kind_of(record);
    return kind == records::Kind::decision || kind == records::Kind::reject;
}

} // namespace

LegDecision::LegDecision(accel::Engine* engine)
    : engine_(engine), kernel_(engine == nullptr ? std::make_unique<hlsk::RangeProfitState>() : nullptr) {
    if (kernel_) kernel_->reset();
}

Bytes LegDecision::answer(const EvaluateLine& line, accel::TicksRecord window) {
    accel::PoolRecord pool = line.pool;
    pool.pool_index = 0;
    pool.state_version = window.state_version = ++version_;
    accel::PoolRecord removed = pool; // the next line may be another pool with the same key
    removed.pool_kind = accel::PoolKind::removed;
    const std::vector<Bytes> state{accel::to_record(0, removed), accel::to_record(0, pool), accel::to_record(0, window),
                                   accel::to_record(0, line.params)};
    return engine_ == nullptr ? from_kernel(state, line) : from_engine(state, line);
}

Bytes LegDecision::from_kernel(const std::vector<Bytes>& state, const EvaluateLine& line) {
    hlsk::BeatStream in;
    hlsk::BeatStream answers;
    const hlsk::FreezeLine never{false};
    for (const Bytes& record : state) feed(in, record);
    feed(in, swap_record(version_, line));
    while (!in.empty()) hlsk::range_profit(*kernel_, in, answers, never);
    // SWAP is handed on before the answer; a state record that the card refuses comes before both.
    Bytes record;
    while (!answers.empty()) {
        record.clear();
        for (bool last = false; !last;) {
            const hlsk::Beat beat = answers.read();
            const std::size_t at = record.size();
            record.resize(at + records::beat_bytes);
            std::memcpy(record.data() + at, &beat.data, records::beat_bytes);
            last = beat.last;
        }
        if (decides(record)) return record;
    }
    throw std::runtime_error("the kernel has not answered a leg");
}

Bytes LegDecision::from_engine(const std::vector<Bytes>& state, const EvaluateLine& line) {
    const auto submit = [this](const Bytes& record) {
        if (auto taken = engine_->submit(record, engine_deadline); !taken) throw std::runtime_error(taken.error().text());
    };
    submit(accel::to_record(
        0, std::vector<accel::RouterEntry>{{router_address(), accel::RouterKind::swap_router02, line.pool.factory}}));
    for (const Bytes& record : state) submit(record);
    submit(accel::tx_record(version_, router_call(line)));
    submit(accel::barrier_record(version_, version_));
    Bytes found;
    bool done = false;
    const auto take = [&](BytesView record) {
        if (found.empty() && decides(record)) found.assign(record.begin(), record.end());
        done = done || accel::kind_of(record) == records::Kind::barrier_done;
    };
    while (engine_->drain(take), !done) {
        if (auto healthy = engine_->health(); !healthy) throw std::runtime_error(healthy.error().text());
        pollfd event{.fd = engine_->event_fd(), .events = POLLIN, .revents = 0};
        (void)::poll(&event, 1, wait_ms); // the deadline is the engine's: its health ends the wait
    }
    if (found.empty()) throw std::runtime_error("the engine has not answered a leg");
    return found;
}

} // namespace jitbox::apps
