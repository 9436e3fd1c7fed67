// TRIPPED across restarts: one small file, written in place so that a full disk cannot keep a stop from being remembered.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <memory>
#include <string>

namespace jitbox::signer {

class TripFile {
public:
    /// Creates it (not tripped) when missing. A file with any other content than ours counts as tripped.
    [[nodiscard]] static Result<std::unique_ptr<TripFile>> open(const std::string& path);
    ~TripFile();
    TripFile(const TripFile&) = delete;
    TripFile& operator=(const TripFile&) = delete;

    [[nodiscard]] bool tripped() const noexcept { return tripped_; }
    /// Durable when it returns without error.
    [[nodiscard]] Result<void> store(bool tripped);

private:
    TripFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
    std::string path_;
    int fd_;
    bool tripped_ = true;
};

} // namespace jitbox::signer
