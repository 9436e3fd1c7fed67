// The signer's wire: what is written is read back; everything else is refused with the member's name.
// SPDX-License-Identifier: Apache-2.0
#include "signer/protocol.hpp"

#include "support/bundles.hpp"

#include <gtest/gtest.h>

namespace jitbox::signer {
namespace {

template <typename Request>
Request there_and_back(const SigningRequest& request) {
    const auto parsed = parse_signing_request(format(Numbered<SigningRequest>{.id = 9, .request = request}));
    EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().what);
    EXPECT_EQ(parsed->id, 9U);
    return std::get<Request>(parsed->request);
}

TEST(SignerProtocol, SigningRequestsGoThereAndBack) {
    const auto bundle = test::Bundle(3).request();
    const auto read = there_and_back<SignBundleRequest>(bundle);
    EXPECT_EQ(read.mint_unsigned, bundle.mint_unsigned);
    EXPECT_EQ(read.burn_unsigned, bundle.burn_unsigned);
    EXPECT_EQ(there_and_back<RecallRequest>(RecallRequest{.lane = 2, .nonce = 44}).nonce, 44U);
    there_and_back<LanesRequest>(LanesRequest{});
    const auto candidate = there_and_back<PrepareRequest>(PrepareRequest{.bundle = bundle});
    EXPECT_EQ(candidate.bundle.mint_unsigned, bundle.mint_unsigned);
    EXPECT_EQ(candidate.bundle.burn_unsigned, bundle.burn_unsigned);
    EXPECT_EQ(there_and_back<BlockRequest>(BlockRequest{.number = 21'000'000}).number, 21'000'000U);
    const auto menu = parse_menu_answer(format_answer(4, Answer<MenuState>(MenuState{.candidates = 3})));
    ASSERT_TRUE(menu) << menu.error().what;
    EXPECT_EQ(menu->answer->candidates, 3U);
}

TEST(SignerProtocol, ControlRequestsGoThereAndBack) {
    const auto parsed = parse_control_request(format(Numbered<ControlRequest>{.id = 1, .request = test::lease_terms()}));
    ASSERT_TRUE(parsed) << parsed.error().what;
    const auto& terms = std::get<ArmRequest>(parsed->request);
    EXPECT_EQ(terms.pools, test::lease_terms().pools);
    EXPECT_EQ(terms.max_total_notional_wei, test::lease_terms().max_total_notional_wei);
    const auto stop = parse_control_request(
        format(Numbered<ControlRequest>{.id = 2, .request = EstopRequest{.operator_name = "a", .reason = "\"\n"}}));
    ASSERT_TRUE(stop);
    EXPECT_EQ(std::get<EstopRequest>(stop->request).reason, "\"\n");
}

TEST(SignerProtocol, ApprovalsTravelWithWhatTheyApprove) {
    const Approval approval{.action = "renew",
                            .subject = R"({"a":1})",
                            .nonce = std::string(32, 'a'),
                            .expires_s = 7,
                            .approver = "bob",
                            .signature = {}};
    const auto parsed = parse_control_request(format(Numbered<ControlRequest>{
        .id = 1,
        .request = RenewRequest{.operator_name = "alice", .ttl = std::chrono::seconds(60), .approvals = {approval, approval}}}));
    ASSERT_TRUE(parsed) << parsed.error().what;
    const auto& renewal = std::get<RenewRequest>(parsed->request);
    EXPECT_EQ(renewal.ttl, std::chrono::seconds(60));
    ASSERT_EQ(renewal.approvals.size(), 2U);
    EXPECT_EQ(renewal.approvals[1], approval);
    const auto bad = parse_control_request(R"({"op":"reset","id":1,"operator":"a","reason":"r","approvals":[{}]})");
    ASSERT_FALSE(bad);
    EXPECT_NE(bad.error().what.find("approvals[0]: member 'action' is missing"), std::string::npos) << bad.error().what;
    EXPECT_TRUE(parse_control_request(R"({"op":"heartbeat","id":1})"));
}

TEST(SignerProtocol, AnswersGoThereAndBack) {
    SignedBundle bundle;
    bundle.lane = 1;
    bundle.address.fill(7);
    bundle.mint.raw = {1, 2, 3};
    bundle.burn.hash.fill(9);
    bundle.burn.replayed = true;
    const auto read = parse_bundle_answer(format_answer(5, Answer<SignedBundle>(bundle)));
    ASSERT_TRUE(read) << read.error().what;
    ASSERT_TRUE(read->answer);
    EXPECT_EQ(read->id, 5U);
    EXPECT_EQ(read->answer->mint.raw, bundle.mint.raw);
    EXPECT_EQ(read->answer->burn.hash, bundle.burn.hash);
    EXPECT_TRUE(read->answer->burn.replayed);

    const Lanes lanes = {{.lane = 0, .label = "jit-0", .address = bundle.address, .highest_nonce = 3},
                         {.lane = 1, .label = "jit-1", .address = {}, .highest_nonce = {}}};
    const auto lanes_read = parse_lanes_answer(format_answer(6, Answer<Lanes>(lanes)));
    ASSERT_TRUE(lanes_read && lanes_read->answer);
    EXPECT_EQ((*lanes_read->answer)[0].highest_nonce, 3U);
    EXPECT_FALSE((*lanes_read->answer)[1].highest_nonce);

    SignerStatus status;
    status.state = ArmState::tripped;
    status.cause = "estop";
    status.lanes = lanes;
    status.pools = test::lease_terms().pools;
    status.used_notional_wei = ~chain::u256{0};
    status.approvers = {"alice", "bob"};
    status.trip_id = "x";
    const auto status_read = parse_status_answer(format_answer(7, Answer<SignerStatus>(status)));
    ASSERT_TRUE(status_read && status_read->answer);
    EXPECT_EQ(status_read->answer->state, ArmState::tripped);
    EXPECT_EQ(status_read->answer->used_notional_wei, ~chain::u256{0});
    EXPECT_EQ(status_read->answer->pools, status.pools);
    EXPECT_EQ(status_read->answer->approvers, status.approvers);
    EXPECT_EQ(status_read->answer->trip_id, "x");
}

TEST(SignerProtocol, RefusalsKeepCodeTextAndHint) {
    for (int i = 0; i <= static_cast<int>(RefusalCode::internal); ++i) {
        const Refusal refusal{.code = static_cast<RefusalCode>(i), .what = "what", .hint = "hint"};
        const auto read = parse_bundle_answer(format_answer(1, Answer<SignedBundle>(std::unexpected(refusal))));
        ASSERT_TRUE(read);
        ASSERT_FALSE(read->answer);
        EXPECT_EQ(read->answer.error().code, refusal.code);
        EXPECT_EQ(read->answer.error().hint, "hint");
    }
}

TEST(SignerProtocol, MistakesAreNamed) {
    const std::vector<std::pair<std::string, std::string>> lines = {
        {"", "not JSON"},
        {"[]", "not a JSON object"},
        {"{\"op\":\"lanes\"}", "'id' is missing"},
        {"{\"op\":\"lanes\",\"id\":-1}", "'id' must be a natural number"},
        {"{\"op\":\"lanes\",\"id\":1.5}", "'id' must be a natural number"},
        {"{\"op\":\"sing\",\"id\":1}", "unknown op 'sing'"},
        {"{\"op\":\"lanes\",\"id\":1,\"extra\":1}", "unknown member 'extra'"},
        {"{\"op\":\"recall\",\"id\":1,\"lane\":256,\"nonce\":0}", "'lane' is above 255"},
        {"{\"op\":\"sign_bundle\",\"id\":1,\"lane\":0,\"mint\":\"0xzz\",\"burn\":\"0x\"}", "'mint'"},
        {"{\"op\":\"sign_bundle\",\"id\":1,\"lane\":0,\"mint\":\"0x\"}", "'burn' is missing"},
        {"{\"op\":\"sign_bundle\",\"id\":1,\"lane\":0,\"mint\":7,\"burn\":\"0x\"}", "'mint' must be text"},
        {"{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}}", "not JSON"},
        {std::string(max_line_bytes + 1, ' '), "longer than"},
    };
    for (const auto& [line, text] : lines) {
        const auto refused = parse_signing_request(line);
        ASSERT_FALSE(refused) << line.substr(0, 100);
        EXPECT_NE(refused.error().what.find(text), std::string::npos) << line.substr(0, 100) << " -> " << refused.error().what;
    }
    const auto bad_pool = parse_control_request(
        R"({"op":"arm","id":1,"operator":"a","environment":"development","ttl_s":1,"loss_budget_wei":"1","max_plan_notional_wei":"1","max_total_notional_wei":"1","pools":[{"pool_id":70000,"price0_x96":"1","price1_x96":"1"}]})");
    ASSERT_FALSE(bad_pool);
    EXPECT_NE(bad_pool.error().what.find("pools[0]"), std::string::npos) << bad_pool.error().what;
}

} // namespace
} // namespace jitbox::signer
