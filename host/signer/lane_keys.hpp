// The keys that the lanes sign with, and whether their age lets them; private to signer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "signer/config.hpp"
#include "signer/key_registry.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace jitbox::signer {

/// For one thread, once they are known.
class LaneKeys {
public:
    /// `note` goes to log and audit log.
    explicit LaneKeys(std::function<void(const std::string& event, const std::string& text)> note) : note_(std::move(note)) {}

    /// Finds every lane's key with its day of birth; one that nobody wrote down is written down now, and noted. `labels` and
    /// `addresses` in the same order; `told` as in open_key_book(), whose errors these are.
    [[nodiscard]] Result<void> know(const Config& config, const std::vector<std::string>& labels,
                                    const std::vector<chain::Address>& addresses,
                                    const std::function<void(const std::string& why)>& told);
    /// The first of them that must not sign; empty: none.
    [[nodiscard]] std::string objection(std::chrono::system_clock::time_point now) const;
    /// Once a day: who has to rotate soon is told before arming is refused.
    void look_at_ages();

private:
    std::function<void(const std::string&, const std::string&)> note_;
    std::vector<KeyRecord> keys_;
    std::chrono::steady_clock::time_point next_look_{};
};

} // namespace jitbox::signer
