// The guardian's rounds.
// SPDX-License-Identifier: Apache-2.0
#include "apps/custody/guardian.hpp"

#include "base/hex.hpp"
#include "chain/abi.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace jitbox::apps {
namespace {

/// Blocks that are read again with every head: a reorganisation may have replaced them.
constexpr std::uint64_t reorg_blocks = 4;

Bytes view_call(std::string_view signature) {
    return chain::AbiWriter(chain::selector_of(signature)).take();
}

} // namespace

std::expected<std::unique_ptr<Guardian>, KeyFailure> Guardian::start(const GuardianSettings& settings, Report report) {
    auto node = NodeSession::open(settings.node_ws);
    if (!node) return std::unexpected(KeyFailure{node.error()});
    std::unique_ptr<Guardian> out(new Guardian(settings, std::move(report)));
    out->node_ = std::move(*node);
    // The node first: while it is away the token is left alone.
    if (auto ok = out->check_chain(); !ok) return std::unexpected(KeyFailure{ok.error()});
    if (settings.acts) {
        auto key = open_key(settings.key);
        if (!key) return std::unexpected(key.error());
        out->key_ = std::move(*key);
    }
    if (auto ok = out->check_key(); !ok) return std::unexpected(KeyFailure{ok.error()});
    out->watch_trips();
    return out;
}

Result<void> Guardian::check_chain() {
    const auto chain_id = node_->chain_id();
    if (!chain_id) return std::unexpected(chain_id.error());
    if (*chain_id != settings_.chain_id)
        return fail(fmt::format("guardian: the node is on chain {}, configured is {}", *chain_id, settings_.chain_id));
    return {};
}

Result<void> Guardian::check_key() {
    const auto guardian = executor_address("guardian()");
    const auto owner = executor_address("OWNER()");
    if (!guardian) return std::unexpected(guardian.error());
    if (!owner) return std::unexpected(owner.error());
    if (key_ && key_->address() != *guardian && key_->address() != *owner)
        return fail("guardian: the executor's guardian is " + chain::to_checksum(*guardian) + ", this key is " +
                        chain::to_checksum(key_->address()),
                    "jitctl safe propose --action setGuardian, or the other key");
    report_("watching", fmt::format("executor {}, {}", chain::to_checksum(settings_.executor),
                                    key_ ? "unwinds as " + chain::to_checksum(key_->address()) : "only reports"));
    return {};
}

void Guardian::watch_trips() {
    const auto submit = [this](std::uint64_t nonce) -> Result<Bytes32> {
        const auto head = node_->latest_head();
        if (!head) return std::unexpected(head.error());
        return node_->submit(*key_, call(view_call("pause()")), price(*head, pause_bid_, nonce));
    };
    trips_ = std::make_unique<TripPause>(settings_.on_trip, settings_.trip,
                                         PauseCalls{.paused = [this] { return paused(); },
                                                    .free_nonce = [this] { return node_->free_nonce(key_->address()); },
                                                    .mined_nonce = [this] { return node_->transaction_count(key_->address()); },
                                                    .submit = submit,
                                                    .report = report_});
}

Result<bool> Guardian::paused() {
    const auto answer = node_->call(settings_.executor, view_call("paused()"));
    if (!answer) return std::unexpected(answer.error());
    chain::AbiReader in(*answer);
    const bool out = in.uint("paused", 8) != 0;
    if (auto ok = in.finish(); !ok) return std::unexpected(ok.error());
    if (out) pause_bid_ = {};
    return out;
}

Result<chain::Address> Guardian::executor_address(std::string_view view_signature) {
    const auto answer = node_->call(settings_.executor, view_call(view_signature));
    if (!answer) return std::unexpected(answer.error());
    if (answer->empty()) return fail("guardian: there is no executor at " + chain::to_checksum(settings_.executor));
    chain::AbiReader in(*answer);
    const chain::Address out = in.address("address");
    if (auto ok = in.finish(); !ok) return std::unexpected(ok.error());
    return out;
}

/// Numbers stay for ever and count up, so only new ones are asked for.
Result<void> Guardian::learn_pools() {
    const auto answer = node_->call(settings_.executor, view_call("poolCount()"));
    if (!answer) return std::unexpected(answer.error());
    chain::AbiReader in(*answer);
    const auto count = static_cast<std::size_t>(in.uint("poolCount", 16));
    if (auto ok = in.finish(); !ok) return std::unexpected(ok.error());
    for (std::size_t id = pools_.size(); id < count; ++id) {
        const auto entry = node_->call(settings_.executor, chain::AbiWriter(chain::selector_of("pools(uint16)")).uint(id).take());
        if (!entry) return std::unexpected(entry.error());
        chain::AbiReader fields(*entry);
        pools_[fields.address("pool")] = static_cast<std::uint16_t>(id);
        if (fields.failed()) return fail(fmt::format("guardian: the executor's answer about pool {} is malformed", id));
    }
    return {};
}

Result<void> Guardian::scan(const chain::Head& head) {
    const std::uint64_t back = last_ ? reorg_blocks : settings_.lookback_blocks;
    const std::uint64_t from = last_ ? std::min(last_->number + 1, head.number) : head.number;
    std::vector<chain::Address> addresses;
    addresses.reserve(pools_.size());
    for (const auto& [pool, id] : pools_) addresses.push_back(pool);
    if (addresses.empty()) return {};
    for (std::uint64_t number = from > back ? from - back : 0; number <= head.number; ++number) {
        const auto block = number == head.number ? Result<chain::Head>(head) : node_->head(number);
        if (!block) return std::unexpected(block.error());
        const auto logs = node_->logs(block->hash, addresses);
        if (!logs) return std::unexpected(logs.error());
        watched_.merge(minted_by(settings_.executor, *logs));
    }
    return {};
}

