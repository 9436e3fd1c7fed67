// Feed and pools on a real node with the real pool bytecode: what we keep from events equals what the node says, after every block.
// SPDX-License-Identifier: Apache-2.0
#include "base/hex.hpp"
#include "chain/abi.hpp"
#include "chain/keccak.hpp"
#include "integration/feed/sandbox.hpp"

#include <gtest/gtest.h>

namespace jitbox {
namespace {

using namespace std::chrono_literals;
using chain::AbiWriter;

class SandboxChain : public testing::Test {
protected:
    static void SetUpTestSuite() { sandbox_ = std::make_unique<test::Sandbox>(); }
    static void TearDownTestSuite() { sandbox_.reset(); }

    void SetUp() override {
        ASSERT_TRUE(sandbox_->problem().empty()) << sandbox_->problem();
        pools_ = sandbox_->pools();
        for (const auto& pool : pools_) ASSERT_TRUE(pools::check_identity(pool));
        rpc_ = feed::make_rpc_client(io_, {.url = sandbox_->ws_url()}).value();
        node_ = std::make_unique<feed::NodeClient>(*rpc_);
        start_keeper();
        start_feed();
        ASSERT_TRUE(test::run_until(io_, [&] { return all_in_service() && feed_->counters().connected; }, 20s)) << alerts();
    }

    void start_keeper() {
        keeper_ = std::make_unique<pools::PoolKeeper>(
            pools_, *node_, pools::KeeperOptions{.audit_every_blocks = 1},
            pools::KeeperCallbacks{.on_block = {}, .on_alert = [this](const std::string& what) { alerts_.push_back(what); }});
        keeper_->start();
    }

    void start_feed() {
        std::vector<chain::Address> addresses;
        for (const auto& pool : pools_) addresses.push_back(pool.address);
        feed_ =
            feed::Feed::start(io_, *rpc_, {.url = sandbox_->ws_url(), .log_addresses = addresses},
                              {.on_pending = [this](feed::PendingTransaction&& pending) { pending_.push_back(std::move(pending)); },
                               .on_head = [this](const chain::Head& head) { keeper_->on_head(head); },
                               .on_log = [this](const chain::Log& log) { keeper_->on_log(log); },
                               .on_connection = {},
                               .on_warning = [this](const std::string& what) { alerts_.push_back(what); }})
                .value();
    }

    bool all_in_service() const {
        for (std::uint16_t i = 0; i < pools_.size(); ++i)
            if (!keeper_->book().view(i).in_service) return false;
        return true;
    }

    std::string alerts() const {
        std::string out;
        for (const std::string& what : alerts_) out += what + "\n";
        return out;
    }

    std::string call(const std::string& method, const std::string& params = "[]") {
        auto answer = test::ask(io_, *rpc_, method, params);
        EXPECT_TRUE(answer) << method << ": " << answer.error().text();
        return answer.value_or("null");
    }

    /// A transaction from an account that the node holds the key of.
    void transact(const std::string& from, const chain::Address& to, Bytes data) {
        call("eth_sendTransaction",
             R"([{"from":")" + from + R"(","to":")" + to_hex(to) + R"(","gas":"0x1e8480","data":")" + to_hex(data) + R"("}])");
    }

    std::uint64_t node_block() {
        const std::string text = call("eth_blockNumber");
        return std::stoull(text.substr(3, text.size() - 4), nullptr, 16);
    }

    /// Every pool has been audited (or read again) at the node's block. Nothing is asked any more when the next block is mined.
    void settle() {
        const std::uint64_t block = node_block();
        ASSERT_TRUE(test::run_until(
            io_, [&] { return keeper_->book().tip()->number == block && keeper_->idle(); }, 20s))
            << "at " << keeper_->book().tip()->number << " of " << block << "\n"
            << alerts();
    }
    void mine_and_settle() {
        call("evm_mine");
        settle();
    }

    /// What we have is never wrong: where the node said otherwise, it said so of a block that it was mining past (anvil then
    /// sometimes answers about block n with the state after n + 1), and takes it back when it is asked again.
    void expect_no_difference_but_the_nodes_own() {
        ASSERT_TRUE(test::run_until(
            io_, [&] { return keeper_->counters().audit_differences == keeper_->counters().node_contradictions; }, 20s))
            << alerts();
    }

    chain::Address contract(const char* name) const {
        const auto& text = sandbox_->manifest().at("contracts").as_object().at(name).as_object().at("address").as_string();
        return fixed_from_hex<20>(std::string_view(text)).value();
    }
    std::string account(const char* name) const {
        const auto& value = sandbox_->manifest().at("accounts").as_object().at(name);
        return std::string(value.is_array() ? value.as_array().at(0).as_string() : value.as_string());
    }

