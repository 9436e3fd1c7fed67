// Operators out and in, as proposals.
// SPDX-License-Identifier: Apache-2.0
#include "apps/custody/safe_rotation.hpp"

#include "apps/custody/safe_files.hpp"
#include "apps/custody/safe_node.hpp"
#include "base/hex.hpp"
#include "chain/abi.hpp"
#include "safe/actions.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <set>
#include <utility>

namespace jitbox::apps {
namespace {

namespace json = boost::json;
using chain::Address;
using chain::u256;

Result<u256> number(NodeSession& node, const Address& executor, const Bytes& calldata, const char* what) {
    const auto answer = node.call(executor, calldata);
    if (!answer) return std::unexpected(answer.error());
    chain::AbiReader in(*answer);
    const u256 out = in.uint(what);
    if (auto ok = in.finish(); !ok)
        return fail("rotation: " + ok.error().what, "is " + chain::to_checksum(executor) + " the executor?");
    return out;
}

Result<void> check_accounts(const RotationRequest& request) {
    std::set<Address> seen;
    for (const auto* list : {&request.take, &request.give})
        for (const Address& account : *list)
            if (!seen.insert(account).second)
                return fail("rotation: " + chain::to_checksum(account) + " is named twice", "an account is either taken or given");
    return {};
}

/// What the executor has to be told, in order.
class Planner {
public:
    Planner(NodeSession& node, const RotationRequest& request) : node_(node), request_(request) {}

    Result<void> plan() {
        for (const Address& account : request_.take)
            if (auto ok = take(account); !ok) return ok;
        for (const Address& account : request_.give)
            if (auto ok = give(account); !ok) return ok;
        return {};
    }

    std::vector<Bytes> calls;
    std::vector<std::string> remarks;

private:
    Result<bool> is_operator(const Address& account) {
        const auto found =
            number(node_, request_.executor, chain::AbiWriter(chain::selector_of("isOperator(address)")).address(account).take(),
                   "isOperator");
        if (!found) return std::unexpected(found.error());
        return *found != 0;
    }

    Result<void> take(const Address& account) {
        const auto is = is_operator(account);
        if (!is) return std::unexpected(is.error());
        if (!*is) {
            remarks.push_back(chain::to_checksum(account) + " is no operator");
            return {};
        }
        return add(safe::encode_action("setOperator", {chain::to_checksum(account), "false"}));
    }

    Result<void> give(const Address& account) {
        const auto is = is_operator(account);
        if (!is) return std::unexpected(is.error());
        if (*is) {
            remarks.push_back(chain::to_checksum(account) + " is an operator already");
            return {};
        }
        auto call = safe::encode_action("setOperator", {chain::to_checksum(account), "true"});
        if (!call) return std::unexpected(call.error());
        const auto ready =
            number(node_, request_.executor,
                   chain::AbiWriter(chain::selector_of("readyAt(bytes32)")).word(safe::call_id_of(*call)).take(), "readyAt");
        const auto delay =
            number(node_, request_.executor, chain::AbiWriter(chain::selector_of("LOOSEN_DELAY_S()")).take(), "delay");
        const auto head = node_.latest_head();
        if (!ready) return std::unexpected(ready.error());
        if (!delay) return std::unexpected(delay.error());
        if (!head) return std::unexpected(head.error());
        if (*delay == 0 || (*ready != 0 && *ready <= head->timestamp)) return add(std::move(call));
        if (*ready == 0) return add(safe::announce(*call));
        remarks.push_back(fmt::format("{} is announced and may be given in {} s", chain::to_checksum(account),
                                      chain::to_decimal(*ready - head->timestamp)));
        return {};
    }

    Result<void> add(Result<Bytes> call) {
        if (!call) return std::unexpected(call.error());
        calls.push_back(std::move(*call));
        return {};
    }