Result<Remainder> Guardian::remainder(const Position& position) {
    const auto answer = node_->call(position.pool, positions_call(settings_.executor, position));
    if (!answer) return std::unexpected(answer.error());
    return read_remainder(*answer);
}

Result<void> Guardian::sort_out(const chain::Head& head) {
    std::vector<std::pair<Position, Remainder>> left;
    for (auto at = watched_.begin(); at != watched_.end();) {
        const auto found = remainder(*at);
        if (!found) return std::unexpected(found.error());
        if (!found->empty()) {
            left.emplace_back(*at++, *found);
            continue;
        }
        if (attempts_.erase(*at) > 0) report_("unwound", fmt::format("{}: nothing is left at block {}", to_text(*at), head.number));
        at = watched_.erase(at);
    }
    if (!left.empty()) act(head, left);
    return {};
}

NodeSession::Price Guardian::price(const chain::Head& head, Attempt& attempt, std::uint64_t nonce) const {
    // A node takes another transaction in place of one with the same nonce for 10 % more at least.
    const chain::u256 raised = attempt.max_fee_per_gas + attempt.max_fee_per_gas / 4;
    chain::u256 tip = settings_.priority_fee_wei;
    for (unsigned i = 0; i < attempt.count && tip < settings_.max_fee_per_gas_wei; ++i) tip += tip / 4;
    const chain::u256 wanted = std::max<chain::u256>(raised, static_cast<chain::u256>(head.base_fee_wei) * 2 + tip);
    attempt.max_fee_per_gas = std::min(wanted, settings_.max_fee_per_gas_wei);
    ++attempt.count;
    return {.nonce = nonce,
            .max_fee_per_gas = attempt.max_fee_per_gas,
            .max_priority_fee_per_gas = std::min(tip, attempt.max_fee_per_gas)};
}

void Guardian::act(const chain::Head& head, const std::vector<std::pair<Position, Remainder>>& left) {
    auto nonce = key_ ? node_->transaction_count(key_->address()) : Result<std::uint64_t>(0);
    if (!nonce) {
        report_("error", "no nonce: " + nonce.error().text());
        return;
    }
    for (const auto& [position, remainder] : left) {
        if (nonce && trips_->nonce() == *nonce) ++*nonce; // the pause waits there
        const std::uint16_t id = pools_.at(position.pool);
        const auto [attempt, first] = attempts_.try_emplace(position);
        if (first)
            report_("stranded", fmt::format("{} (pool id {}): liquidity {} at block {}", to_text(position), id,
                                            chain::to_decimal(static_cast<chain::u256>(remainder.liquidity)), head.number));
        if (!key_) {
            if (first)
                report_("unwind_wanted", fmt::format("run: jit-guardian --config FILE --unwind {} {} {}", id, position.tick_lower,
                                                     position.tick_upper));
            continue;
        }
        const auto sent =
            node_->submit(*key_, call(unwind_call(id, position, remainder.liquidity)), price(head, attempt->second, *nonce));
        if (sent) {
            report_("unwind_sent", fmt::format("{}: {} after block {}", to_text(position), to_hex(*sent), head.number));
            ++*nonce;
        } else {
            report_("error", to_text(position) + ": " + sent.error().text());
        }
    }
}

NodeSession::Send Guardian::call(Bytes calldata) const {
    return {.chain_id = settings_.chain_id, .to = settings_.executor, .calldata = std::move(calldata)};
}

Result<void> Guardian::step() {
    const auto head = node_->latest_head();
    if (!head) return std::unexpected(head.error());
    trips_->look(seen_ != head->hash);
    seen_ = head->hash;
    if (last_ && last_->hash == head->hash) return {};
    if (auto ok = learn_pools(); !ok) return ok;
    if (auto ok = scan(*head); !ok) return ok;
    if (auto ok = sort_out(*head); !ok) return ok; // the same head again: the next may be too late
    last_ = *head;
    return {};
}

Result<feed::Receipt> Guardian::pause() {
    if (!key_) return fail("guardian: its mode is \"report\": it has no key to pause with");
    return node_->send(*key_, call(view_call("pause()")));
}

Result<feed::Receipt> Guardian::unwind(std::uint16_t pool_id, std::int32_t tick_lower, std::int32_t tick_upper) {
    if (!key_) return fail("guardian: its mode is \"report\": it has no key to unwind with");
    if (auto ok = learn_pools(); !ok) return std::unexpected(ok.error());
    const auto found = std::ranges::find(pools_, pool_id, [](const auto& entry) { return entry.second; });
    if (found == pools_.end()) return fail(fmt::format("guardian: the executor has no pool {}", pool_id));
    const Position position{.pool = found->first, .tick_lower = tick_lower, .tick_upper = tick_upper};
    const auto left = remainder(position);
    if (!left) return std::unexpected(left.error());
    if (left->empty()) return fail("guardian: nothing is left of " + to_text(position));
    return node_->send(*key_, call(unwind_call(pool_id, position, left->liquidity)));
}

} // namespace jitbox::apps
