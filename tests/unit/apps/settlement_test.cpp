// How a bundle's end reaches the books: once, by the evidence of its own block, and corrected when the chain changes its mind.
// SPDX-License-Identifier: Apache-2.0
#include "apps/desk/settlement.hpp"

#include "base/hex.hpp"
#include "chain/keccak.hpp"
#include "support/temp_dir.hpp"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <map>

namespace jitbox::apps {
namespace {

using chain::i256;
using chain::u256;
using testing::HasSubstr;

Bytes32 hash(const std::string& name) {
    return chain::keccak256(name);
}
std::string quoted(BytesView bytes) {
    return "\"" + to_hex(bytes) + "\"";
}

/// A node that answers from a few lines of its own, when it is told to.
class ScriptedNode final : public feed::RpcClient {
public:
    void call(feed::RpcRequest request, Done done, std::chrono::milliseconds) override {
        asked.push_back(request.method + request.params_json);
        waiting_.push_back([this, request = std::move(request), done = std::move(done)] { done(answer(request)); });
    }
    void batch(std::vector<feed::RpcRequest>, BatchDone, std::chrono::milliseconds) override { FAIL() << "nobody batches here"; }
    void after(std::chrono::milliseconds, std::function<void()>) override { FAIL() << "nobody waits here"; }
    [[nodiscard]] bool connected() const override { return true; }

    void run() {
        while (!waiting_.empty()) {
            const auto now = std::exchange(waiting_, {});
            for (const auto& one : now) one();
        }
    }
    /// What was asked so far will never be answered, as with a lost connection that nobody has noticed.
    void forget() { waiting_.clear(); }
    /// It is in the block, with this gas used at 2 wei; `success` as given.
    void mined(const Bytes32& transaction, bool success, unsigned gas) {
        receipts[transaction] = R"({"transactionHash":)" + quoted(transaction) + R"(,"blockHash":)" + quoted(hash("block")) +
                                R"(,"blockNumber":"0x65","transactionIndex":"0x0","status":")" + (success ? "0x1" : "0x0") +
                                R"(","gasUsed":)" + "\"0x" + hex(gas) + R"(","effectiveGasPrice":"0x2","logs":[]})";
    }

    std::vector<Bytes32> transactions; ///< of block 101
    std::map<Bytes32, std::string> receipts;
    std::map<std::string, unsigned> nonces; ///< "account,block"
    std::string miner = "null";
    bool failing = false;
    std::vector<std::string> asked;

private:
    static std::string hex(unsigned value) {
        std::array<char, 16> text{};
        const auto end = std::to_chars(text.data(), text.data() + text.size(), value, 16).ptr;
        return {text.data(), end};
    }
    Result<std::string> answer(const feed::RpcRequest& request) {
        if (failing) return fail("the node is gone");
        if (request.method == "eth_getTransactionReceipt") {
            for (const auto& [transaction, text] : receipts)
                if (request.params_json.find(to_hex(transaction)) != std::string::npos) return text;
            return "null";
        }
        if (request.method == "eth_getTransactionCount") {
            const auto found = nonces.find(request.params_json);
            if (found == nonces.end()) return fail("missing trie node: the state of this block is not kept");
            return "\"0x" + hex(found->second) + '"';
        }
        if (request.method == "eth_getLogs") return "[]";
        std::string list;
        for (const Bytes32& transaction : transactions) list += (list.empty() ? "" : ",") + quoted(transaction);
        return R"({"number":"0x65","timestamp":"0x1","gasLimit":"0x1000","gasUsed":"0x0","baseFeePerGas":"0x1","hash":)" +
               quoted(hash("block")) + R"(,"parentHash":)" + quoted(hash("parent")) + R"(,"miner":)" + miner +
               R"(,"transactions":[)" + list + "]}";
    }

    std::vector<std::function<void()>> waiting_;
};

chain::Head head(std::uint64_t number) {
    chain::Head out;
    out.number = number;
    return out;
}

