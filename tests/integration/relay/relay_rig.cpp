// Processes and chain of the relay tests.
// SPDX-License-Identifier: Apache-2.0
#include "relay_rig.hpp"

#include "base/hex.hpp"
#include "chain/keccak.hpp"
#include "chain/transaction.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

extern char** environ;

namespace jitbox::test {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

// Accounts 0..3 of anvil's default mnemonic ("test test ... junk"): known to everybody, money of nobody.
constexpr std::array<std::string_view, 4> secrets{"ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
                                                  "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
                                                  "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
                                                  "7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6"};

Bytes32 secret_of(std::size_t account) {
    return *fixed_from_hex<32>(secrets.at(account));
}

std::string read_text(const std::string& path) {
    std::ostringstream out;
    out << std::ifstream(path).rdbuf();
    return out.str();
}

std::uint64_t number(const json::value& object, std::string_view field) {
    return *relay_sim::quantity_of(object, field);
}

Bytes32 hash_member(const json::value& object, std::string_view field) {
    return *fixed_from_hex<32>(std::string_view(object.at(field).as_string()));
}

} // namespace

Child::Child(const std::vector<std::string>& arguments, const std::string& output) {
    std::vector<char*> raw;
    raw.reserve(arguments.size() + 1);
    for (const std::string& argument : arguments) raw.push_back(const_cast<char*>(argument.c_str()));
    raw.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    if (posix_spawn(&pid_, raw[0], &actions, nullptr, raw.data(), environ) != 0) pid_ = -1;
    posix_spawn_file_actions_destroy(&actions);
}

Child::~Child() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
}

RelayRig::RelayRig() {
    const std::string anvil = std::string(JITBOX_SOURCE_DIR) + "/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil";
    if (access(anvil.c_str(), X_OK) != 0) {
        problem_ = "anvil is not installed: run './run setup'";
        return;
    }
    children_.push_back(std::make_unique<Child>(
        std::vector<std::string>{anvil, "--no-mining", "--order", "fifo", "--port", "0", "--host", "127.0.0.1"},
        dir_.file("anvil")));
    const std::string port = listening_port(dir_.file("anvil"), "Listening on 127.0.0.1:");
    if (port.empty()) return;
    const std::string node_url = "http://127.0.0.1:" + port;
    node_ = std::move(*relay_sim::Node::create(node_url));
    for (const bool builds : {true, false}) {
        const std::string log = dir_.file("relay" + std::to_string(urls_.size()));
        std::vector<std::string> arguments{JITBOX_RELAY_SIM, "--node", node_url, "--listen", "127.0.0.1:0", "--die-with-parent"};
        if (!builds) arguments.emplace_back("--no-build");
        children_.push_back(std::make_unique<Child>(arguments, log));
        const std::string relay_port = listening_port(log, "\"port\":");
        if (relay_port.empty()) return;
        urls_.push_back("http://127.0.0.1:" + relay_port);
        control_.push_back(std::move(*relay_sim::Node::create(urls_.back())));
    }
}

std::string RelayRig::listening_port(const std::string& log, std::string_view before) {
    for (int i = 0; i < 300; ++i, std::this_thread::sleep_for(100ms)) {
        const std::string text = read_text(log);
        const std::size_t at = text.find(before);
        if (at == std::string::npos) continue;
        const std::size_t start = at + before.size();
        const std::size_t end = text.find_first_not_of("0123456789", start);
        if (end != std::string::npos) return text.substr(start, end - start);
    }
    problem_ = "not listening after 30 s: " + read_text(log);
    return {};
}

json::value RelayRig::node(std::string_view method, json::array params) {
    auto result = node_->call(method, std::move(params));
    if (!result) throw std::runtime_error(result.error().text());
    return std::move(*result);
}

json::value RelayRig::build() {
    auto result = control_.at(0)->call("sim_buildBlock");
    if (!result) throw std::runtime_error(result.error().text());
    return std::move(*result);
}

void RelayRig::fault(std::size_t relay, json::object fault) {
    if (auto result = control_.at(relay)->call("sim_setFault", {std::move(fault)}); !result)
        throw std::runtime_error(result.error().text());
}

std::uint64_t RelayRig::head() {
    return number(node("eth_getBlockByNumber", {"latest", false}), "number");
}

