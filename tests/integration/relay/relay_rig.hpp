// Anvil, two relay stand-ins on it (one builds blocks, one only holds bundles) and our client: real processes, real blocks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "relay/client.hpp"
#include "relay/outcome.hpp"
#include "sim/relay/node.hpp"
#include "support/temp_dir.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <sys/types.h>

namespace jitbox::test {

/// A child process with its output in a file; ended (and waited for) with its owner.
class Child {
public:
    Child(const std::vector<std::string>& arguments, const std::string& output);
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

private:
    pid_t pid_ = -1;
};

/// A signed transfer of 1 wei (or a call that fails), and what the outcome needs to know of it.
struct Signed {
    Bytes raw;
    Bytes32 hash{};
    std::uint64_t nonce = 0;
};

class RelayRig {
public:
    RelayRig();

    /// Empty when everything runs; otherwise what is missing.
    [[nodiscard]] const std::string& problem() const { return problem_; }
    [[nodiscard]] boost::asio::io_context& io() { return io_; }
    [[nodiscard]] const std::vector<std::string>& urls() const { return urls_; }

    /// Result of a call to the node; throws when it fails (the rig is broken then).
    boost::json::value node(std::string_view method, boost::json::array params = {});
    /// sim_buildBlock of the first relay.
    boost::json::value build();
    /// sim_setFault, e.g. {"mode": "slow", "ms": 100}.
    void fault(std::size_t relay, boost::json::object fault);

    [[nodiscard]] std::uint64_t head();
    [[nodiscard]] std::vector<Bytes32> block_transactions(std::uint64_t number);
    /// Account 0..3 of anvil's well-known accounts. `nonce` counts from the account's next one.
    Signed transfer(std::size_t account, std::uint64_t nonce = 0, std::uint64_t priority_fee = 1'000'000'000);
    Signed failing(std::size_t account, std::uint64_t nonce = 0);
    void publish(const Signed& transaction);

    /// Tracked as if mint, target and burn were these transfers.
    relay::TrackedBundle tracked(const Signed& mint, const Signed& target, std::size_t target_account, const Signed& burn,
                                 std::size_t lane_account);
    /// What the node says about the bundle's block.
    relay::BlockEvidence evidence(const relay::TrackedBundle& bundle, std::size_t target_account, std::size_t lane_account);

private:
    Signed sign(std::size_t account, std::uint64_t nonce, std::uint64_t priority_fee, const Bytes20& to, Bytes data);
    std::string listening_port(const std::string& log, std::string_view before);
    std::uint64_t nonce_of(std::size_t account, std::uint64_t block);
    std::optional<relay::ReceiptEvidence> receipt(const Bytes32& hash);
    relay_sim::Node& connect(const std::string& url);

    boost::asio::io_context io_;
    TempDir dir_;
    std::string problem_;
    std::vector<std::unique_ptr<Child>> children_;
    std::vector<std::string> urls_;
    std::unique_ptr<relay_sim::Node> node_;
    std::vector<std::unique_ptr<relay_sim::Node>> control_;
};

} // namespace jitbox::test
