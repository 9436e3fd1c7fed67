// A stop outlives the process and reaches the signer, whichever of the two is dead meanwhile; only its end ends it.
// SPDX-License-Identifier: Apache-2.0
#include "apps/arming/halt.hpp"

#include "arming_rig.hpp"

#include <gmock/gmock.h>

namespace jitbox::apps {
namespace {

using namespace std::chrono_literals;
using signer::ArmState;
using testing::HasSubstr;

class HaltTest : public ArmingTest {
protected:
    HaltTest() { config_.signer.timeout_ms = 50; } // of the halt's patience; the client has its own already

    /// As a jitd that was started anew finds it; the one before was killed.
    bool restart() {
        arming_ = std::make_unique<Arming>(services_, [](const ArmView&) {});
        halt_ = std::make_unique<Halt>(services_, *arming_, *log_);
        return halt_->restore(kept());
    }
    /// The same where somebody has taken the row out of the journal.
    bool restart_without_row() {
        EXPECT_TRUE(journal_->commit(store::RiskStateEntry{.time_ns = 1, .key = halt_key, .value = ""}));
        arming_ = std::make_unique<Arming>(services_, [](const ArmView&) {});
        halt_ = std::make_unique<Halt>(services_, *arming_, *log_);
        return halt_->restore(witnessed_halt(*log_).value());
    }
    std::string kept() { return journal_->risk_state().value()[halt_key]; }
    void durable() {
        EXPECT_TRUE(journal_->flush());
        io_.restart();
        io_.run_for(1ms);
    }
    void tick_until(const std::function<bool()>& done) {
        run_until([&] {
            arming_->beat();
            halt_->tick();
            return done();
        });
    }

