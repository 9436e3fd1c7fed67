// From a plan to the POST: what stops on the way leaves lane and gate as if it had never been, or is kept until it is voided; and
// nothing is posted that must not be. SPDX-License-Identifier: Apache-2.0
#include "apps/desk/desk.hpp"

#include "arming_rig.hpp"
#include "base/hex.hpp"
#include "chain/keccak.hpp"
#include "chain/transaction.hpp"
#include "unit/strategy/samples.hpp"

#include <gmock/gmock.h>

namespace jitbox::apps {
namespace {

using namespace strategy::samples;
using strategy::LaneState;

/// A node that nobody asks.
class NoNode final : public feed::RpcClient {
public:
    void call(feed::RpcRequest, Done, std::chrono::milliseconds) override {}
    void batch(std::vector<feed::RpcRequest>, BatchDone, std::chrono::milliseconds) override {}
    void after(std::chrono::milliseconds, std::function<void()>) override {}
    [[nodiscard]] bool connected() const override { return false; }
};

class DeskTest : public ArmingTest {
protected:
    DeskTest() {
        lanes_.add(0, *chain::address_of_software_key(secret_), 10);
        planner_.on_head(head(100), 1);
        planner_.on_pool(pool_a, 1, 777, true);
        Bytes32 secret{};
        secret.fill(0x44);
        relay::RelayConfig nobody;
        nobody.name = "nobody";
        nobody.url = "http://127.0.0.1:9";
        relays_ = relay::Client::create(io_, {nobody}, *relay::AuthKey::from_secret(secret)).value();
        make_desk();
    }

    void make_desk() { desk_ = std::make_unique<Desk>(services_, trading_, risk_, *arming_, signing_, *relays_); }
    void arm_now() {
        arm();
        ASSERT_TRUE(arming_->armed());
    }
    strategy::Plan plan() {
        planner_.on_submitted(5, pending());
        planner_.on_swap(leg(5));
        planner_.on_decision(decision(5));
        auto actions = planner_.on_tx_seen(seen(5));
        EXPECT_TRUE(std::holds_alternative<strategy::Plan>(actions.at(0)));
        return std::get<strategy::Plan>(actions.at(0));
    }
    /// The signer's answer to what it was asked last.
    void answer_signing() { held_(signed_bundle()); }
    void answer_signing(signer::RefusalCode code) {
        held_(std::unexpected(signer::Refusal{.code = code, .what = "told so", .hint = ""}));
    }
    signer::SignedBundle signed_bundle() {
        const auto one = [this](const Bytes& payload) {
            signer::SignedTransaction out;
            out.digest = chain::keccak256(BytesView(payload));
            out.raw = chain::encode_signed(*chain::decode_unsigned(payload), *chain::sign_with_software_key(secret_, out.digest));
            out.hash = chain::keccak256(BytesView(out.raw));
            return out;
        };
        return {.lane = 0,
                .address = *chain::address_of_software_key(secret_),
                .mint = one(asked_.back().mint_unsigned),
                .burn = one(asked_.back().burn_unsigned)};
    }
    std::uint64_t posted() const { return relays_->stats().at(0).sent; }
    std::size_t open_tickets() { return gate_.usage(std::chrono::system_clock::now()).open_bundles; }
    std::size_t in_journal() {
        EXPECT_TRUE(journal_->flush());
        return journal_->bundles(10).value().size();
    }
    /// As if the plan had never been: its lane is free with its nonces, its ticket is back, and the next plan begins a new bundle.
    void expect_nothing_left() {
        EXPECT_EQ(lanes_.find(0)->state, LaneState::free);
        EXPECT_EQ(lanes_.find(0)->next_nonce, 10U);
        EXPECT_EQ(open_tickets(), 0U);
        EXPECT_EQ(tracker_.open(), 0U);
        EXPECT_EQ(posted(), 0U);
        EXPECT_EQ(in_journal(), 0U);
        EXPECT_EQ(plan().version, 0U);
    }
    /// Signed and kept back: it is tracked and in the journal, so that its lane is voided when its block has passed.
    void expect_withheld() {
        EXPECT_EQ(posted(), 0U);
        EXPECT_EQ(trading_.totals.sent, 0U);
        EXPECT_EQ(tracker_.open(), 1U);
        EXPECT_EQ(in_journal(), 1U);
        EXPECT_EQ(lanes_.to_void(101).size(), 1U);
    }

