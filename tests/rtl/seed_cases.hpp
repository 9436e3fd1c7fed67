// Legs and candidates for seed_server and flow_seed: of one pool, as the engine meets them, or any numbers at all; and what
// kernels/hls/candidate_seed.cpp makes of them. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hls/candidate_seed.hpp"

#include <random>

namespace jitbox::test {

/// What all candidates of a leg share.
struct SeedLeg {
    hlsk::SeedTerms terms;
    hlsk::u256 budget0;
    hlsk::u256 budget1;
    hlsk::u128 max_liquidity;
    hlsk::u256 end_price; ///< of the swap alone
    hlsk::u256 end_remaining;
};

struct SeedCandidate {
    hlsk::u256 entry; ///< price of its mint
    hlsk::u256 lower;
    hlsk::u256 upper;
    hlsk::u256 gross_lower;
    hlsk::u256 gross_upper;
    hlsk::SwapProgress from; ///< the swap alone's last state before the range
    hlsk::SwapProgress stop; ///< and before the far bound, told where the end is behind that
};

/// The end is behind the candidate's far bound.
bool passes(const SeedLeg& leg, const SeedCandidate& candidate);

/// By budgets and by the pool's limit of a tick.
hlsk::u128 reference_most(const SeedLeg& leg, const SeedCandidate& candidate);
/// floor(L*) of docs/kernel-contract.md, whatever may be minted; 2^128 - 1 where more is always better.
hlsk::u128 reference_optimum(const SeedLeg& leg, const SeedCandidate& candidate);
/// That, but at most what may be minted, and at least 2^16 where there is room for it.
hlsk::u128 reference_seed(const SeedLeg& leg, const SeedCandidate& candidate);

class SeedCases {
public:
    explicit SeedCases(std::mt19937_64& random) : random_(random) {}
    SeedLeg leg(bool zero_for_one, bool exact_in);
    SeedCandidate candidate(const SeedLeg& leg); ///< of the last leg

private:
    bool often() { return random_() % 4 == 0; }
    hlsk::u256 number(int most_bits);
    hlsk::u256 price();
    hlsk::u256 price_behind(const hlsk::u256& from, bool down);
    hlsk::SwapProgress state(const hlsk::u256& at);
    int near_digits() { return near_ - 1 + static_cast<int>(random_() % 4); }

    std::mt19937_64& random_;
    hlsk::u256 market_; // the pool's price where market and pool agree ...
    int near_ = 1;      // ... to about 2^-near, which is how long the ranges are too
};

} // namespace jitbox::test
