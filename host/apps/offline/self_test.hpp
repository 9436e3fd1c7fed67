// The engine's self-test: a small record stream with a known answer, run on an engine of its own before every arming (ARM-2).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/engine.hpp"

#include <chrono>

namespace jitbox::apps {

/// One pool, one transaction that calls it directly, one decision whose every figure is known. Errors: no answer within the
/// deadline, or the first figure that differs. The engine must be fresh.
[[nodiscard]] Result<void> run_self_test(accel::Engine& engine,
                                         std::chrono::milliseconds deadline = std::chrono::milliseconds{2000});

} // namespace jitbox::apps
