// Whether the configuration file is still the one that this process read: a change while armed must not go unseen (RISK-4).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace jitbox::apps {

class ConfigWatch {
public:
    /// Empty path: nothing is watched.
    explicit ConfigWatch(std::filesystem::path file);

    /// Reads the file again when it may have changed. True when problem() has begun or ended.
    bool look();
    /// What is wrong; empty while the file is the one that was read at the start.
    [[nodiscard]] const std::string& problem() const { return problem_; }
    /// keccak256 of the file as it was at the start; empty when nothing is watched.
    [[nodiscard]] const std::string& loaded() const { return loaded_; }

private:
    std::filesystem::path file_;
    std::filesystem::file_time_type written_{};
    std::string loaded_;
    std::string problem_;
};

} // namespace jitbox::apps
