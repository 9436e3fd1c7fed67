// What journal_writer writes, and all of a journal as text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/journal.hpp"

#include <string>
#include <vector>

namespace jitbox::test {

/// A little of every kind of entry: decisions, a bundle with its replacement, submissions, outcomes, lanes, events, costs, state.
[[nodiscard]] std::vector<store::Entry> journal_script();

/// Everything that a restart reads, in one text; equal texts are equal states.
[[nodiscard]] std::string journal_state(store::Journal& journal);

} // namespace jitbox::test
