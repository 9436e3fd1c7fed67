// Real transactions of the shared data folder, for tests: one JSON object a line, gzip-compressed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <optional>
#include <string>
#include <vector>

namespace jitbox::test {

struct RealTransaction {
    Bytes raw;
    Bytes32 hash{};
    Bytes20 from{};
    int type = 0;
};

/// `../shared/data` beside the source tree, or JITBOX_SHARED_DATA.
std::string shared_data_folder();
/// Empty when the file is not there; the caller skips with missing_text().
std::optional<std::vector<RealTransaction>> read_real_transactions(const std::string& name);
std::string missing_text(const std::string& name);

} // namespace jitbox::test
