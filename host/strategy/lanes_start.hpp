// Lanes at start: what the chain, the signer's ledger and the journal together say about every lane.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "signer/protocol.hpp"
#include "store/journal.hpp"
#include "strategy/lanes.hpp"

#include <map>

namespace jitbox::strategy {

/// Fills `lanes` after a start. `account_nonces`: eth_getTransactionCount(latest) by lane index. `open`: Journal::open_bundles().
/// A lane whose ledger holds nonces that the chain has not seen carries a bundle: with the journal's raw transactions when the
/// journal knows it, else `uncertain`, to be recalled. Errors: a lane without account nonce.
[[nodiscard]] Result<void> start_lanes(Lanes& lanes, const signer::Lanes& at_signer,
                                       const std::map<std::uint32_t, std::uint64_t>& account_nonces,
                                       const std::vector<store::BundleView>& open);

} // namespace jitbox::strategy
