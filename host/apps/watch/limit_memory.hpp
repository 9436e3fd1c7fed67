// The limits of the last arming: what a configuration may not loosen by itself.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/config/config.hpp"
#include "apps/config/limit_terms.hpp"

#include <functional>
#include <string>
#include <vector>

namespace jitbox::apps {

class LimitMemory {
public:
    /// `at_signer`: the digest of the limits that the signer armed with last; empty: it has none. `remember` makes the limits
    /// durable, as text, whenever they change.
    LimitMemory(const Config& config, std::function<std::string()> at_signer,
                std::function<void(const std::string& text)> remember);

    /// `text`: what was remembered by an earlier run; empty: never armed. Limits that cannot be read are none that anything is
    /// tighter than.
    void restore(const std::string& text);
    /// Digest of the limits to compare with: the signer's word where it has one. Empty: never armed.
    [[nodiscard]] std::string before() const;
    /// What is looser in the configuration than before, each in words.
    [[nodiscard]] std::vector<std::string> looser() const;
    /// The same against what this process remembers alone.
    [[nodiscard]] std::vector<std::string> looser_than_remembered() const;
    /// The configuration's limits are the ones to compare with from now on: armed with them, or accepted by two people.
    void keep();

private:
    const Config& config_;
    std::function<std::string()> at_signer_;
    std::function<void(const std::string& text)> remember_;
    LimitTerms armed_;
};

} // namespace jitbox::apps
