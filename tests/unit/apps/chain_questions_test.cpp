// A node is asked a few questions at once, whatever their number, and a slow one is waited for.
// SPDX-License-Identifier: Apache-2.0
#include "apps/custody/chain_questions.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace jitbox::apps {
namespace {

using namespace std::chrono_literals;

/// Holds what it is asked until the test answers.
class SlowNode final : public feed::RpcClient {
public:
    struct Asked {
        std::vector<feed::RpcRequest> requests;
        BatchDone done;
    };
    void call(feed::RpcRequest /*unused*/, Done /*unused*/, std::chrono::milliseconds /*unused*/) override {
        FAIL() << "one at a time";
    }
    void batch(std::vector<feed::RpcRequest> requests, BatchDone done, std::chrono::milliseconds /*unused*/) override {
        open.push_back({.requests = std::move(requests), .done = std::move(done)});
    }
    void after(std::chrono::milliseconds /*unused*/, std::function<void()> /*unused*/) override {}
    [[nodiscard]] bool connected() const override { return here; }

    /// The oldest batch; each request's method is the number that it is answered with.
    void answer() {
        const Asked asked = std::move(open.front());
        open.pop_front();
        std::vector<Result<std::string>> answers;
        answers.reserve(asked.requests.size());
        for (const feed::RpcRequest& request : asked.requests)
            answers.push_back(request.method == "lost" ? Result<std::string>(fail("rpc: deadline passed"))
                                                       : "\"" + request.method + "\"");
        asked.done(std::move(answers));
    }
    std::deque<Asked> open;
    bool here = true;
};

ChainQuestions questions(std::size_t count, std::size_t lost) {
    ChainQuestions out;
    out.known("known", {.state = CheckState::ok, .what = "by itself", .hint = {}});
    for (std::size_t i = 0; i < count; ++i)
        out.number("check " + std::to_string(i), i == lost ? "lost" : std::to_string(i), "[]",
                   [](const chain::u256& number) { return Verdict{CheckState::ok, chain::to_decimal(number), {}}; });
    return out;
}

TEST(ChainQuestions, AreAskedAWindowAtATimeAndEachAnswerIsItsOwn) {
    for (const std::size_t count : {0UL, 1UL, 7UL, 8UL, 9UL, 40UL, 41UL}) {
        SlowNode node;
        std::vector<ChainCheck> checks;
        int done = 0;
        questions(count, 3).send(node, [&](std::vector<ChainCheck> found) {
            checks = std::move(found);
            ++done;
        });
        std::size_t asked = 0;
        while (!node.open.empty()) {
            ASSERT_EQ(node.open.size(), 1U) << "nothing is asked before the window is answered";
            EXPECT_LE(node.open.front().requests.size(), ChainQuestions::window);
            asked += node.open.front().requests.size();
            EXPECT_EQ(done, 0);
            node.answer();
        }
        EXPECT_EQ(asked, count);
        ASSERT_EQ(done, 1);
        ASSERT_EQ(checks.size(), count + 1);
        EXPECT_EQ(checks[0].what, "by itself");
        for (std::size_t i = 0; i < count; ++i) {
            EXPECT_EQ(checks[i + 1].name, "check " + std::to_string(i));
            EXPECT_EQ(checks[i + 1].what, i == 3 ? "rpc: deadline passed" : std::to_string(i))
                << "one lost answer is one failed check";
        }
    }
}

TEST(ChainQuestions, WhatANodeIsTooSlowForIsAFailedCheckAndNeverForgotten) {
    SlowNode node;
    std::vector<ChainCheck> checks;
    questions(20, 20).send(node, [&](std::vector<ChainCheck> found) { checks = std::move(found); }, 0ms);
    EXPECT_TRUE(node.open.empty());
    ASSERT_EQ(checks.size(), 21U);
    for (std::size_t i = 1; i < checks.size(); ++i) {
        EXPECT_EQ(checks[i].state, CheckState::failed);
        EXPECT_NE(checks[i].what.find("too slow to be asked"), std::string::npos);
    }
}

TEST(ChainQuestions, ANodeThatIsAwayIsSaidOnceInPlaceOfAllThatItDidNotAnswer) {
    SlowNode node;
    std::vector<ChainCheck> checks;
    questions(20, 10).send(node, [&](std::vector<ChainCheck> found) { checks = std::move(found); });
    node.answer(); // eight
    node.here = false;
    node.answer(); // eight more, the third of them lost
    EXPECT_TRUE(node.open.empty());
    ASSERT_EQ(checks.size(), 17U) << "what is known without it, 8 and 7 answers, and one for the rest";
    EXPECT_EQ(checks[11].name, "check 10");
    EXPECT_EQ(checks[11].state, CheckState::failed);
    EXPECT_EQ(checks[11].what, "rpc: deadline passed; 4 more have no answer");
    for (const std::size_t answered : {10UL, 12UL, 16UL})
        EXPECT_EQ(checks[answered].what, std::to_string(answered - 1)) << "an answer that came is kept";
}

} // namespace
} // namespace jitbox::apps
