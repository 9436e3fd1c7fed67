// A signed plan as the relays, the tracker and the journal take it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "relay/outcome.hpp"
#include "strategy/planner.hpp"
#include "strategy/signing.hpp"

namespace jitbox::strategy {

/// [mint, target, burn] for the plan's block; nothing in it may revert.
[[nodiscard]] relay::Bundle bundle_of(const SignedPlan& signed_plan);
[[nodiscard]] relay::TrackedBundle tracked(const SignedPlan& signed_plan);
/// A bundle of an earlier run, valued by the prices that `pool` has now. The target's sender, nonce and fee are not in the journal,
/// so that fewer outcomes can be told apart. Errors: the journal's transactions do not decode.
[[nodiscard]] Result<relay::TrackedBundle> tracked(const store::BundleEntry& entry, const PlannerPool& pool,
                                                   const Bytes20& executor);
/// What the journal keeps of a signed plan, with the stage latencies so far.
[[nodiscard]] store::BundleEntry journal_entry(const SignedPlan& signed_plan, std::int64_t time_ns);

} // namespace jitbox::strategy