class SettlementTest : public testing::Test {
protected:
    SettlementTest() {
        lanes_.add(0, Bytes20{0x10}, 4);
        (void)lanes_.take("u/0", 101);
        lanes_.signed_bundle(0, {1}, hash("mint"), {2}, hash("burn"));
        ticket_ =
            gate_.restore({.realised_today_wei = 0, .orders = {}, .open = {{.worst_loss_wei = 1, .value_wei = 1}}}, now()).at(0);
        relay::TrackedBundle bundle;
        bundle.uuid = "u";
        bundle.ticket = ticket_;
        bundle.lane_address = Bytes20{0x10};
        bundle.mint_nonce = 4;
        bundle.target_block = 101;
        bundle.parent_hash = hash("parent");
        bundle.mint_hash = hash("mint");
        bundle.target_hash = hash("target");
        bundle.burn_hash = hash("burn");
        bundle.max_fee_per_gas_wei = 100;
        bundle.target_sender = Bytes20{0x55};
        bundle.target_nonce = 9;
        bundle.accepted_by = {"one"};
        tracker_.add(bundle);
        start();
    }

    void start() { settlement_ = std::make_unique<Settlement>(services_, trading_, client_, callbacks()); }
    SettlementCallbacks callbacks() {
        return {.on_settled = [this](const chain::Head& at) { settled_.push_back(at.number); },
                .on_booked = [this](const i256& profit) { booked_.push_back(chain::to_decimal(profit)); },
                .on_ended = [this](const Bytes20&, bool included) { ended_.push_back(included); },
                .on_partial = [this](const std::string& why) { partial_.push_back(why); },
                .on_alert = [this](const std::string& what) { alerts_.push_back(what); }};
    }
    void on_head(std::uint64_t number) {
        settlement_->on_head(head(number));
        node_.run();
    }
    static risk::TimePoint now() { return std::chrono::system_clock::now(); }
    i256 realised_today() { return gate_.usage(now()).realised_today_wei; }
    std::string outcome() const {
        const auto text = metrics_.text();
        std::string out;
        for (const char* name :
             {"included", "partial", "unknown", "no_relay_slot", "target_replaced", "nonce_conflict", "target_mined_elsewhere"})
            if (text.find("outcome=\"" + std::string(name) + "\"") != std::string::npos)
                out += (out.empty() ? "" : " ") + std::string(name);
        return out;
    }

    test::TempDir directory_;
    boost::asio::io_context io_;
    Config config_;
    EventStream events_{[](const std::string&) {}, [] { return false; }};
    telemetry::Metrics metrics_;
    TokenPrices prices_{config_};
    std::unique_ptr<store::Journal> journal_ = store::Journal::open(directory_.file("journal.db")).value();
    Services services_{
        .io = io_, .config = config_, .events = events_, .journal = *journal_, .metrics = metrics_, .prices = prices_};
    strategy::Lanes lanes_;
    strategy::Planner planner_{{}, lanes_, nullptr, 1};
    risk::Gate gate_{risk::Limits{}};
    relay::Tracker tracker_;
    Trading trading_{.lanes = lanes_, .planner = planner_, .gate = gate_, .tracker = tracker_, .totals = {}};
    ScriptedNode node_;
    feed::NodeClient client_{node_};
    std::uint64_t ticket_ = 0;
    std::unique_ptr<Settlement> settlement_;
    std::vector<std::uint64_t> settled_;
    std::vector<std::string> booked_;
    std::vector<bool> ended_;
    std::vector<std::string> partial_;
    std::vector<std::string> alerts_;
};

TEST_F(SettlementTest, a_bundle_that_missed_its_block_is_settled_once_and_costs_nothing) {
    on_head(100);
    EXPECT_TRUE(ended_.empty()) << "its block has not come";
    on_head(101);
    EXPECT_EQ(outcome(), "unknown");
    EXPECT_EQ(ended_, std::vector<bool>{false});
    EXPECT_EQ(booked_, std::vector<std::string>{"0"});
    EXPECT_FALSE(gate_.settle(ticket_, 0, now())) << "the ticket was given back";
    EXPECT_EQ(trading_.totals.missed, 1U);
    on_head(102);
    EXPECT_EQ(ended_.size(), 1U);
    EXPECT_THAT(settled_, testing::ElementsAre(100, 101, 102));
    EXPECT_EQ(lanes_.find(0)->state, strategy::LaneState::busy) << "voiding its nonces is the lane keeper's";
}

