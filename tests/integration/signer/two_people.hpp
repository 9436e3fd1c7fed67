// A signer that wants two people's yes, and the people (API-3).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "signer_rig.hpp"

#include "signer/approval.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace jitbox::test {

/// Alice (0), Bob (1) and Carol (2) stand in the configuration, with a threshold of 50,000 wei. The signer is not started yet.
class TwoPeople : public ::testing::Test {
protected:
    void SetUp() override;
    [[nodiscard]] signer::Approval approve(std::size_t who, const std::string& action, const std::string& subject,
                                           std::chrono::seconds life = std::chrono::hours(1),
                                           std::chrono::system_clock::time_point at = std::chrono::system_clock::now()) const;
    /// Alice's and Bob's.
    [[nodiscard]] std::vector<signer::Approval> both(const std::string& action, const std::string& subject) const;

    SignerRig rig;

private:
    std::vector<std::string> names_;
    std::vector<signer::Secret> seeds_;
};

} // namespace jitbox::test
