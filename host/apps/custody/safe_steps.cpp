// From proposal to execution.
// SPDX-License-Identifier: Apache-2.0
#include "apps/custody/safe_steps.hpp"

#include "apps/custody/appliance_hold.hpp"
#include "apps/custody/safe_files.hpp"
#include "apps/custody/safe_node.hpp"
#include "base/file.hpp"
#include "base/hex.hpp"
#include "chain/abi.hpp"
#include "chain/u256.hpp"
#include "safe/actions.hpp"
#include "signer/config.hpp"
#include "signer/hsm_token.hpp"

#include <boost/json.hpp>

#include <cstdio>
#include <iostream>
#include <memory>
#include <utility>

namespace jitbox::apps {
namespace {

namespace json = boost::json;
using chain::Address;

Result<Address> address_option(const char* option, const std::string& text) {
    auto address = chain::parse_address(text);
    if (!address) return fail(std::string(option) + ": " + address.error().what, address.error().hint);
    return address;
}

/// Reads, recomputes the hash, applies the policy: the first thing that every step does with a file.
Result<safe::Proposal> checked_proposal(const SafeOptions& options) {
    const auto executor = address_option("--executor", options.executor);
    if (!executor) return std::unexpected(executor.error());
    auto proposal = read_proposal(options.file);
    if (!proposal) return proposal;
    if (auto ok = safe::check_policy(*proposal, *executor); !ok) return std::unexpected(ok.error());
    return proposal;
}

void print_proposal(const safe::Proposal& proposal, bool as_json) {
    if (as_json) {
        std::printf("%s\n", safe::to_json(proposal).c_str());
        return;
    }
    const auto action = safe::decode_action(proposal.transaction.data);
    std::printf("chain        %llu\n", static_cast<unsigned long long>(proposal.chain_id));
    std::printf("safe         %s\n", chain::to_checksum(proposal.safe).c_str());
    std::printf("executor     %s\n", chain::to_checksum(proposal.transaction.to).c_str());
    std::printf("nonce        %s\n", chain::to_decimal(proposal.transaction.nonce).c_str());
    std::printf("action       %s\n", action ? action->in_words().c_str() : action.error().what.c_str());
    std::printf("safeTxHash   %s   (computed here; compare it with your signing device)\n",
                to_hex(safe::hash_of(proposal)).c_str());
    for (const safe::OwnerSignature& signature : proposal.signatures)
        std::printf("signed by    %s\n", chain::to_checksum(signature.owner).c_str());
}

Result<safe::Proposal> prepare(const SafeOptions& options, NodeSession& node) {
    const auto safe_address = address_option("--safe", options.safe);
    const auto executor = address_option("--executor", options.executor);
    if (!safe_address) return std::unexpected(safe_address.error());
    if (!executor) return std::unexpected(executor.error());
    auto calldata = safe::encode_action(options.action, options.arguments);
    if (calldata && options.announce) calldata = safe::announce(*calldata);
    if (!calldata) return std::unexpected(calldata.error());
    const auto chain_id = node.chain_id();
    if (!chain_id) return std::unexpected(chain_id.error());
    const auto state = safe_state(node, *safe_address);
    if (!state) return std::unexpected(state.error());
    safe::Proposal out;
    out.chain_id = *chain_id;
    out.safe = *safe_address;
    out.transaction.to = *executor;
    out.transaction.data = std::move(*calldata);
    out.transaction.nonce = options.nonce ? chain::u256(*options.nonce) : state->nonce;
    return out;
}

/// An announcement changes no right; everything else does, or moves what the appliance works with.
bool changes_what_is_armed(const safe::DecodedAction& action) {
    return !action.announced && action.action.name != "cancel";
}

Result<void> hold_appliance(const SafeOptions& options, const safe::DecodedAction& action) {
    if (!changes_what_is_armed(action) || options.no_appliance) return {};
    const auto state = disarm_appliance(options.control_socket, "the Safe executes " + action.in_words());
    if (!state)
        return fail("safe: the appliance could not be disarmed, nothing was sent: " + state.error().what,
                    "start jitd, name its socket with --socket, or say --no-appliance when none runs with this executor");
    if (!options.as_json) std::printf("appliance    %s\n", state->c_str());
    return {};
}

Result<void> check_node(NodeSession& node, const safe::Proposal& proposal) {
    const auto chain_id = node.chain_id();
    if (!chain_id) return std::unexpected(chain_id.error());
    if (*chain_id != proposal.chain_id)
        return fail("safe: the proposal is for chain " + std::to_string(proposal.chain_id) + ", the node is on " +
                    std::to_string(*chain_id));
    const auto state = safe_state(node, proposal.safe);
    if (!state) return std::unexpected(state.error());
    return safe::check_ready(proposal, *state);
}

} // namespace

Result<void> check_inputs(const SafeOptions& options, SafeInputs what) {
    if (what.action)
        if (const auto call = safe::encode_action(options.action, options.arguments); !call) return std::unexpected(call.error());
    if (what.key)
        if (auto one = check_source(options.key); !one) return one;
    if (!options.file.empty()) {
        const auto text = read_file(options.file);
        if (!text) return std::unexpected(text.error());
        if (const auto read = safe::check_form(*text); !read)
            return fail(options.file + ": " + read.error().what, read.error().hint);
    }
    for (const std::string& file : options.signature_files)
        if (const auto signature = read_signature(file); !signature) return std::unexpected(signature.error());
    return {};
}

Result<void> safe_propose(const SafeOptions& options) {
    const auto node = NodeSession::open(options.node);
    if (!node) return std::unexpected(node.error());
    const auto proposal = prepare(options, **node);
    if (!proposal) return std::unexpected(proposal.error());
    if (auto ok = compare_with_chain(**node, *proposal); !ok) return ok;
    if (auto ok = write_text(options.out, safe::to_json(*proposal) + "\n"); !ok) return ok;
    print_proposal(*proposal, options.as_json);
    return {};
}

Result<void> safe_show(const SafeOptions& options) {
    const auto proposal = checked_proposal(options);
    if (!proposal) return std::unexpected(proposal.error());
    print_proposal(*proposal, options.as_json);
    return {};
}

Result<void> safe_sign(const SafeOptions& options) {
    const auto proposal = checked_proposal(options);
    if (!proposal) return std::unexpected(proposal.error());
    const Bytes32 hash = safe::hash_of(*proposal);
    if (!options.expected_hash.empty() && options.expected_hash != to_hex(hash))
        return fail("safe: the proposal's safeTxHash is " + to_hex(hash) + ", expected was " + options.expected_hash,
                    "this is not the proposal that you were told about");
    const auto key = open_key(options.key);
    if (!key) return std::unexpected(key.error().error);
    const auto signature = sign_hash(**key, hash);
    if (!signature) return std::unexpected(signature.error());
    if (auto ok = write_text(options.out, signature_json(*signature, hash) + "\n"); !ok) return ok;
    if (options.as_json) {
        std::printf("%s\n", signature_json(*signature, hash).c_str());
        return {};
    }
    print_proposal(*proposal, false);
    std::printf("signature of %s written to %s\n", chain::to_checksum(signature->owner).c_str(), options.out.c_str());
    return {};
}

Result<void> safe_collect(const SafeOptions& options) {
    auto proposal = checked_proposal(options);
    if (!proposal) return std::unexpected(proposal.error());
    for (const std::string& file : options.signature_files) {
        const auto signature = read_signature(file);
        if (!signature) return std::unexpected(signature.error());
        if (auto ok = safe::add_signature(*proposal, *signature); !ok) return fail(file + ": " + ok.error().what, ok.error().hint);
    }
    if (auto ok = write_text(options.file, safe::to_json(*proposal) + "\n"); !ok) return ok;
    print_proposal(*proposal, options.as_json);
    return {};
}

Result<void> safe_execute(const SafeOptions& options) {
    const auto proposal = checked_proposal(options);
    if (!proposal) return std::unexpected(proposal.error());
    const auto action = safe::decode_action(proposal->transaction.data);
    if (!action) return std::unexpected(action.error());
    const auto node = NodeSession::open(options.node);
    if (!node) return std::unexpected(node.error());
    if (auto ok = check_node(**node, *proposal); !ok) return ok;
    const auto key = open_key(options.key);
    if (!key) return std::unexpected(key.error().error);
    if (auto ok = hold_appliance(options, *action); !ok) return ok;
    const auto hash = execute_proposal(**node, *proposal, **key);
    if (!hash) return std::unexpected(hash.error());
    if (options.as_json)
        std::printf("%s\n", json::serialize(json::object{{"transaction", to_hex(*hash)}, {"action", action->in_words()}}).c_str());
    else
        std::printf("action       %s\nexecuted in  %s\n", action->in_words().c_str(), to_hex(*hash).c_str());
    return {};
}

Result<void> safe_status(const SafeOptions& options) {
    const auto address = address_option("--safe", options.safe);
    if (!address) return std::unexpected(address.error());
    const auto node = NodeSession::open(options.node);
    if (!node) return std::unexpected(node.error());
    const auto state = safe_state(**node, *address);
    if (!state) return std::unexpected(state.error());
    const auto guard = safe_guard(**node, *address);
    if (!guard) return std::unexpected(guard.error());
    const auto modules = safe_modules(**node, *address);
    if (!modules) return std::unexpected(modules.error());
    if (options.as_json) {
        const auto list = [](const std::vector<Address>& addresses) {
            json::array out;
            for (const Address& one : addresses) out.push_back(json::value(chain::to_checksum(one)));
            return out;
        };
        const json::object out{{"safe", chain::to_checksum(*address)},
                               {"threshold", state->threshold},
                               {"owners", list(state->owners)},
                               {"modules", list(*modules)},
                               {"nonce", chain::to_decimal(state->nonce)},
                               {"guard", chain::to_checksum(*guard)}};
        std::printf("%s\n", json::serialize(out).c_str());
        return {};
    }
    std::printf("threshold    %zu of %zu\nnonce        %s\nguard        %s\n", state->threshold, state->owners.size(),
                chain::to_decimal(state->nonce).c_str(),
                chain::is_zero(*guard) ? "none: a delegatecall would not be refused on chain" : chain::to_checksum(*guard).c_str());
    for (const Address& module : *modules)
        std::printf("module       %s moves the Safe without its owners' signatures\n", chain::to_checksum(module).c_str());
    for (const Address& owner : state->owners) std::printf("owner        %s\n", chain::to_checksum(owner).c_str());
    return {};
}

Result<void> safe_hash(const SafeOptions& /*options*/) {
    std::string line;
    for (std::size_t number = 1; std::getline(std::cin, line); ++number) {
        const auto computed = safe::hash_of_fields(line);
        if (!computed) return fail("line " + std::to_string(number) + ": " + computed.error().what);
        std::printf("%s\n", to_hex(*computed).c_str());
    }
    return {};
}

Result<void> safe_owner(const SafeOptions& options) {
    if (options.generate) {
        auto pin = signer::read_pin_file(options.key.pin_file);
        if (!pin) return std::unexpected(pin.error());
        const auto made = signer::generate_missing_keys(
            {.module = options.key.module, .token = options.key.token, .key_labels = {options.key.label}, .pin = std::move(*pin)});
        if (!made) return std::unexpected(made.error());
    }
    const auto key = open_key(options.key);
    if (!key) return std::unexpected(key.error().error);
    const std::string address = chain::to_checksum((*key)->address());
    if (options.as_json)
        std::printf("%s\n", json::serialize(json::object{{"address", address}}).c_str());
    else
        std::printf("%s\n", address.c_str());
    return {};
}

Result<void> safe_actions(const SafeOptions& options) {
    json::array list;
    for (const safe::Action& action : safe::owner_actions()) {
        json::array arguments;
        for (const safe::Argument& argument : action.arguments)
            arguments.push_back(json::object{{"type", argument.type}, {"name", argument.name}});
        const bool announce = action.announce == safe::Announce::may_be_needed;
        if (!options.as_json)
            std::printf("%-70s %s%s\n", action.signature().c_str(), std::string(action.meaning).c_str(),
                        announce ? " (may have to be announced)" : "");
        list.push_back(json::object{{"name", action.name},
                                    {"signature", action.signature()},
                                    {"selector", to_hex(chain::selector_of(action.signature()))},
                                    {"arguments", std::move(arguments)},
                                    {"announce", announce},
                                    {"meaning", action.meaning}});
    }
    if (options.as_json) std::printf("%s\n", json::serialize(list).c_str());
    return {};
}

} // namespace jitbox::apps