TEST_F(SettlementTest, an_included_bundle_gives_its_lane_back_with_both_nonces_used) {
    node_.transactions = {hash("mint"), hash("target"), hash("burn")};
    for (const char* name : {"mint", "target", "burn"}) node_.mined(hash(name), true, 10);
    on_head(101);
    EXPECT_EQ(outcome(), "included");
    EXPECT_EQ(trading_.totals.included, 1U);
    EXPECT_EQ(lanes_.find(0)->state, strategy::LaneState::free);
    EXPECT_EQ(lanes_.find(0)->next_nonce, 6U);
    EXPECT_THAT(alerts_, testing::Contains(HasSubstr("no event Mint"))) << "receipts without events are no proof of a profit";
    EXPECT_EQ(chain::to_decimal(realised_today()), "-40") << "the gas of both is booked all the same";
}

TEST_F(SettlementTest, a_bundle_taken_apart_costs_its_gas_and_stops_the_appliance) {
    node_.transactions = {hash("mint"), hash("target")};
    node_.mined(hash("mint"), true, 10);
    on_head(101);
    EXPECT_EQ(outcome(), "partial");
    EXPECT_EQ(partial_.size(), 1U);
    EXPECT_THAT(alerts_, testing::Contains(HasSubstr("unwind it")));
    EXPECT_EQ(chain::to_decimal(realised_today()), "-20");
}

TEST_F(SettlementTest, a_reorganisation_books_the_difference_to_the_first_verdict) {
    node_.transactions = {hash("mint"), hash("target"), hash("burn")};
    for (const char* name : {"mint", "target", "burn"}) node_.mined(hash(name), true, 10);
    on_head(101);
    ASSERT_EQ(outcome(), "included");
    node_.transactions = {hash("target")};
    node_.receipts.erase(hash("mint"));
    node_.receipts.erase(hash("burn"));
    on_head(101); // another block of this number
    EXPECT_EQ(outcome(), "included target_mined_elsewhere");
    EXPECT_EQ(realised_today(), 0) << "nothing was paid on this branch";
    EXPECT_EQ(booked_, (std::vector<std::string>{"-40", "40"}));
    EXPECT_EQ(ended_.size(), 1U) << "a bundle ends once";
    EXPECT_EQ(trading_.totals.included, 0U);
    EXPECT_EQ(trading_.totals.missed, 1U);
}

TEST_F(SettlementTest, without_the_nodes_answers_there_is_no_verdict_and_the_next_head_asks_again) {
    node_.failing = true;
    on_head(101);
    EXPECT_TRUE(ended_.empty());
    EXPECT_THAT(settled_, testing::ElementsAre(101)) << "who waits for the settling of a head goes on";
    node_.failing = false;
    on_head(102);
    EXPECT_EQ(ended_, std::vector<bool>{false});
}

TEST_F(SettlementTest, answers_for_an_older_head_do_not_count_twice) {
    settlement_->on_head(head(101));
    settlement_->on_head(head(102)); // both inquiries are under way
    node_.run();
    EXPECT_EQ(ended_.size(), 1U);
    EXPECT_EQ(booked_.size(), 1U);
}

TEST_F(SettlementTest, nonces_are_those_after_the_bundles_own_block) {
    // The lane was voided and the sender went on since; both accounts are read as they stood after block 101.
    node_.nonces["[" + quoted(Bytes20{0x10}) + ",\"latest\"]"] = 6;
    node_.nonces["[" + quoted(Bytes20{0x10}) + ",\"0x65\"]"] = 4;
    node_.nonces["[" + quoted(Bytes20{0x55}) + ",\"latest\"]"] = 12;
    node_.nonces["[" + quoted(Bytes20{0x55}) + ",\"0x65\"]"] = 10;
    on_head(140);
    EXPECT_EQ(outcome(), "target_replaced");
}

TEST_F(SettlementTest, a_node_that_has_dropped_the_blocks_state_does_not_hold_up_the_verdict) {
    on_head(140); // no nonce is known to it
    EXPECT_EQ(outcome(), "unknown");
}

TEST_F(SettlementTest, a_block_of_a_builder_behind_none_of_the_relays_is_no_slot_of_ours) {
    config_.relays.push_back({.name = "one", .url = {}, .cancel_style = {}, .ca_file = {}, .fee_recipients = {Bytes20{0x88}}});
    start();
    node_.miner = quoted(Bytes20{0x77});
    on_head(101);
    EXPECT_EQ(outcome(), "no_relay_slot");
}

} // namespace
} // namespace jitbox::apps
