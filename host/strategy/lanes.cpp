// The states of a lane and what moves it between them.
// SPDX-License-Identifier: Apache-2.0
#include "strategy/lanes.hpp"

#include "chain/keccak.hpp"

#include <algorithm>

namespace jitbox::strategy {
namespace {
constexpr std::uint64_t nonces_per_bundle = 2; // mint and burn
}

std::string_view to_text(LaneState state) {
    switch (state) {
    case LaneState::free:
        return "free";
    case LaneState::busy:
        return "busy";
    case LaneState::voiding:
        return "voiding";
    case LaneState::uncertain:
        return "uncertain";
    }
    return "invalid";
}

void Lanes::add(std::uint32_t index, const Bytes20& address, std::uint64_t nonce) {
    Lane fresh;
    fresh.index = index;
    fresh.address = address;
    fresh.next_nonce = nonce;
    lanes_.push_back(std::move(fresh));
    std::ranges::sort(lanes_, {}, &Lane::index);
}

Lane* Lanes::lane(std::uint32_t index) {
    const auto found = std::ranges::find(lanes_, index, &Lane::index);
    return found == lanes_.end() ? nullptr : &*found;
}

const Lane* Lanes::find(std::uint32_t index) const {
    const auto found = std::ranges::find(lanes_, index, &Lane::index);
    return found == lanes_.end() ? nullptr : &*found;
}

std::optional<Lane> Lanes::take(std::string_view bundle, std::uint64_t target_block) {
    const auto found = std::ranges::find(lanes_, LaneState::free, &Lane::state);
    if (found == lanes_.end()) return std::nullopt;
    found->state = LaneState::busy;
    found->bundle = bundle;
    found->target_block = target_block;
    return *found;
}

void Lanes::free_lane(Lane& lane, std::uint64_t next_nonce) {
    Lane fresh;
    fresh.index = lane.index;
    fresh.address = lane.address;
    fresh.next_nonce = next_nonce;
    lane = std::move(fresh);
}

void Lanes::release(std::uint32_t index) {
    Lane* const held = lane(index);
    // A signed lane is never given back: its nonces belong to the signed transactions for ever.
    if (held != nullptr && held->mint_raw.empty()) free_lane(*held, held->next_nonce);
}

void Lanes::signed_bundle(std::uint32_t index, Bytes mint_raw, const Bytes32& mint_hash, Bytes burn_raw, const Bytes32& burn_hash) {
    Lane* const held = lane(index);
    if (held == nullptr || held->state == LaneState::free) return;
    held->mint_raw = std::move(mint_raw);
    held->burn_raw = std::move(burn_raw);
    held->mint_hash = mint_hash;
    held->burn_hash = burn_hash;
    held->state = LaneState::busy;
}

void Lanes::uncertain(std::uint32_t index) {
    Lane* const held = lane(index);
    if (held != nullptr && held->state == LaneState::busy && held->mint_raw.empty()) held->state = LaneState::uncertain;
}

void Lanes::consumed(std::uint32_t index, std::uint64_t mint_nonce) {
    Lane* const held = lane(index);
    if (held == nullptr || held->state == LaneState::free || held->next_nonce != mint_nonce) return;
    free_lane(*held, mint_nonce + nonces_per_bundle);
}

std::vector<Lane> Lanes::to_void(std::uint64_t head) {
    std::vector<Lane> out;
    for (Lane& held : lanes_) {
        if (held.state == LaneState::busy && !held.mint_raw.empty() && held.target_block <= head) held.state = LaneState::voiding;
        if (held.state == LaneState::voiding) out.push_back(held);
    }
    return out;
}

bool Lanes::observe_nonce(std::uint32_t index, std::uint64_t account_nonce) {
    Lane* const held = lane(index);
    if (held == nullptr) return false;
    if (held->state == LaneState::free) {
        // Somebody used the key past us; the chain is right.
        held->next_nonce = std::max(held->next_nonce, account_nonce);
        return false;
    }
    if (account_nonce < held->next_nonce + nonces_per_bundle) return false;
    free_lane(*held, account_nonce);
    return true;
}

std::vector<Lane> Lanes::to_recall() const {
    std::vector<Lane> out;
    std::ranges::copy_if(lanes_, std::back_inserter(out), [](const Lane& held) { return held.state == LaneState::uncertain; });
    return out;
}

void Lanes::restore(std::uint32_t index, std::string_view bundle, std::uint64_t mint_nonce, std::uint64_t target_block,
                    Bytes mint_raw, Bytes burn_raw) {
    Lane* const held = lane(index);
    if (held == nullptr) return;
    held->bundle = bundle;
    held->next_nonce = mint_nonce;
    held->target_block = target_block;
    held->state = mint_raw.empty() ? LaneState::uncertain : LaneState::busy;
    if (!mint_raw.empty()) held->mint_hash = chain::keccak256(BytesView(mint_raw)); // the cost of voiding is asked by these
    if (!burn_raw.empty()) held->burn_hash = chain::keccak256(BytesView(burn_raw));
    held->mint_raw = std::move(mint_raw);
    held->burn_raw = std::move(burn_raw);
}

} // namespace jitbox::strategy