    std::unique_ptr<audit::Log> log_ = audit::Log::open((directory_ / "audit").string()).value();
    std::unique_ptr<Halt> halt_ = std::make_unique<Halt>(services_, *arming_, *log_);
};

TEST_F(HaltTest, without_a_stop_there_is_nothing_to_restore) {
    EXPECT_FALSE(restart());
    EXPECT_FALSE(halt_->standing());
    EXPECT_EQ(halt_->objection(), "");
}

TEST_F(HaltTest, a_stop_that_the_dead_signer_did_not_hear_of_is_told_by_the_next_process) {
    halt_->begin("smoke");
    durable();
    ASSERT_TRUE(restart());
    EXPECT_EQ(halt_->reason(), "smoke");
    EXPECT_THAT(halt_->objection(), HasSubstr("the signer has not confirmed this stop yet"));
    FakeSigner signer(config_.signer.control_socket);
    tick_until([&] { return signer.state == ArmState::tripped; });
    tick_until([&] { return halt_->objection() == "smoke"; });
    EXPECT_TRUE(halt_->standing());
}

TEST_F(HaltTest, one_that_the_signer_has_latched_is_not_told_again_after_a_restart) {
    FakeSigner signer(config_.signer.control_socket);
    signer.state = ArmState::tripped;
    halt_->begin("smoke");
    tick_until([&] { return halt_->objection() == "smoke"; });
    durable();
    signer.state = ArmState::disarmed; // two people have reset it at its own socket
    ASSERT_TRUE(restart());
    beats(signer, 10, [&] { halt_->tick(); });
    EXPECT_EQ(signer.state, ArmState::disarmed);
    EXPECT_TRUE(halt_->standing()) << "that has not ended ours";
}

TEST_F(HaltTest, an_end_is_for_ever) {
    halt_->begin("smoke");
    halt_->end();
    durable();
    EXPECT_FALSE(restart());
}

TEST_F(HaltTest, a_row_that_is_taken_out_of_the_journal_ends_no_halt) {
    const control::ResetCommand command{.operator_name = "bob", .reason = "seen to", .approvals = {}};
    EXPECT_FALSE(restart_without_row()) << "there was none";
    halt_->begin("smoke");
    const std::string subject = halt_->subject(command);
    durable();
    ASSERT_TRUE(restart_without_row());
    EXPECT_EQ(halt_->reason(), "smoke");
    EXPECT_EQ(halt_->subject(command), subject) << "what two people approved for it serves on";
    halt_->end();
    durable();
    EXPECT_FALSE(restart_without_row()) << "what was ended is not found again";
    halt_->begin("fire");
    durable();
    ASSERT_TRUE(restart_without_row());
    EXPECT_EQ(halt_->reason(), "fire");
}

// The log is read back from its end at each start: what was found far back is said again, near the end.
TEST_F(HaltTest, what_a_start_finds_far_back_the_next_one_finds_near) {
    halt_->begin("smoke");
    durable();
    const std::string halt = witnessed_halt(*log_).value();
    EXPECT_EQ(log_->head().seq, 1U) << "near enough";
    for (int i = 0; i < 1000; ++i) ASSERT_TRUE(log_->append({.user = "alice", .action = "arm"}));
    EXPECT_EQ(witnessed_halt(*log_).value(), halt);
    EXPECT_EQ(log_->head().seq, 1002U);
    EXPECT_EQ(witnessed_halt(*log_).value(), halt);
    EXPECT_EQ(log_->head().seq, 1002U) << "once is enough";
    ASSERT_TRUE(restart_without_row());
    halt_->end();
    EXPECT_EQ(witnessed_halt(*log_).value(), "");
}

TEST_F(HaltTest, approvals_for_a_stop_serve_for_it_after_a_restart_and_for_no_other_one) {
    const control::ResetCommand command{.operator_name = "bob", .reason = "seen to", .approvals = {}};
    halt_->begin("smoke");
    const std::string before = halt_->subject(command);
    durable();
    ASSERT_TRUE(restart());
    EXPECT_EQ(halt_->subject(command), before);
    halt_->begin("smoke");
    EXPECT_NE(halt_->subject(command), before);
}

TEST_F(HaltTest, what_cannot_be_read_is_a_stop) {
    for (const std::string text : {"x", "{}", "[]", R"({"reason":"","since":"1","latched":true})",
                                   R"({"reason":"smoke","since":1,"latched":true})", R"({"reason":"smoke","since":"1"})"}) {
        ASSERT_TRUE(journal_->commit(store::RiskStateEntry{.time_ns = 1, .key = halt_key, .value = text}));
        ASSERT_TRUE(restart()) << text;
        EXPECT_THAT(halt_->objection(), HasSubstr("cannot be read from the journal (the signer has not confirmed")) << text;
    }
}

TEST_F(HaltTest, one_that_was_written_beside_the_loop_is_found) {
    ASSERT_TRUE(keep_stop(*journal_, "POST", 5s));
    ASSERT_TRUE(restart());
    EXPECT_EQ(halt_->reason(), "POST");
}

TEST_F(HaltTest, a_journal_that_cannot_take_it_is_asked_until_it_does) {
    arming_.reset();
    journal_.reset();
    journal_ = store::Journal::open((directory_ / "small.db").string(), {.queue_limit = 0}).value();
    store::Journal& full = *journal_;
    const Services small{.io = io_, .config = config_, .events = events_, .journal = full, .metrics = metrics_, .prices = prices_};
    arming_ = std::make_unique<Arming>(small, [](const ArmView&) {});
    Halt halt(small, *arming_, *log_);
    halt.begin("smoke");
    const auto asked = full.dropped();
    halt.tick();
    EXPECT_EQ(full.dropped(), asked + 1);
    std::string told;
    halt.when_durable([&](const Result<void>& durable) { told = durable ? "durable" : durable.error().what; });
    EXPECT_EQ(told, "journal: the queue is full");
    EXPECT_FALSE(keep_stop(full, "POST", 1s));
}

} // namespace
} // namespace jitbox::apps
