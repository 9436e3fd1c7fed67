// The prices of a lease that people have approved: they are part of what was approved, and move on while people read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "signer/protocol.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace jitbox::apps {

/// Gives `pools` the prices that stand in `subject` (an approval's, as signer::arm_subject made it). A subject that names other
/// pools changes nothing: the signer refuses it. Errors: a price has moved by more than `max_difference_ppm` since.
[[nodiscard]] Result<void> take_approved_prices(const std::string& subject, std::uint64_t max_difference_ppm,
                                                std::vector<signer::LeasePool>& pools);

} // namespace jitbox::apps
