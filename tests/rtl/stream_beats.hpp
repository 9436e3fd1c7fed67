// Record streams as beats: what every bench of a kernel feeds and compares.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "clocked.hpp"

#include <string>
#include <vector>

namespace jitbox::test {

struct StreamBeat {
    BeatBytes data;
    bool last = false;
    bool operator==(const StreamBeat&) const = default;
};

/// Beats of a record; the last one is marked.
std::vector<StreamBeat> beats_of(BytesView record);
std::vector<StreamBeat> beats_of(const std::vector<Bytes>& records);

/// Empty when equal; otherwise where they part, with both beats.
std::string difference(const std::vector<StreamBeat>& expected, const std::vector<StreamBeat>& actual);

} // namespace jitbox::test
