// Logs of pools as typed events.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/block.hpp"
#include "pools/pool_state.hpp"

#include <optional>

namespace jitbox::pools {

/// The event of a log of a pool of this kind; empty for one that does not change what a swap does (Collect, Flash, ...).
/// Errors: a known topic whose indexed fields or data are malformed.
[[nodiscard]] Result<std::optional<PoolEvent>> decode_pool_event(const chain::Log& log, Kind kind);

} // namespace jitbox::pools