std::vector<Bytes32> RelayRig::block_transactions(std::uint64_t number) {
    const json::value block = node("eth_getBlockByNumber", {relay_sim::quantity(number), false});
    std::vector<Bytes32> out;
    for (const json::value& hash : block.at("transactions").as_array())
        out.push_back(*fixed_from_hex<32>(std::string_view(hash.as_string())));
    return out;
}

std::uint64_t RelayRig::nonce_of(std::size_t account, std::uint64_t block) {
    const Bytes20 address = *chain::address_of_software_key(secret_of(account));
    const json::value nonce = node("eth_getTransactionCount", {to_hex(address), relay_sim::quantity(block)});
    return static_cast<std::uint64_t>(*chain::parse_u256(std::string_view(nonce.as_string())));
}

Signed RelayRig::sign(std::size_t account, std::uint64_t nonce, std::uint64_t priority_fee, const Bytes20& to, Bytes data) {
    const chain::Eip1559Transaction transaction{.chain_id = 31337,
                                                .nonce = nonce_of(account, head()) + nonce,
                                                .max_priority_fee_per_gas = priority_fee,
                                                .max_fee_per_gas = 100'000'000'000,
                                                .gas_limit = 100'000,
                                                .to = to,
                                                .value = data.empty() ? chain::u256{1} : chain::u256{0},
                                                .data = std::move(data)};
    const auto signature = chain::sign_with_software_key(secret_of(account), chain::signing_hash(transaction));
    Signed out;
    out.raw = chain::encode_signed(transaction, *signature);
    out.hash = chain::keccak256(BytesView(out.raw));
    out.nonce = transaction.nonce;
    return out;
}

Signed RelayRig::transfer(std::size_t account, std::uint64_t nonce, std::uint64_t priority_fee) {
    Bytes20 to{};
    to.fill(0x99);
    return sign(account, nonce, priority_fee, to, {});
}

Signed RelayRig::failing(std::size_t account, std::uint64_t nonce) {
    Bytes20 pairing{}; // the precompile refuses input of a wrong length (EIP-197)
    pairing.back() = 8;
    return sign(account, nonce, 1'000'000'000, pairing, {0});
}

void RelayRig::publish(const Signed& transaction) {
    node("eth_sendRawTransaction", {to_hex(transaction.raw)});
}

relay::TrackedBundle RelayRig::tracked(const Signed& mint, const Signed& target, std::size_t target_account, const Signed& burn,
                                       std::size_t lane_account) {
    relay::TrackedBundle out;
    out.uuid = "u";
    out.mint_nonce = mint.nonce;
    out.target_block = head() + 1;
    out.parent_hash = hash_member(node("eth_getBlockByNumber", {"latest", false}), "hash");
    out.lane_address = *chain::address_of_software_key(secret_of(lane_account));
    out.mint_hash = mint.hash;
    out.target_hash = target.hash;
    out.burn_hash = burn.hash;
    out.burn_raw = burn.raw;
    out.max_fee_per_gas_wei = 100'000'000'000;
    out.target_sender = *chain::address_of_software_key(secret_of(target_account));
    out.target_nonce = target.nonce;
    out.target_max_fee_per_gas_wei = 100'000'000'000;
    return out;
}

std::optional<relay::ReceiptEvidence> RelayRig::receipt(const Bytes32& hash) {
    const json::value found = node("eth_getTransactionReceipt", {to_hex(hash)});
    if (!found.is_object()) return std::nullopt;
    return relay::ReceiptEvidence{.block_number = number(found, "blockNumber"),
                                  .success = number(found, "status") == 1,
                                  .gas_used = number(found, "gasUsed"),
                                  .effective_gas_price_wei = number(found, "effectiveGasPrice"),
                                  .logs = {}};
}

relay::BlockEvidence RelayRig::evidence(const relay::TrackedBundle& bundle, std::size_t target_account, std::size_t lane_account) {
    const json::value block = node("eth_getBlockByNumber", {relay_sim::quantity(bundle.target_block), false});
    relay::BlockEvidence out;
    out.head.number = bundle.target_block;
    out.head.parent_hash = hash_member(block, "parentHash");
    out.head.base_fee_wei = number(block, "baseFeePerGas");
    out.transactions = block_transactions(bundle.target_block);
    out.mint = receipt(bundle.mint_hash);
    out.target = receipt(bundle.target_hash);
    out.burn = receipt(bundle.burn_hash);
    out.target_sender_nonce = nonce_of(target_account, bundle.target_block);
    out.lane_nonce = nonce_of(lane_account, bundle.target_block);
    return out;
}

} // namespace jitbox::test
