// Router calldata by hand: what each form means, and where Solidity's decoders draw the line. (Every form at random, and against
// the routers' own bytecode: tests/integration/decode.) SPDX-License-Identifier: Apache-2.0
#include "parser_harness.hpp"

#include <gtest/gtest.h>

namespace jitbox::test {
namespace {

using chain::u256;

const Bytes20 router = address_of(0x77);
const Bytes20 factory = address_of(0xfa);
const Bytes20 token_a = address_of(0x0a);
const Bytes20 token_b = address_of(0x0b);
const Bytes20 token_c = address_of(0x0c);
const Bytes20 user = address_of(0x99);
const u256 two_255 = u256{1} << 255;

constexpr std::uint32_t multicall_selector = 0xac9650d8;

Parsed run(RouterKind kind, BytesView calldata) {
    ParserHarness parser;
    parser.set_routers({{router, kind, factory}});
    return parser.parse(call(router, calldata));
}

Reason reason_of(RouterKind kind, BytesView calldata) {
    return run(kind, calldata).seen.reason;
}

/// SwapRouter02.exactInputSingle(a -> b).
Bytes single02(const u256& amount, std::uint32_t selector = 0x04e45aaf) {
    return Calldata(selector).word(token_a).word(token_b).word(500).word(user).word(amount).word(7).word(0).get();
}

/// SwapRouter02.exactInput or exactOutput.
Bytes multi02(const Bytes& path, const u256& amount, std::uint32_t selector = 0xb858183f) {
    return Calldata(selector).word(32).word(128).word(user).word(amount).word(9).bytes(path).get();
}

Bytes multicall(const std::vector<Bytes>& calls) {
    return Calldata(multicall_selector).word(32).append(array_of(calls)).get();
}

/// Input of V3_SWAP_EXACT_IN / OUT.
Bytes v3_input(const Bytes& path, const u256& amount) {
    return Calldata().word(user).word(amount).word(3).word(160).word(1).bytes(path).get();
}

const Bytes path_ab = path_of({token_a, token_b}, 3000);
const Bytes path_abc = path_of({token_a, token_b, token_c}, 3000);

TEST(SwapRouter, single_exact_input) {
    const Bytes data =
        Calldata(0x414bf389).word(token_b).word(token_a).word(100).word(user).word(1234).word(50).word(60).word(70).get();
    const Parsed parsed = run(RouterKind::swap_router, data);
    ASSERT_EQ(parsed.legs.size(), 1U);
    const accel::SwapLeg& leg = parsed.legs[0];
    EXPECT_EQ(parsed.seen.status, TxStatus::ok);
    EXPECT_EQ(parsed.seen.router_kind, RouterKind::swap_router);
    EXPECT_EQ(leg.token_in, token_b);
    EXPECT_EQ(leg.token_out, token_a);
    EXPECT_EQ(leg.factory, factory);
    EXPECT_EQ(leg.fee, 100U);
    EXPECT_FALSE(leg.has(records::swap_zero_for_one));
    EXPECT_TRUE(leg.has(records::swap_exact_in));
    EXPECT_TRUE(leg.has(records::swap_amount_known));
    EXPECT_TRUE(leg.has(records::swap_has_deadline));
    EXPECT_FALSE(leg.has(records::swap_may_revert));
    EXPECT_EQ(leg.deadline, 1234U);
    EXPECT_EQ(leg.amount, 50U);
    EXPECT_EQ(leg.limit, 60U);
    EXPECT_EQ(leg.sqrt_price_limit_x96, 70U);
    EXPECT_EQ(leg.hop, 0);
    EXPECT_EQ(leg.hops, 1);
}

TEST(SwapRouter, is_known_by_address_and_never_by_selector_alone) {
    ParserHarness parser;
    parser.set_routers({{router, RouterKind::swap_router02, factory}});
    EXPECT_TRUE(parser.parse(call(address_of(0x78), single02(5))).legs.empty());
    EXPECT_EQ(parser.parse(call(router, single02(5))).legs.size(), 1U);
}

TEST(SwapRouter, functions_of_the_other_version_are_no_swap) {
    EXPECT_EQ(run(RouterKind::swap_router, single02(5)).seen.status, TxStatus::no_swap);
    const Bytes data = Calldata(0x414bf389).word(token_b).word(token_a).word(100).word(user).word(1).word(5).word(6).word(7).get();
    EXPECT_EQ(run(RouterKind::swap_router02, data).seen.status, TxStatus::no_swap);
    EXPECT_EQ(run(RouterKind::swap_router02, Calldata(0x12345678).get()).seen.status, TxStatus::no_swap);
    EXPECT_EQ(run(RouterKind::swap_router02, {}).seen.status, TxStatus::no_swap);
}

TEST(SwapRouter02, amount_0_of_an_exact_input_is_the_routers_balance) {
    const Parsed single = run(RouterKind::swap_router02, single02(0));
    ASSERT_EQ(single.legs.size(), 1U);
    EXPECT_FALSE(single.legs[0].has(records::swap_amount_known));
    const Parsed multi = run(RouterKind::swap_router02, multi02(path_ab, 0));
    ASSERT_EQ(multi.legs.size(), 1U);
    EXPECT_FALSE(multi.legs[0].has(records::swap_amount_known));
    EXPECT_TRUE(run(RouterKind::swap_router02, single02(0, 0x5023b4df)).legs.at(0).has(records::swap_amount_known))
        << "exact output";
}

TEST(Paths, exact_input_runs_forward_and_only_the_first_amount_is_known) {
    const Parsed parsed = run(RouterKind::swap_router02, multi02(path_abc, 55));
    ASSERT_EQ(parsed.legs.size(), 2U);
    EXPECT_EQ(parsed.legs[0].token_in, token_a);
    EXPECT_EQ(parsed.legs[0].token_out, token_b);
    EXPECT_EQ(parsed.legs[1].token_in, token_b);
    EXPECT_EQ(parsed.legs[1].token_out, token_c);
    EXPECT_EQ(parsed.legs[0].amount, 55U);
    EXPECT_TRUE(parsed.legs[0].has(records::swap_amount_known));
    EXPECT_FALSE(parsed.legs[1].has(records::swap_amount_known));
    for (const auto& leg : parsed.legs) EXPECT_EQ(leg.limit, 9U) << "the limit is the path's";
    EXPECT_EQ(parsed.legs[1].hop, 1);
    EXPECT_EQ(parsed.legs[1].hops, 2);
}

TEST(Paths, exact_output_is_encoded_from_its_last_token_and_executes_in_that_order) {
    const Parsed parsed = run(RouterKind::swap_router02, multi02(path_abc, 55, 0x09b81346));
    ASSERT_EQ(parsed.legs.size(), 2U);
    EXPECT_EQ(parsed.legs[0].token_in, token_b);
    EXPECT_EQ(parsed.legs[0].token_out, token_a) << "the pool that executes first gives the final token";
    EXPECT_EQ(parsed.legs[1].token_in, token_c);
    EXPECT_EQ(parsed.legs[1].token_out, token_b);
    EXPECT_FALSE(parsed.legs[0].has(records::swap_exact_in));
    EXPECT_TRUE(parsed.legs[0].has(records::swap_amount_known));
}

TEST(Paths, bytes_behind_the_last_hop_do_not_matter_and_a_missing_hop_does) {
    Bytes longer = path_ab;
    longer.resize(65, 0xee);
    EXPECT_EQ(run(RouterKind::swap_router02, multi02(longer, 5)).legs.size(), 1U);
    EXPECT_EQ(reason_of(RouterKind::swap_router02, multi02(Bytes(path_ab.begin(), path_ab.end() - 1), 5)),
              Reason::calldata_bad_path);
    EXPECT_EQ(reason_of(RouterKind::swap_router02, multi02({}, 5)), Reason::calldata_bad_path);
    EXPECT_EQ(reason_of(RouterKind::swap_router02, multi02(path_of({token_a, token_a}, 500), 5)), Reason::calldata_same_token);
}

TEST(Paths, 64_hops_fit_and_65_are_too_many) {
    std::vector<Bytes20> tokens;
    for (int i = 0; i < 65; ++i) tokens.push_back(i % 2 == 0 ? token_a : token_b);
    EXPECT_EQ(run(RouterKind::swap_router02, multi02(path_of(tokens, 500), 5)).legs.size(), 64U);
    tokens.push_back(token_b);
    const Parsed parsed = run(RouterKind::swap_router02, multi02(path_of(tokens, 500), 5));
    EXPECT_EQ(parsed.seen.reason, Reason::too_many_legs);
    EXPECT_TRUE(parsed.legs.empty());
}

TEST(AbiDecoding, dirty_upper_bits_revert) {
    const auto spoilt = [](std::size_t word) {
        Bytes data = single02(5);
        data[4 + 32 * word] = 0x80;
        return data;
    };
    for (const std::size_t word : {0U, 1U, 2U, 3U, 6U}) {
        EXPECT_EQ(reason_of(RouterKind::swap_router02, spoilt(word)), Reason::calldata_bad_word) << word;
    }
    EXPECT_EQ(reason_of(RouterKind::swap_router02, spoilt(4)), Reason::calldata_amount_overflow) << "SafeCast.toInt256";
    EXPECT_EQ(reason_of(RouterKind::swap_router02, spoilt(5)), Reason::none) << "a limit may be anything";
}

TEST(AbiDecoding, what_is_missing_at_the_end_reverts_and_what_is_too_much_does_not) {
    Bytes data = single02(5);
    data.push_back(0xff);
    EXPECT_EQ(reason_of(RouterKind::swap_router02, data), Reason::none);
    data.resize(data.size() - 2);
    EXPECT_EQ(reason_of(RouterKind::swap_router02, data), Reason::calldata_truncated);
}

TEST(AbiDecoding, offsets_may_be_unusual_but_not_out_of_range) {
    const auto with_offset = [](const u256& offset) {
        return Calldata(0xb858183f).word(offset).word(0).word(128).word(user).word(5).word(9).bytes(path_ab).get();
    };
    EXPECT_EQ(run(RouterKind::swap_router02, with_offset(64)).legs.size(), 1U) << "a gap before the tuple";
    EXPECT_EQ(reason_of(RouterKind::swap_router02, with_offset(4096)), Reason::calldata_bad_offset);
    EXPECT_EQ(reason_of(RouterKind::swap_router02, with_offset(u256{1} << 64)), Reason::calldata_bad_offset);
    EXPECT_EQ(reason_of(RouterKind::swap_router02, with_offset(~u256{0})), Reason::calldata_bad_offset);
}

TEST(AbiDecoding, a_tail_in_calldata_may_point_backwards) {
    // exactOutput leaves its tuple in calldata: the path of this one stands before the tuple.
    const Bytes data = Calldata(0x09b81346).word(128).bytes(path_ab).word(~u256{0} - 95).word(user).word(5).word(9).get();
    EXPECT_EQ(run(RouterKind::swap_router02, data).legs.size(), 1U);
}

TEST(Multicall, legs_come_in_the_order_of_calls_and_other_functions_are_passed_over) {
    const Bytes refund = Calldata(0x12210e8a).get();
    const Bytes v2 = Calldata(0x472b43f3).word(1).get();
    const Parsed parsed = run(RouterKind::swap_router02, multicall({single02(1), v2, multi02(path_abc, 2), refund}));
    ASSERT_EQ(parsed.legs.size(), 3U);
    EXPECT_EQ(parsed.legs[0].amount, 1U);
    EXPECT_EQ(parsed.legs[1].amount, 2U);
    EXPECT_EQ(parsed.legs[2].leg_index, 2);
    EXPECT_EQ(run(RouterKind::swap_router02, multicall({refund})).seen.status, TxStatus::no_swap);
    EXPECT_EQ(run(RouterKind::swap_router02, multicall({})).seen.status, TxStatus::no_swap);
}

TEST(Multicall, one_reverting_call_refuses_all) {
    Bytes bad = single02(5);
    bad[4] = 1;
    const Parsed parsed = run(RouterKind::swap_router02, multicall({single02(1), bad}));
    EXPECT_EQ(parsed.seen.reason, Reason::calldata_bad_word);
    EXPECT_TRUE(parsed.legs.empty());
    EXPECT_EQ(parsed.seen.router_kind, RouterKind::swap_router02) << "the envelope's fields stay";
    EXPECT_TRUE(parsed.seen.has_to);
    EXPECT_EQ(reason_of(RouterKind::swap_router02, multicall({single02(1), {}})), Reason::calldata_truncated) << "no fallback";
}

TEST(Multicall, nests_to_depth_4) {
    Bytes data = single02(5);
    for (int depth = 1; depth <= 4; ++depth) {
        data = multicall({data});
        EXPECT_EQ(run(RouterKind::swap_router02, data).legs.size(), 1U) << depth;
    }
    EXPECT_EQ(reason_of(RouterKind::swap_router02, multicall({data})), Reason::calldata_nested_too_deep);
}

TEST(Multicall, the_earliest_deadline_around_a_leg_binds) {
    const auto with_deadline = [](const u256& deadline, const std::vector<Bytes>& calls) {
        return Calldata(0x5ae401dc).word(deadline).word(64).append(array_of(calls)).get();
    };
    const Parsed nested = run(RouterKind::swap_router02, with_deadline(500, {with_deadline(300, {single02(1)}), single02(2)}));
    ASSERT_EQ(nested.legs.size(), 2U);
    EXPECT_EQ(nested.legs[0].deadline, 300U);
    EXPECT_EQ(nested.legs[1].deadline, 500U);
    const Parsed saturated = run(RouterKind::swap_router02, with_deadline(u256{1} << 200, {single02(1)}));
    EXPECT_EQ(saturated.legs.at(0).deadline, ~std::uint64_t{0});
    const Bytes by_hash = Calldata(0x1f0464d1).word(~u256{0}).word(64).append(array_of({single02(1)})).get();
    EXPECT_FALSE(run(RouterKind::swap_router02, by_hash).legs.at(0).has(records::swap_has_deadline));
}

TEST(Multicall, a_bomb_of_aliased_elements_ends) {
    // 64 elements that are all the same multicall of 64 elements, four levels deep: 16 million calls in 10 KiB.
    Bytes data = Calldata(0x12210e8a).get();
    for (int depth = 0; depth < 4; ++depth) {
        Calldata bomb(multicall_selector);
        bomb.word(32).word(64);
        for (int i = 0; i < 64; ++i) bomb.word(64 * 32);
        data = bomb.bytes(data).get();
    }
    EXPECT_EQ(reason_of(RouterKind::swap_router02, data), Reason::calldata_too_complex);
}

TEST(UniversalRouter, executes_v3_commands_in_order_and_passes_over_the_others) {
    const Parsed parsed = run(RouterKind::universal_router,
                              execute({0x0b, 0x00, 0x08, 0x01, 0x0c}, {{}, v3_input(path_ab, 11), {}, v3_input(path_abc, 22), {}}));
    ASSERT_EQ(parsed.legs.size(), 3U);
    EXPECT_TRUE(parsed.legs[0].has(records::swap_exact_in));
    EXPECT_FALSE(parsed.legs[1].has(records::swap_exact_in));
    EXPECT_EQ(parsed.legs[1].amount, 22U);
    EXPECT_EQ(parsed.legs[0].limit, 3U);
    EXPECT_FALSE(parsed.legs[0].has(records::swap_has_deadline));
}

TEST(UniversalRouter, contract_balance_is_an_unknown_amount) {
    const Parsed parsed = run(RouterKind::universal_router_v2, execute({0x00}, {v3_input(path_ab, two_255)}));
    EXPECT_FALSE(parsed.legs.at(0).has(records::swap_amount_known));
    EXPECT_EQ(reason_of(RouterKind::universal_router_v2, execute({0x00}, {v3_input(path_ab, two_255 + 1)})),
              Reason::calldata_amount_overflow);
    EXPECT_EQ(reason_of(RouterKind::universal_router_v2, execute({0x01}, {v3_input(path_ab, two_255)})),
              Reason::calldata_amount_overflow);
}

TEST(UniversalRouter, command_masks_differ_by_version) {
    const Bytes input = v3_input(path_ab, 5);
    // 0x40 is exact-in under 0x1f and 0x3f, and the Across deposit of 2.1 under 0x7f.
    EXPECT_EQ(run(RouterKind::universal_router_v1_0, execute({0x40}, {input})).legs.size(), 1U);
    EXPECT_EQ(run(RouterKind::universal_router, execute({0x40}, {input})).legs.size(), 1U);
    EXPECT_EQ(run(RouterKind::universal_router_v2, execute({0x40}, {input})).legs.size(), 1U);
    EXPECT_EQ(run(RouterKind::universal_router_v2_1, execute({0x40}, {input})).seen.status, TxStatus::no_swap);
    // 0x20 is exact-in for the first router, Seaport for 1.2, nothing for 2.0.
    EXPECT_EQ(run(RouterKind::universal_router_v1_0, execute({0x20}, {input})).legs.size(), 1U);
    EXPECT_EQ(run(RouterKind::universal_router, execute({0x20}, {input})).seen.status, TxStatus::no_swap);
    EXPECT_EQ(reason_of(RouterKind::universal_router_v2, execute({0x20}, {input})), Reason::calldata_bad_command);
    EXPECT_EQ(reason_of(RouterKind::universal_router_v2_1, execute({0x41}, {input})), Reason::calldata_bad_command);
}

TEST(UniversalRouter, version_2_1_reads_a_sixth_argument) {
    const auto input = [](const Bytes& path, std::uint64_t prices) {
        Calldata out;
        out.word(user).word(5).word(3).word(192).word(1).word(192 + 32 + (path.size() + 31) / 32 * 32).bytes(path).word(prices);
        for (std::uint64_t i = 0; i < prices; ++i) out.word(1);
        return out.get();
    };
    const RouterKind kind = RouterKind::universal_router_v2_1;
    EXPECT_EQ(run(kind, execute({0x00}, {input(path_abc, 0)})).legs.size(), 2U);
    EXPECT_EQ(run(kind, execute({0x00}, {input(path_abc, 2)})).legs.size(), 2U);
    EXPECT_EQ(reason_of(kind, execute({0x00}, {input(path_abc, 1)})), Reason::calldata_length_mismatch);
}

TEST(UniversalRouter, counts_of_commands_and_inputs_agree) {
    EXPECT_EQ(reason_of(RouterKind::universal_router, execute({0x00, 0x00}, {v3_input(path_ab, 5)})),
              Reason::calldata_length_mismatch);
    EXPECT_EQ(reason_of(RouterKind::universal_router, execute({}, {v3_input(path_ab, 5)})), Reason::calldata_length_mismatch);
    EXPECT_EQ(run(RouterKind::universal_router, execute({}, {})).seen.status, TxStatus::no_swap);
}

class SubPlans : public testing::TestWithParam<RouterKind> {};
INSTANTIATE_TEST_SUITE_P(UniversalRouter, SubPlans, testing::Values(RouterKind::universal_router, RouterKind::universal_router_v2));

TEST_P(SubPlans, are_walked_in_place) {
    const Bytes inner = plan({0x00, 0x01}, {v3_input(path_ab, 2), v3_input(path_ab, 3)});
    const Parsed parsed = run(GetParam(), execute({0x00, 0x21, 0x00}, {v3_input(path_ab, 1), inner, v3_input(path_ab, 4)}));
    ASSERT_EQ(parsed.legs.size(), 4U);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(parsed.legs[i].amount, i + 1);
}

TEST_P(SubPlans, nest_to_depth_4) {
    Bytes commands{0x00};
    std::vector<Bytes> inputs{v3_input(path_ab, 5)};
    for (int depth = 1; depth <= 5; ++depth) {
        inputs = {plan(commands, inputs)};
        commands = {0x21};
        const Parsed parsed = run(GetParam(), execute(commands, inputs));
        EXPECT_EQ(parsed.seen.reason, depth <= 4 ? Reason::none : Reason::calldata_nested_too_deep) << depth;
        EXPECT_EQ(parsed.legs.size(), depth <= 4 ? 1U : 0U) << depth;
    }
}

TEST_P(SubPlans, that_may_revert_fail_alone) {
    const Bytes bad = v3_input({}, 2); // no path: the router reverts
    const Bytes inner = plan({0x00, 0x00}, {v3_input(path_ab, 2), bad});
    const std::vector<Bytes> inputs{v3_input(path_ab, 1), inner, v3_input(path_ab, 4)};
    const Parsed tolerated = run(GetParam(), execute({0x00, 0xa1, 0x00}, inputs));
    ASSERT_EQ(tolerated.legs.size(), 2U) << "the sub-plan leaves no leg";
    EXPECT_EQ(tolerated.legs[1].amount, 4U);
    EXPECT_EQ(reason_of(GetParam(), execute({0x00, 0x21, 0x00}, inputs)), Reason::calldata_bad_path);
}

TEST_P(SubPlans, whose_inputs_do_not_end_fail_their_caller) {
    const Bytes leg = v3_input(path_ab, 2);
    Bytes inner = plan({0x00, 0x00}, {leg, leg});
    const std::size_t last_length = inner.size() - leg.size() - 32;
    for (const std::size_t high_byte : {std::size_t{0}, std::size_t{16}, std::size_t{26}}) { // 2^252, 2^124, 2^44
        Bytes broken = inner;
        broken[last_length + high_byte] = 0x10;
        const std::vector<Bytes> inputs{v3_input(path_ab, 1), broken};
        EXPECT_EQ(reason_of(GetParam(), execute({0x00, 0xa1}, inputs)), Reason::calldata_truncated)
            << "the router encodes the inputs for its call to itself, and reverts there";
        // One plan further in, the caller that fails is itself a sub-plan that may fail.
        const Parsed outer = run(GetParam(), execute({0x00, 0xa1}, {leg, plan({0x00, 0xa1}, inputs)}));
        EXPECT_EQ(outer.legs.size(), 1U);
        EXPECT_EQ(outer.seen.status, TxStatus::ok);
    }
}

TEST_P(SubPlans, pass_their_flag_to_the_legs_in_them) {
    const Bytes inner = plan({0x00}, {v3_input(path_ab, 2)});
    const Parsed parsed = run(GetParam(), execute({0x00, 0xa1, 0x80}, {v3_input(path_ab, 1), inner, v3_input(path_ab, 3)}));
    ASSERT_EQ(parsed.legs.size(), 3U);
    EXPECT_FALSE(parsed.legs[0].has(records::swap_may_revert));
    EXPECT_TRUE(parsed.legs[1].has(records::swap_may_revert));
    EXPECT_TRUE(parsed.legs[2].has(records::swap_may_revert));
}

TEST(SubPlanEncoding, version_2_takes_the_canonical_one_only) {
    const Bytes inner = plan({0x00}, {v3_input(path_ab, 2)});
    Bytes gap = inner; // inputs behind a word that nobody needs
    gap.insert(gap.begin() + 128, 32, 0);
    gap[63] = static_cast<std::uint8_t>(gap[63] + 32);
    EXPECT_EQ(run(RouterKind::universal_router, execute({0x21}, {gap})).legs.size(), 1U) << "1.2 follows offsets";
    EXPECT_EQ(reason_of(RouterKind::universal_router_v2, execute({0x21}, {gap})), Reason::calldata_bad_offset);
}

} // namespace
} // namespace jitbox::test
