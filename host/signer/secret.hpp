// A secret that cannot be printed by accident, is not swapped out and does not stay in memory.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace jitbox::signer {

/// No formatter, no stream operator, no comparison, no copy: reveal() is the one way to the text and easy to look for.
/// The text lies in memory of its own between guard pages (libsodium): locked as far as RLIMIT_MEMLOCK allows, left out of core
/// files, read-only, zeroed at the end.
class Secret {
public:
    Secret() = default;
    /// Copies `text` and wipes it. Ends the process when there is no memory.
    explicit Secret(std::string text);
    Secret(Secret&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    Secret& operator=(Secret&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret();

    /// For C libraries: a zero follows the text.
    [[nodiscard]] const char* reveal_c_str() const noexcept { return data_ == nullptr ? "" : data_; }
    [[nodiscard]] std::string_view reveal() const noexcept { return {data_ == nullptr ? "" : data_, size_}; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

private:
    char* data_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace jitbox::signer