    static inline std::unique_ptr<test::Sandbox> sandbox_;
    boost::asio::io_context io_;
    std::vector<pools::PoolIdentity> pools_;
    std::unique_ptr<feed::RpcClient> rpc_;
    std::unique_ptr<feed::NodeClient> node_;
    std::unique_ptr<pools::PoolKeeper> keeper_;
    std::unique_ptr<feed::Feed> feed_;
    std::vector<feed::PendingTransaction> pending_;
    std::vector<std::string> alerts_;
};

TEST_F(SandboxChain, swaps_through_all_routers_keep_the_pools_equal_to_the_node) {
    const std::string script = std::string(JITBOX_SOURCE_DIR) + "/sim/chain/swappers.mjs";
    test::NodeProgram swappers({script, "--manifest", sandbox_->manifest_path(), "--count", "120", "--large-every", "4", "--mine"},
                               sandbox_->folder().file("swappers.log"));
    ASSERT_TRUE(test::run_until(io_, [&] { return swappers.ended().has_value(); }, 120s));
    ASSERT_EQ(swappers.ended(), 0);
    settle();
    mine_and_settle(); // a pool that left service while the swappers mined has been read again; this confirms it
    const std::uint64_t audits = keeper_->counters().audits;
    mine_and_settle();
    EXPECT_EQ(keeper_->counters().audits, audits + pools_.size()) << "every pool is in service and audited";
    expect_no_difference_but_the_nodes_own();
    EXPECT_TRUE(all_in_service()) << alerts();
    EXPECT_EQ(feed_->counters().lying_hashes, 0U);
    EXPECT_EQ(feed_->counters().malformed_transactions, 0U) << alerts();
    EXPECT_GT(feed_->counters().logs, 20U);
    EXPECT_GE(pending_.size(), 90U);
    for (const auto& pending : pending_) {
        EXPECT_EQ(chain::keccak256(BytesView(pending.raw)), pending.hash);
        EXPECT_TRUE(chain::recover_sender(pending.transaction));
    }
}

TEST_F(SandboxChain, mint_burn_and_protocol_fee_events_keep_the_pools_equal_to_the_node) {
    const std::uint64_t changes_before = keeper_->book().state_version(0);
    const chain::Address manager = contract("position_manager");
    for (unsigned position = 1; position <= 8; ++position) {
        transact(account("providers"), manager,
                 AbiWriter(chain::selector_of("decreaseLiquidity((uint256,uint128,uint256,uint256,uint256))"))
                     .uint(position)
                     .uint(1'000'000 + position)
                     .uint(0)
                     .uint(0)
                     .uint(~std::uint64_t{0})
                     .take());
        transact(account("providers"), manager,
                 AbiWriter(chain::selector_of("increaseLiquidity((uint256,uint256,uint256,uint256,uint256,uint256))"))
                     .uint(position)
                     .uint(10'000'000)
                     .uint(10'000'000)
                     .uint(0)
                     .uint(0)
                     .uint(~std::uint64_t{0})
                     .take());
    }
    for (const auto& pool : pools_)
        transact(account("deployer"), pool.address,
                 AbiWriter(chain::selector_of("setFeeProtocol(uint8,uint8)")).uint(4).uint(10).take());
    mine_and_settle();
    expect_no_difference_but_the_nodes_own();
    EXPECT_TRUE(all_in_service()) << alerts();
    EXPECT_GT(keeper_->book().state_version(0), changes_before);
    for (std::uint16_t i = 0; i < pools_.size(); ++i) EXPECT_EQ(keeper_->book().state(i).fee_protocol, 4U + (10U << 4));
}

TEST_F(SandboxChain, reorganisations_of_the_node_are_followed) {
    for (int i = 0; i < 6; ++i) mine_and_settle();
    for (const char* depth : {"1", "5"}) {
        for (const auto& pool : pools_)
            transact(account("deployer"), pool.address,
                     AbiWriter(chain::selector_of("setFeeProtocol(uint8,uint8)")).uint(5).uint(5).take());
        mine_and_settle();
        call("anvil_reorg", std::string("[") + depth + ",[]]");
        mine_and_settle();
        expect_no_difference_but_the_nodes_own();
        EXPECT_TRUE(all_in_service()) << alerts();
    }
    EXPECT_GE(keeper_->counters().deepest_reorganisation, 5U);
}

} // namespace
} // namespace jitbox
