// Lanes at start.
// SPDX-License-Identifier: Apache-2.0
#include "strategy/lanes_start.hpp"

#include "chain/keccak.hpp"
#include "strategy/planner.hpp"

#include <algorithm>

namespace jitbox::strategy {

Result<void> start_lanes(Lanes& lanes, const signer::Lanes& at_signer, const std::map<std::uint32_t, std::uint64_t>& account_nonces,
                         const std::vector<store::BundleView>& open) {
    for (const signer::Lane& lane : at_signer) {
        const auto nonce = account_nonces.find(lane.lane);
        if (nonce == account_nonces.end())
            return fail("strategy: no account nonce for lane " + std::to_string(lane.lane),
                        "ask the node: eth_getTransactionCount");
        lanes.add(lane.lane, lane.address, nonce->second);
        if (!lane.highest_nonce || *lane.highest_nonce < nonce->second) continue;
        // The ledger binds mint and burn together, so the highest nonce is a burn's.
        const std::uint64_t mint_nonce = *lane.highest_nonce - 1;
        const auto known = std::ranges::find_if(open, [&](const store::BundleView& view) {
            return view.bundle.lane == lane.lane && view.bundle.mint_nonce == mint_nonce;
        });
        if (known == open.end()) {
            lanes.restore(lane.lane, "lost", mint_nonce, 0, {}, {});
            continue;
        }
        const store::BundleEntry& bundle = known->bundle;
        lanes.restore(lane.lane, Planner::bundle_name(bundle.uuid, bundle.version), mint_nonce, bundle.target_block,
                      bundle.mint_raw, bundle.burn_raw);
    }
    return {};
}

} // namespace jitbox::strategy
