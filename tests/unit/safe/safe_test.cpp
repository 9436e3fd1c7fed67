// Owner actions and proposals without a chain: encodings, words, policy, signatures.
// SPDX-License-Identifier: Apache-2.0
#include "base/hex.hpp"
#include "chain/abi.hpp"
#include "chain/keccak.hpp"
#include "chain/secp256k1.hpp"
#include "safe/actions.hpp"
#include "safe/proposal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace jitbox::safe {
namespace {

using testing::HasSubstr;

const std::string account = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
constexpr Address executor{0xe0};
constexpr Address safe_address{0x5a};

Proposal proposal_of(const std::string& action, const std::vector<std::string>& arguments) {
    Proposal out;
    out.chain_id = 31337;
    out.safe = safe_address;
    out.transaction.to = executor;
    out.transaction.data = encode_action(action, arguments).value();
    out.transaction.nonce = 7;
    return out;
}

Bytes32 key_number(std::uint8_t number) {
    Bytes32 out{};
    out[31] = number;
    return out;
}

OwnerSignature signed_by(std::uint8_t number, const Bytes32& hash) {
    const auto signature = chain::sign_with_software_key(key_number(number), hash).value();
    OwnerSignature out{chain::address_of_software_key(key_number(number)).value(), {}};
    for (const u256 part : {signature.r, signature.s}) {
        const Bytes32 word = chain::to_big_endian(part);
        out.signature.insert(out.signature.end(), word.begin(), word.end());
    }
    out.signature.push_back(static_cast<std::uint8_t>(27 + signature.y_parity));
    return out;
}

TEST(owner_actions, calldata_and_words_of_a_rotation) {
    const Bytes calldata = encode_action("setOperator", {account, "true"}).value();
    // cast calldata "setOperator(address,bool)" 0x7099.. true
    EXPECT_EQ(to_hex(calldata), "0x558a7297"
                                "00000000000000000000000070997970c51812dc3a010c7d01b50e0d17dc79c8"
                                "0000000000000000000000000000000000000000000000000000000000000001");
    EXPECT_EQ(decode_action(calldata)->in_words(),
              "setOperator(account = " + account + ", allowed = true): gives (true) or takes (false) the right to mint and burn");
}

TEST(owner_actions, every_action_reads_back_what_was_written) {
    for (const Action& action : owner_actions()) {
        std::vector<std::string> values;
        for (const Argument& argument : action.arguments)
            values.push_back(argument.type == "address"   ? account
                             : argument.type == "bool"    ? "false"
                             : argument.type == "bytes32" ? "0x" + std::string(64, '7')
                             : argument.type == "int24"   ? "-8388608"
                                                          : "42");
        const auto decoded = decode_action(encode_action(action.name, values).value());
        ASSERT_TRUE(decoded) << action.name;
        EXPECT_EQ(decoded->values, values) << action.name;
        EXPECT_EQ(decoded->action.signature(), action.signature());
    }
}

TEST(owner_actions, arguments_that_do_not_fit_are_named) {
    EXPECT_THAT(encode_action("setOperator", {account}).error().what, HasSubstr("takes 2 arguments, got 1"));
    EXPECT_THAT(encode_action("setOperator", {account, "yes"}).error().what, HasSubstr("neither true nor false"));
    EXPECT_THAT(encode_action("unlistPool", {"65536"}).error().what, HasSubstr("does not fit uint16"));
    EXPECT_THAT(encode_action("unwind", {"0", "8388608", "0", "1"}).error().what, HasSubstr("does not fit int24"));
    EXPECT_THAT(encode_action("unwind", {"0", "-8388609", "0", "1"}).error().what, HasSubstr("does not fit int24"));
    EXPECT_THAT(encode_action("setGuardian", {"0x70997970c51812DC3a010C7d01b50e0d17dc79C8"}).error().what, HasSubstr("guardian_"));
    EXPECT_THAT(encode_action("selfdestruct", {}).error().hint, HasSubstr("setOperator(address,bool)"));
}

TEST(owner_actions, amounts_and_codes_are_said_as_people_say_them) {
    const auto words = [](const std::string& name, const std::vector<std::string>& values) {
        return decode_action(encode_action(name, values).value())->in_words();
    };
    EXPECT_THAT(
        words("setCaps", {"300000000000", "1500000000", "1"}),
        HasSubstr(
            "transactionGwei = 300000000000 (300 ether), blockGwei = 1500000000 (1.5 ether), tipGwei = 1 (0.000000001 ether)"));
    EXPECT_THAT(words("listPool", {account, account, "0x" + std::string(64, '7'), "1", "2", "3"}),
                HasSubstr("fork = 1 (PancakeSwap V3)"));
    const std::string one = std::to_string((1ULL << 31U) << 8U | 63U);
    const std::string usdc = std::to_string((0xbebc2000ULL << 8U) | 35U); // 3.2e9 * 2^-3: 2500 dollars an ether, six decimals
    EXPECT_THAT(words("setWeights", {"0", one, usdc}), HasSubstr("(1 wei a unit), weight1 = "));
    EXPECT_THAT(words("setWeights", {"0", one, usdc}), HasSubstr("(4e+08 wei a unit)"));
    EXPECT_THAT(words("withdraw", {"0x0000000000000000000000000000000000000000", "5"}), HasSubstr("(ether), amount = 5"));
}

TEST(owner_actions, calldata_of_anything_else_is_refused) {
    EXPECT_FALSE(decode_action(from_hex("0xdeadbeef").value()));
    EXPECT_FALSE(decode_action(from_hex("0x8456cb").value()));
    Bytes longer = encode_action("pause", {}).value();
    longer.push_back(0);
    EXPECT_FALSE(decode_action(longer));
    Bytes dirty = encode_action("setOperator", {account, "true"}).value();
    dirty[4] = 1; // above the address
    EXPECT_FALSE(decode_action(dirty));
}

TEST(announcements, wrap_what_gives_rights_and_nothing_else) {
    const Bytes call = encode_action("setOperator", {account, "true"}).value();
    const Bytes calldata = announce(call).value();
    const auto decoded = decode_action(calldata);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->announced, chain::keccak256(call));
    EXPECT_THAT(decoded->in_words(), HasSubstr("announces, to be made later once with exactly these arguments: setOperator"));
    EXPECT_THAT(announce(encode_action("pause", {}).value()).error().what, HasSubstr("waits for nothing"));
    EXPECT_FALSE(announce(calldata)) << "an announcement of an announcement";
    Bytes other_spelling = calldata;
    other_spelling.push_back(0);
    EXPECT_FALSE(decode_action(other_spelling));
}