    Bytes32 secret_ = hash(0x42);
    strategy::Lanes lanes_;
    strategy::Planner planner_{config(), lanes_, nullptr, 1};
    risk::Gate gate_{wide_open()};
    relay::Tracker tracker_;
    Trading trading_{.lanes = lanes_, .planner = planner_, .gate = gate_, .tracker = tracker_, .totals = {}};
    NoNode no_node_;
    feed::NodeClient node_{no_node_};
    RiskWatch risk_{services_,
                    prices_,
                    trading_,
                    node_,
                    {.armed = [] { return true; },
                     .limits_at_signer = [] { return std::string(); },
                     .disarm = [](const auto&) {},
                     .withdraw = [] {},
                     .audit = [](const auto&, const auto&) {}}};
    std::vector<signer::SignBundleRequest> asked_;
    signer::SigningClient::BundleHandler held_;
    strategy::SigningStep signing_{{.sign =
                                        [this](signer::SignBundleRequest request, signer::SigningClient::BundleHandler handler) {
                                            asked_.push_back(std::move(request));
                                            held_ = std::move(handler);
                                        },
                                    .recall = {},
                                    .lanes = {}},
                                   lanes_};
    std::unique_ptr<relay::Client> relays_;
    FakeSigner signer_{(directory_ / "control").string()};
    std::unique_ptr<Desk> desk_;
};

TEST_F(DeskTest, without_a_lease_nothing_is_signed) {
    desk_->take(plan());
    EXPECT_TRUE(asked_.empty());
    expect_nothing_left();
}

TEST_F(DeskTest, armed_it_is_gated_signed_posted_tracked_and_journalled) {
    arm_now();
    desk_->take(plan());
    EXPECT_TRUE(desk_->signing());
    EXPECT_EQ(open_tickets(), 1U);
    EXPECT_EQ(posted(), 0U) << "the signer has not answered";
    answer_signing();
    EXPECT_FALSE(desk_->signing());
    EXPECT_EQ(posted(), 1U);
    EXPECT_EQ(trading_.totals.sent, 1U);
    EXPECT_EQ(tracker_.due(101).size(), 1U);
    EXPECT_EQ(in_journal(), 1U);
    EXPECT_EQ(open_tickets(), 1U) << "until its outcome is known";
}

TEST_F(DeskTest, what_the_gate_refuses_is_not_signed) {
    arm_now();
    gate_.halt("smoke");
    desk_->take(plan());
    EXPECT_TRUE(asked_.empty());
    expect_nothing_left();
}

TEST_F(DeskTest, what_the_signer_refuses_gives_lane_and_ticket_back) {
    arm_now();
    desk_->take(plan());
    answer_signing(signer::RefusalCode::over_plan_notional);
    expect_nothing_left();
}

TEST_F(DeskTest, a_signer_that_may_have_signed_gives_the_ticket_back_but_not_the_lane) {
    arm_now();
    desk_->take(plan());
    answer_signing(signer::RefusalCode::deadline);
    EXPECT_EQ(posted(), 0U);
    EXPECT_EQ(open_tickets(), 0U);
    EXPECT_EQ(lanes_.find(0)->state, LaneState::uncertain);
}

TEST_F(DeskTest, disarmed_while_it_is_being_signed_it_is_not_posted) {
    arm_now();
    desk_->take(plan());
    arming_->disarm("test", "enough", [](const auto&) {});
    answer_signing();
    expect_withheld();
}

TEST_F(DeskTest, a_false_target_is_not_signed_and_not_posted_when_it_shows_too_late) {
    arm_now();
    desk_->take(plan());
    desk_->refuse_target(hash(0x77));
    answer_signing();
    expect_withheld();
    lanes_.add(1, lane_1, 20);
    planner_.ended(tracker_.due(101).at(0).uuid, 0);
    desk_->take(plan());
    EXPECT_EQ(asked_.size(), 1U) << "nor is it tried again";
}

} // namespace
} // namespace jitbox::apps
