// The signer's own lock-out after wrong PINs (KEY-6): a count on disk, so that restarts do not add up to a guess after a guess.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <string>

namespace jitbox::signer {

/// One small file, written in place and fsync'd. Every way to the HSM asks may_try() first and tells what the module said. Without
/// a path it allows everything (no state directory: tests and tools of others).
class PinGuard {
public:
    static constexpr unsigned most_wrong = 5;

    explicit PinGuard(std::string path) : path_(std::move(path)) {}

    /// How many wrong PINs there were since the last right one. A missing file is none; a file with any other content is too many.
    [[nodiscard]] Result<unsigned> wrong() const;
    /// Error: locked out, or the file cannot be read.
    [[nodiscard]] Result<void> may_try() const;
    /// Durable when it returns without error.
    [[nodiscard]] Result<void> count_wrong() const;
    /// After a right PIN, and to unlock. Writes nothing when nothing was counted.
    [[nodiscard]] Result<void> clear() const;

private:
    [[nodiscard]] Result<void> store(unsigned count) const;
    std::string path_;
};

} // namespace jitbox::signer