    NodeSession& node_;
    const RotationRequest& request_;
};

Result<RotationProposal> write(NodeSession& node, const safe::Proposal& proposal, const std::string& directory,
                               std::size_t number) {
    if (auto ok = compare_with_chain(node, proposal); !ok) return std::unexpected(ok.error());
    const auto action = safe::decode_action(proposal.transaction.data);
    if (!action) return std::unexpected(action.error());
    RotationProposal out{.file = (std::filesystem::path(directory) / fmt::format("rotation-{:02}.json", number)).string(),
                         .words = action->in_words(),
                         .hash = safe::hash_of(proposal)};
    if (auto ok = write_text(out.file, safe::to_json(proposal) + "\n"); !ok) return std::unexpected(ok.error());
    return out;
}

Result<Rotation> write_all(NodeSession& node, const RotationRequest& request, Planner planner) {
    const auto chain_id = node.chain_id();
    if (!chain_id) return std::unexpected(chain_id.error());
    const auto state = safe_state(node, request.safe);
    if (!state) return std::unexpected(state.error());
    Rotation out{.proposals = {}, .remarks = std::move(planner.remarks)};
    for (Bytes& call : planner.calls) {
        safe::Proposal proposal{.chain_id = *chain_id, .safe = request.safe, .transaction = {}, .signatures = {}};
        proposal.transaction.to = request.executor;
        proposal.transaction.data = std::move(call);
        proposal.transaction.nonce = state->nonce + out.proposals.size();
        auto written = write(node, proposal, request.directory, out.proposals.size() + 1);
        if (!written) return std::unexpected(written.error());
        out.proposals.push_back(std::move(*written));
    }
    return out;
}

Result<std::vector<Address>> addresses(const char* option, const std::vector<std::string>& texts) {
    std::vector<Address> out;
    for (const std::string& text : texts) {
        const auto address = chain::parse_address(text);
        if (!address) return fail(std::string(option) + ": " + address.error().what, address.error().hint);
        out.push_back(*address);
    }
    return out;
}

void print(const Rotation& rotation, bool as_json) {
    if (!as_json) {
        for (const RotationProposal& proposal : rotation.proposals)
            std::printf("%s\n    %s\n    safeTxHash %s\n", proposal.file.c_str(), proposal.words.c_str(),
                        to_hex(proposal.hash).c_str());
        for (const std::string& remark : rotation.remarks) std::printf("no proposal: %s\n", remark.c_str());
        return;
    }
    json::array proposals;
    for (const RotationProposal& proposal : rotation.proposals)
        proposals.push_back(
            json::object{{"file", proposal.file}, {"action", proposal.words}, {"safeTxHash", to_hex(proposal.hash)}});
    json::array remarks;
    for (const std::string& remark : rotation.remarks) remarks.push_back(json::value(remark));
    std::printf("%s\n",
                json::serialize(json::object{{"proposals", std::move(proposals)}, {"remarks", std::move(remarks)}}).c_str());
}

} // namespace

Result<Rotation> propose_rotation(const RotationRequest& request) {
    if (auto ok = check_accounts(request); !ok) return std::unexpected(ok.error());
    const auto node = NodeSession::open(request.node);
    if (!node) return std::unexpected(node.error());
    Planner planner(**node, request);
    if (auto ok = planner.plan(); !ok) return std::unexpected(ok.error());
    if (planner.calls.empty()) {
        std::string why;
        for (const std::string& remark : planner.remarks) why += (why.empty() ? "" : "; ") + remark;
        return fail("rotation: nothing to propose: " + (why.empty() ? "no account was named" : why));
    }
    std::error_code error;
    std::filesystem::create_directories(request.directory, error);
    if (error) return fail("rotation: " + request.directory + ": " + error.message());
    return write_all(**node, request, std::move(planner));
}

Result<void> safe_rotate(const SafeOptions& options) {
    const auto safe_address = addresses("--safe", {options.safe});
    const auto executor = addresses("--executor", {options.executor});
    auto take = addresses("--take", options.take);
    auto give = addresses("--give", options.give);
    if (!safe_address) return std::unexpected(safe_address.error());
    if (!executor) return std::unexpected(executor.error());
    if (!take) return std::unexpected(take.error());
    if (!give) return std::unexpected(give.error());
    const auto rotation = propose_rotation({.node = options.node,
                                            .safe = safe_address->front(),
                                            .executor = executor->front(),
                                            .take = std::move(*take),
                                            .give = std::move(*give),
                                            .directory = options.out});
    if (!rotation) return std::unexpected(rotation.error());
    print(*rotation, options.as_json);
    return {};
}

} // namespace jitbox::apps