TEST(proposal_file, comes_back_as_it_was_written) {
    Proposal proposal = proposal_of("setOperator", {account, "true"});
    ASSERT_TRUE(add_signature(proposal, signed_by(2, hash_of(proposal))));
    const auto again = proposal_from_json(to_json(proposal));
    ASSERT_TRUE(again) << again.error().text();
    EXPECT_EQ(to_json(*again), to_json(proposal));
}

TEST(proposal_file, a_change_of_any_field_is_found) {
    const std::string text = to_json(proposal_of("setOperator", {account, "true"}));
    for (const std::string field :
         {"\"chainId\":\"31337", "\"nonce\":\"7", "\"safeTxGas\":\"0", "\"value\":\"0", "\"operation\":\"0"}) {
        std::string changed = text;
        changed.insert(changed.find(field) + field.size() - 1, "1");
        ASSERT_NE(changed, text);
        EXPECT_FALSE(proposal_from_json(changed)) << field;
    }
    EXPECT_THAT(proposal_from_json("{}").error().what, HasSubstr("transaction is missing"));
    EXPECT_THAT(proposal_from_json("[").error().what, HasSubstr("no JSON object"));
}

TEST(proposal_file, what_cannot_be_read_is_told_from_what_is_refused) {
    const std::string good = to_json(proposal_of("pause", {}));
    const auto with = [&](const std::string& from, const std::string& to) {
        std::string changed = good;
        return changed.replace(changed.find(from), from.size(), to);
    };
    EXPECT_TRUE(check_form(good));
    EXPECT_THAT(check_form(with("\"signatures\":[]", "\"signatures\":{}")).error().what, HasSubstr("signatures is no array"));
    EXPECT_FALSE(proposal_from_json(with("\"signatures\":[]", "\"signatures\":{}"))) << "not taken for no signatures";
    EXPECT_THAT(check_form(with("\"signatures\":[]", "\"signatures\":[1]")).error().what, HasSubstr("no object"));
    EXPECT_THAT(check_form(with("safeTxHash", "safeTxhash")).error().what, HasSubstr("safeTxHash"));
    const std::string other_nonce = with("\"nonce\":\"7", "\"nonce\":\"8");
    EXPECT_TRUE(check_form(other_nonce)) << "readable";
    EXPECT_FALSE(proposal_from_json(other_nonce));
}

