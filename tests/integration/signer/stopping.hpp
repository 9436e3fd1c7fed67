// Emergency stops of a real signer, and how long their answers took (ARM-4).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "signer_rig.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <sched.h>
#include <vector>

namespace jitbox::test {

/// While it lives this thread goes before others, so that the signer is measured and not the machine's load.
class Urgent {
public:
    Urgent() {
        const sched_param priority{.sched_priority = 10};
        if (::sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &priority) != 0)
            std::cout << "no real-time priority here: the machine's load is measured too\n";
    }
    ~Urgent() {
        const sched_param none{.sched_priority = 0};
        ::sched_setscheduler(0, SCHED_OTHER, &none);
    }
    Urgent(const Urgent&) = delete;
    Urgent& operator=(const Urgent&) = delete;
};

/// Measures the answers to stops; each must find the signer TRIPPED.
class Stop : public ::testing::Test {
protected:
    void SetUp() override { Token::instance(); }
    /// A stop, and how long its answer took.
    void stop() {
        const auto start = std::chrono::steady_clock::now();
        const auto answer = rig.control().estop({.operator_name = "bob", .reason = "test"});
        answers.push_back(std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start));
        ASSERT_TRUE(answer) << answer.error().what;
        EXPECT_EQ(answer->state, signer::ArmState::tripped);
    }
    [[nodiscard]] std::chrono::microseconds quantile(double part) const {
        return answers.at(static_cast<std::size_t>(part * static_cast<double>(answers.size() - 1)));
    }
    void check_answers() {
        std::ranges::sort(answers);
        std::cout << answers.size() << " stops, answered in us: p50 " << quantile(0.5).count() << ", p99 " << quantile(0.99).count()
                  << ", p99.9 " << quantile(0.999).count() << ", worst " << answers.back().count() << "\n";
        EXPECT_LT(quantile(0.999), std::chrono::milliseconds(5));
    }
    SignerRig rig;
    std::vector<std::chrono::microseconds> answers;
};

} // namespace jitbox::test
