// Outcomes: every way that a bundle can end has its own evidence, and a realised wei that differs is an alert.
// SPDX-License-Identifier: Apache-2.0
#include "relay/outcome.hpp"
#include "relay/tracker.hpp"

#include "chain/abi.hpp"
#include "chain/executor_abi.hpp"
#include "chain/transaction.hpp"
#include "chain/uniswap_abi.hpp"

#include <gtest/gtest.h>

namespace jitbox::relay {
namespace {

using store::Outcome;

Bytes32 hash(std::uint8_t tag) {
    Bytes32 out{};
    out.fill(tag);
    return out;
}
Bytes20 address(std::uint8_t tag) {
    Bytes20 out{};
    out.fill(tag);
    return out;
}
Bytes32 topic(const Bytes20& value) {
    Bytes32 out{};
    std::ranges::copy(value, out.begin() + 12);
    return out;
}
Bytes32 topic(std::int32_t tick) {
    return chain::to_big_endian(static_cast<u256>(static_cast<i256>(tick)));
}

const Bytes20 pool = address(0xa1);
const Bytes20 executor = address(0xee);
constexpr u256 q96 = static_cast<u256>(1) << 96;
const Bytes32 mint_hash = hash(1), target_hash = hash(2), burn_hash = hash(3);

Bytes burn_raw(const u256& tip_wei) {
    const chain::Eip1559Transaction burn{.chain_id = 1,
                                         .nonce = 11,
                                         .max_priority_fee_per_gas = 1,
                                         .max_fee_per_gas = 100,
                                         .gas_limit = 1,
                                         .to = executor,
                                         .value = 0,
                                         .data = chain::encode(chain::ExecutorBurn{.tip_wei = tip_wei}).value()};
    return chain::encode_signed(burn, {.r = 1, .s = 1, .y_parity = 0});
}

TrackedBundle bundle() {
    TrackedBundle out;
    out.uuid = "u";
    out.mint_nonce = 10;
    out.target_block = 101;
    out.parent_hash = hash(0x64);
    out.pool = pool;
    out.executor = executor;
    out.tick_lower = -60;
    out.tick_upper = 120;
    out.price0_x96 = q96;
    out.price1_x96 = 2 * q96;
    out.mint_hash = mint_hash;
    out.target_hash = target_hash;
    out.burn_hash = burn_hash;
    out.burn_raw = burn_raw(9);
    out.max_fee_per_gas_wei = 100;
    out.target_sender = address(0x55);
    out.target_nonce = 4;
    out.target_max_fee_per_gas_wei = 80;
    out.predicted = {.mint0 = 1'000,
                     .mint1 = 500,
                     .swap0 = 40,
                     .swap1 = -19,
                     .burn0 = 900,
                     .burn1 = 560,
                     .fee0 = 5,
                     .fee1 = 2,
                     .gross_profit_wei = 905 + 2 * 562 - 2'000,
                     .tip_wei = 9,
                     .gas_cost_wei = 1'000'000};
    out.accepted_by = {"one"};
    return out;
}

chain::Log log(const Bytes32& event, std::vector<Bytes32> indexed, Bytes data, const Bytes32& transaction) {
    chain::Log out;
    out.address = pool;
    out.topics = std::move(indexed);
    out.topics.insert(out.topics.begin(), event);
    out.data = std::move(data);
    out.transaction_hash = transaction;
    return out;
}
std::vector<Bytes32> position() {
    return {topic(executor), topic(-60), topic(120)};
}

ReceiptEvidence receipt(std::vector<chain::Log> logs, std::uint64_t gas_used) {
    return {.block_number = 101, .success = true, .gas_used = gas_used, .effective_gas_price_wei = 3, .logs = std::move(logs)};
}
ReceiptEvidence mint_receipt() {
    return receipt({log(chain::uniswap::mint_event.topic, position(),
                        chain::AbiWriter().address(executor).uint(7).uint(1'000).uint(500).take(), mint_hash)},
                   20);
}
ReceiptEvidence target_receipt(const i256& swap1 = -19) {
    return receipt({log(chain::uniswap::swap_event.topic, {topic(address(1)), topic(address(2))},
                        chain::AbiWriter().sint(40).sint(swap1).uint(q96).uint(1).sint(-3).take(), target_hash)},
                   99);
}
ReceiptEvidence burn_receipt() {
    return receipt(
        {log(chain::uniswap::burn_event.topic, position(), chain::AbiWriter().uint(7).uint(900).uint(560).take(), burn_hash),
         log(chain::uniswap::collect_event.topic, position(), chain::AbiWriter().address(executor).uint(905).uint(562).take(),
             burn_hash)},
        30);
}

BlockEvidence block(std::vector<Bytes32> transactions = {}) {
    BlockEvidence out;
    out.head.number = 101;
    out.head.parent_hash = hash(0x64);
    out.head.base_fee_wei = 2;
    out.transactions = std::move(transactions);
    out.lane_nonce = 10;
    out.target_sender_nonce = 4;
    return out;
}
BlockEvidence with_bundle() {
    BlockEvidence out = block({mint_hash, target_hash, burn_hash, hash(9)});
    out.mint = mint_receipt();
    out.target = target_receipt();
    out.burn = burn_receipt();
    return out;
}

TEST(IncludedBundle, RealisesExactlyWhatItsReceiptsSay) {
    const Verdict verdict = judge(bundle(), with_bundle(), {});
    EXPECT_EQ(verdict.outcome, Outcome::included);
    ASSERT_TRUE(verdict.realised);
    EXPECT_TRUE(verdict.alerts.empty()) << verdict.alerts[0];
    EXPECT_EQ(verdict.realised->gas_cost_wei, 150) << "mint and burn, not the target";
    EXPECT_EQ(verdict.realised->gross_profit_wei, 29);
    EXPECT_EQ(verdict.realised_profit_wei, 29 - 9 - 150);
    const auto entry = journal_entry(bundle(), verdict, 101, 1);
    EXPECT_EQ(entry.realised.fee1, "2");
    EXPECT_EQ(entry.realised_profit_wei, "-130");
}

TEST(IncludedBundle, EachWeiThatDiffersIsAnAlertThatNamesBothFigures) {
    BlockEvidence off = with_bundle();
    off.target = target_receipt(-18);
    const Verdict verdict = judge(bundle(), off, {});
    EXPECT_EQ(verdict.outcome, Outcome::included);
    ASSERT_EQ(verdict.alerts.size(), 1U);
    EXPECT_EQ(verdict.alerts[0], "bundle u: swap1: predicted -19, realised -18");
    TrackedBundle wrong = bundle();
    wrong.predicted = {};
    EXPECT_EQ(judge(wrong, with_bundle(), {}).alerts.size(), 10U) << "all figures but gas";
}

TEST(IncludedBundle, ReceiptsWithoutOurEventsAreAnAlertAndNoGuess) {
    for (const int which : {0, 1, 2, 3}) {
        BlockEvidence spoilt = with_bundle();
        if (which == 0) spoilt.mint->logs.clear();
        if (which == 1) spoilt.target->logs.push_back(spoilt.target->logs[0]);
        if (which == 2) spoilt.burn->logs[1].topics[1] = topic(address(0x66)); // somebody else's collect
        if (which == 3) spoilt.burn->logs[0].data.pop_back();
        const Verdict verdict = judge(bundle(), spoilt, {});
        EXPECT_EQ(verdict.outcome, Outcome::included);
        EXPECT_FALSE(verdict.realised);
        EXPECT_EQ(verdict.alerts.size(), 1U);
    }
}

TEST(PartialBundle, AStrandedPositionIsSaidInTheAlert) {
    BlockEvidence part = block({mint_hash});
    part.mint = mint_receipt();
    const Verdict verdict = judge(bundle(), part, {});
    EXPECT_EQ(verdict.outcome, Outcome::partial);
    EXPECT_TRUE(verdict.stranded);
    EXPECT_EQ(verdict.reason, "mint at 0, succeeded; target absent; burn absent");
    ASSERT_EQ(verdict.alerts.size(), 1U);
    EXPECT_NE(verdict.alerts[0].find("unwind"), std::string::npos);
    EXPECT_EQ(verdict.realised_profit_wei, -60);
}

TEST(PartialBundle, AllInTheBlockButOneFailedOrOutOfOrderIsNotIncluded) {
    BlockEvidence failed = with_bundle();
    failed.target->success = false;
    EXPECT_EQ(judge(bundle(), failed, {}).outcome, Outcome::partial);
    BlockEvidence shuffled = with_bundle();
    std::swap(shuffled.transactions[0], shuffled.transactions[1]);
    EXPECT_EQ(judge(bundle(), shuffled, {}).outcome, Outcome::partial);
    EXPECT_FALSE(judge(bundle(), shuffled, {}).stranded) << "the burn stands: nothing is left in the pool";
}

TEST(LostBundle, TheTargetWasMinedWithoutUs) {
    BlockEvidence here = block({hash(9), target_hash});
    here.target = target_receipt();
    EXPECT_EQ(judge(bundle(), here, {}).outcome, Outcome::target_mined_elsewhere);
    BlockEvidence before = block();
    before.target = target_receipt();
    before.target->block_number = 100;
    const Verdict verdict = judge(bundle(), before, {});
    EXPECT_EQ(verdict.outcome, Outcome::target_mined_elsewhere);
    EXPECT_NE(verdict.reason.find("100"), std::string::npos);
}

TEST(LostBundle, AnothersMintAndBurnAroundTheTargetIsOutbid) {
    BlockEvidence theirs = block({hash(8), target_hash, hash(9)});
    theirs.target = target_receipt();
    theirs.pool_logs = {log(chain::uniswap::mint_event.topic, {}, {}, hash(8))};
    EXPECT_EQ(judge(bundle(), theirs, {}).outcome, Outcome::target_mined_elsewhere) << "a mint alone is no competitor";
    theirs.pool_logs.push_back(log(chain::uniswap::burn_event.topic, {}, {}, hash(9)));
    EXPECT_EQ(judge(bundle(), theirs, {}).outcome, Outcome::outbid);
}

TEST(LostBundle, EveryOtherReasonHasItsOwnCode) {
    BlockEvidence replaced = block();
    replaced.target_sender_nonce = 5;
    EXPECT_EQ(judge(bundle(), replaced, {}).outcome, Outcome::target_replaced);

    BlockEvidence conflict = block();
    conflict.lane_nonce = 11;
    EXPECT_EQ(judge(bundle(), conflict, {}).outcome, Outcome::nonce_conflict);

    BlockEvidence dear = block();
    dear.head.base_fee_wei = 81;
    EXPECT_EQ(judge(bundle(), dear, {}).outcome, Outcome::base_fee) << "above what the target offers";
    dear.head.base_fee_wei = 101;
    EXPECT_EQ(judge(bundle(), dear, {}).outcome, Outcome::base_fee) << "above what we offer";

    BlockEvidence reorganised = block();
    reorganised.head.parent_hash = hash(0x65);
    EXPECT_EQ(judge(bundle(), reorganised, {}).outcome, Outcome::reverted);

    TrackedBundle withdrawn = bundle();
    withdrawn.withdrawn = true;
    EXPECT_EQ(judge(withdrawn, block(), {}).outcome, Outcome::cancelled);

    TrackedBundle late = bundle();
    late.accepted_by.clear();
    late.too_late = true;
    EXPECT_EQ(judge(late, block(), {}).outcome, Outcome::late);

    TrackedBundle refused = bundle();
    refused.accepted_by.clear();
    EXPECT_EQ(judge(refused, block(), {}).outcome, Outcome::no_relay_slot);

    BlockEvidence foreign = block();
    foreign.fee_recipient = address(0x77);
    EXPECT_EQ(judge(bundle(), foreign, std::array{address(0x88), address(0x99)}).outcome, Outcome::no_relay_slot);
    EXPECT_EQ(judge(bundle(), foreign, std::array{address(0x88), address(0x77)}).outcome, Outcome::unknown);
    EXPECT_EQ(judge(bundle(), block(), {}).outcome, Outcome::unknown);
}

TEST(LostBundle, ABundleOfAnEarlierRunIsJudgedWithoutTheTargetsSender) {
    TrackedBundle old = bundle();
    old.target_sender.reset();
    old.target_nonce.reset();
    old.target_max_fee_per_gas_wei.reset();
    EXPECT_EQ(judge(old, with_bundle(), {}).outcome, Outcome::included);
    EXPECT_EQ(judge(old, block(), {}).outcome, Outcome::unknown);
}

Answer answer(AnswerStatus status) {
    Answer out;
    out.relay_name = "one";
    out.status = status;
    out.text = "words";
    return out;
}

TEST(Tracker, ABundleIsDueFromItsBlockOnUntilItIsJudged) {
    Tracker tracker;
    tracker.add(bundle());
    EXPECT_TRUE(tracker.due(100).empty());
    EXPECT_EQ(tracker.due(101).size(), 1U);
    tracker.judged("u", 0);
    EXPECT_TRUE(tracker.due(105).empty());
    EXPECT_EQ(tracker.open(), 0U);
}

TEST(Tracker, AReorganisationMakesItDueAgainUntilItIsTooDeep) {
    Tracker tracker;
    tracker.add(bundle());
    tracker.note_head(101);
    tracker.judged("u", 0);
    tracker.reorganised(102);
    EXPECT_TRUE(tracker.due(110).empty());
    tracker.reorganised(101);
    EXPECT_EQ(tracker.due(110).size(), 1U);
    tracker.judged("u", 0);
    tracker.note_head(101 + Tracker::reorg_blocks + 1);
    tracker.reorganised(50);
    EXPECT_TRUE(tracker.due(1'000).empty()) << "forgotten";
}

TEST(Tracker, AcceptanceAfterTheBlockCameIsLate) {
    Tracker tracker;
    TrackedBundle fresh = bundle();
    fresh.accepted_by.clear();
    tracker.add(fresh);
    tracker.note_head(100);
    tracker.note_answer("u", 0, answer(AnswerStatus::timeout));
    EXPECT_EQ(tracker.due(101)[0].last_refusal, "one: timeout: words");
    tracker.note_head(101);
    tracker.note_answer("u", 0, answer(AnswerStatus::accepted));
    EXPECT_EQ(judge(tracker.due(101)[0], block(), {}).outcome, Outcome::late);
}

TEST(Tracker, AReplacementForTheSameBlockWithdrawsTheEarlierVersionAndNoOther) {
    const auto verdict_on_the_first = [](std::uint64_t block_of_the_second, bool second_is_told_first) {
        Tracker tracker;
        TrackedBundle better = bundle();
        better.version = 1;
        better.target_block = block_of_the_second;
        if (second_is_told_first) tracker.add(better);
        tracker.add(bundle());
        if (!second_is_told_first) tracker.add(better);
        // The second one's mint and burn stand around the target.
        BlockEvidence evidence = block();
        evidence.transactions = {hash(7), target_hash, hash(8)};
        evidence.target = target_receipt();
        evidence.pool_logs = {log(chain::uniswap::mint_event.topic, position(), {}, hash(7)),
                              log(chain::uniswap::burn_event.topic, position(), {}, hash(8))};
        return judge(tracker.due(101).at(0), evidence, {}).outcome;
    };
    EXPECT_EQ(verdict_on_the_first(101, false), Outcome::cancelled) << "outbid by nobody but ourselves";
    EXPECT_EQ(verdict_on_the_first(101, true), Outcome::cancelled) << "read from the journal in another order";
    EXPECT_EQ(verdict_on_the_first(102, false), Outcome::outbid) << "its block had passed when it was tried again";
}

TEST(Tracker, AnAcceptanceInTimeAndAWithdrawalAreKept) {
    Tracker tracker;
    tracker.add(bundle());
    tracker.note_answer("u", 0, answer(AnswerStatus::accepted));
    tracker.note_answer("u", 7, answer(AnswerStatus::accepted)); // no such version: ignored
    EXPECT_EQ(tracker.due(101)[0].accepted_by.size(), 2U);
    tracker.note_withdrawn("u", 0);
    EXPECT_EQ(judge(tracker.due(101)[0], block(), {}).outcome, Outcome::cancelled);
}

} // namespace
} // namespace jitbox::relay