TEST(policy, refuses_what_could_take_over_or_empty_the_safe) {
    const Proposal good = proposal_of("pause", {});
    EXPECT_TRUE(check_policy(good, executor));
    const auto refusal = [&](auto change) {
        Proposal bad = good;
        change(bad.transaction);
        const auto result = check_policy(bad, executor);
        return result ? std::string("accepted") : result.error().what;
    };
    EXPECT_THAT(refusal([](auto& t) { t.operation = Operation::delegatecall; }), HasSubstr("delegatecall"));
    EXPECT_THAT(refusal([](auto& t) { t.to = safe_address; }), HasSubstr("is not the executor"));
    EXPECT_THAT(refusal([](auto& t) { t.value = 1; }), HasSubstr("sends some"));
    EXPECT_THAT(refusal([](auto& t) { t.gas_price = 1; }), HasSubstr("refund"));
    EXPECT_THAT(refusal([](auto& t) { t.base_gas = 1; }), HasSubstr("refund"));
    EXPECT_THAT(refusal([](auto& t) { t.gas_token = safe_address; }), HasSubstr("refund"));
    EXPECT_THAT(refusal([](auto& t) { t.refund_receiver = safe_address; }), HasSubstr("refund"));
    EXPECT_THAT(refusal([](auto& t) { t.safe_tx_gas = 1; }), HasSubstr("safeTxGas"));
    EXPECT_THAT(refusal([](auto& t) { t.data = {1, 2, 3, 4}; }), HasSubstr("no owner action"));
}

TEST(signatures, are_kept_in_the_order_of_the_owners_and_counted) {
    Proposal proposal = proposal_of("pause", {});
    const Bytes32 hash = hash_of(proposal);
    SafeState state{.owners = {}, .threshold = 3, .nonce = 7};
    for (const std::uint8_t number : std::array<std::uint8_t, 3>{3, 1, 2}) {
        state.owners.push_back(signed_by(number, hash).owner);
        EXPECT_FALSE(check_ready(proposal, state));
        ASSERT_TRUE(add_signature(proposal, signed_by(number, hash)));
        ASSERT_TRUE(add_signature(proposal, signed_by(number, hash))) << "the same owner again counts once";
    }
    EXPECT_EQ(proposal.signatures.size(), 3U);
    EXPECT_TRUE(std::ranges::is_sorted(proposal.signatures, {}, &OwnerSignature::owner));
    EXPECT_TRUE(check_ready(proposal, state));
    state.nonce = 8;
    EXPECT_THAT(check_ready(proposal, state).error().hint, HasSubstr("executed or replaced"));
    state.nonce = 7;
    state.owners.pop_back();
    EXPECT_THAT(check_ready(proposal, state).error().what, HasSubstr("is no owner"));
}

TEST(signatures, of_another_hash_or_another_form_are_refused) {
    Proposal proposal = proposal_of("pause", {});
    OwnerSignature other = signed_by(1, chain::keccak256("another"));
    EXPECT_FALSE(add_signature(proposal, other));
    OwnerSignature shorter = signed_by(1, hash_of(proposal));
    shorter.signature.pop_back();
    EXPECT_THAT(add_signature(proposal, shorter).error().what, HasSubstr("65 bytes"));
    OwnerSignature approved = signed_by(1, hash_of(proposal));
    approved.signature[64] = 1; // the Safe would take this as "this owner sends the transaction"
    EXPECT_THAT(add_signature(proposal, approved).error().what, HasSubstr("27 or 28"));
}

} // namespace
} // namespace jitbox::safe
