// One swap on one pool in each form that a transaction may give it. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/records.hpp"

#include <vector>

namespace jitbox::test {

struct PathForm {
    const char* called; ///< router, or the pool
    const char* function;
    accel::RouterKind kind;
    Bytes calldata;
};

/// Exact input, at least one wei out, no limit of the user's but where the form has to have one.
std::vector<PathForm> exact_input_forms(const accel::PoolRecord& on, bool zero_for_one, const accel::u256& amount);

/// Exact output, for any amount in.
std::vector<PathForm> exact_output_forms(const accel::PoolRecord& on, bool zero_for_one, const accel::u256& amount);

} // namespace jitbox::test
