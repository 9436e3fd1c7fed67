// Reads the state of one pool from a node at one block.
// SPDX-License-Identifier: Apache-2.0
#include "pools/pool_reader.hpp"

#include "chain/uniswap_abi.hpp"
#include "pools/pool_view.hpp"

#include <algorithm>
#include <memory>

namespace jitbox::pools {
namespace {

namespace uniswap = chain::uniswap;
using chain::AbiReader;
using chain::AbiWriter;

std::int32_t floor_divide(std::int32_t value, std::int32_t by) {
    return value >= 0 ? value / by : -((-value + by - 1) / by);
}

/// One read under way; it lives in the callbacks of its requests.
class Read : public std::enable_shared_from_this<Read> {
public:
    Read(NodeReader& node, ReadRequest request, Done<PoolState> done)
        : node_(node), request_(std::move(request)), done_(std::move(done)), spacing_(request_.pool.tick_spacing),
          all_{word_of(min_tick, spacing_), word_of(max_tick, spacing_)} {}

    void start() {
        ask({AbiWriter(uniswap::slot0_call.selector).take(), AbiWriter(uniswap::liquidity_call.selector).take(),
             AbiWriter(uniswap::tick_spacing_call.selector).take()},
            &Read::on_slot0);
    }

private:
    using Step = Result<void> (Read::*)(const std::vector<Bytes>&);

    void ask(const std::vector<Bytes>& calldata, Step step) {
        std::vector<ContractCall> calls;
        calls.reserve(calldata.size());
        for (const Bytes& data : calldata) calls.push_back({.to = request_.pool.address, .data = data});
        const std::size_t expected = calls.size();
        node_.call_many(std::move(calls), request_.block_hash, [self = shared_from_this(), step, expected](auto answers) {
            if (!answers) return self->done_(std::unexpected(answers.error()));
            if (answers->size() != expected) return self->failed("the node gave another number of answers than asked");
            if (auto ok = ((*self).*step)(*answers); !ok) self->failed(ok.error().text());
        });
    }

    void failed(const std::string& what) { done_(fail("pool " + request_.pool.name + ": reading its state: " + what)); }

    Result<void> on_slot0(const std::vector<Bytes>& answers) {
        AbiReader slot0(answers[0]);
        state_.sqrt_price_x96 = slot0.uint("sqrtPriceX96", 160);
        state_.tick = static_cast<std::int32_t>(slot0.sint("tick", 24));
        slot0.uint("observationIndex", 16);
        slot0.uint("observationCardinality", 16);
        slot0.uint("observationCardinalityNext", 16);
        state_.fee_protocol =
            static_cast<std::uint32_t>(slot0.uint("feeProtocol", request_.pool.kind == Kind::uniswap_v3 ? 8 : 32));
        slot0.boolean("unlocked");
        AbiReader liquidity(answers[1]);
        state_.liquidity = static_cast<u128>(liquidity.uint("liquidity", 128));
        AbiReader spacing(answers[2]);
        const auto node_spacing = static_cast<std::int32_t>(spacing.sint("tickSpacing", 24));
        for (const AbiReader* reader : {&slot0, &liquidity, &spacing})
            if (auto ok = reader->finish(); !ok) return ok;
        if (node_spacing != spacing_)
            return fail("its tick spacing is " + std::to_string(node_spacing) + ", configured is " + std::to_string(spacing_));
        const std::int32_t center = word_of(state_.tick, spacing_);
        const std::int32_t each = std::max(request_.words_each_side, 1);
        const WordRange wanted = request_.words.value_or(WordRange{center - each, center + each});
        known_ = {std::clamp(wanted.first, all_.first, all_.last), std::clamp(wanted.last, all_.first, all_.last)};
        ask_words(known_);
        return {};
    }

    void ask_words(WordRange range) {
        asked_ = range;
        std::vector<Bytes> calls;
        for (std::int32_t word = range.first; word <= range.last; ++word)
            calls.push_back(AbiWriter(uniswap::tick_bitmap_call.selector).sint(word).take());
        ask(calls, &Read::on_words);
    }

    Result<void> on_words(const std::vector<Bytes>& answers) {
        for (std::size_t i = 0; i < answers.size(); ++i) {
            AbiReader reader(answers[i]);
            u256 bits = reader.uint("tickBitmap");
            if (auto ok = reader.finish(); !ok) return ok;
            const std::int32_t word = asked_.first + static_cast<std::int32_t>(i);
            for (std::int32_t bit = 0; bits != 0; ++bit, bits >>= 1)
                if ((bits & 1) != 0) initialised_.push_back((word * 256 + bit) * spacing_);
        }
        if (!request_.words && widen()) return {};
        std::ranges::sort(initialised_);
        state_.known_lower = std::max(known_.first * 256 * spacing_, min_tick);
        state_.known_upper = std::min((known_.last + 1) * 256 * spacing_ - 1, max_tick);
        if (initialised_.empty()) {
            done_(std::move(state_));
            return {};
        }
        std::vector<Bytes> calls;
        calls.reserve(initialised_.size());
        for (const std::int32_t tick : initialised_) calls.push_back(AbiWriter(uniswap::ticks_call.selector).sint(tick).take());
        ask(calls, &Read::on_ticks);
        return {};
    }

    /// Asks for as many words again on a side that has too few ticks. False when nothing more is wanted.
    bool widen() {
        const auto below =
            static_cast<std::size_t>(std::ranges::count_if(initialised_, [&](auto tick) { return tick <= state_.tick; }));
        const std::int32_t size = known_.last - known_.first + 1;
        WordRange more{};
        if (below < view_ticks_each_side && known_.first > all_.first) {
            more = {std::max(known_.first - size, all_.first), known_.first - 1};
            known_.first = more.first;
        } else if (initialised_.size() - below < view_ticks_each_side && known_.last < all_.last) {
            more = {known_.last + 1, std::min(known_.last + size, all_.last)};
            known_.last = more.last;
        } else {
            return false;
        }
        ask_words(more);
        return true;
    }

    Result<void> on_ticks(const std::vector<Bytes>& answers) {
        for (std::size_t i = 0; i < answers.size(); ++i) {
            AbiReader reader(answers[i]);
            TickInfo info;
            info.liquidity_gross = static_cast<u128>(reader.uint("liquidityGross", 128));
            info.liquidity_net = static_cast<i128>(reader.sint("liquidityNet", 128));
            if (auto ok = reader.finish(false); !ok) return ok;
            if (info.liquidity_gross == 0)
                return fail("tick " + std::to_string(initialised_[i]) + " is in the bitmap but has no liquidity");
            state_.ticks.emplace(initialised_[i], info);
        }
        done_(std::move(state_));
        return {};
    }

    NodeReader& node_;
    ReadRequest request_;
    Done<PoolState> done_;
    std::int32_t spacing_;
    WordRange all_;   ///< the whole tick range
    WordRange known_; ///< read so far
    WordRange asked_; ///< of the request under way
    PoolState state_;
    std::vector<std::int32_t> initialised_;
};

} // namespace

std::int32_t word_of(std::int32_t tick, std::int32_t tick_spacing) {
    return floor_divide(floor_divide(tick, tick_spacing), 256);
}

WordRange words_known(const PoolState& state, std::int32_t tick_spacing) {
    return {word_of(state.known_lower, tick_spacing), word_of(state.known_upper, tick_spacing)};
}

void read_pool(NodeReader& node, ReadRequest request, Done<PoolState> done) {
    std::make_shared<Read>(node, std::move(request), std::move(done))->start();
}

} // namespace jitbox::pools
