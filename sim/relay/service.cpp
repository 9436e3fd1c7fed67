// The relay's methods: from a request body to an answer.
// SPDX-License-Identifier: Apache-2.0
#include "service.hpp"

#include "base/hex.hpp"
#include "chain/u256.hpp"
#include "flashbots_signature.hpp"
#include "simulation.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace jitbox::relay_sim {
namespace {

namespace json = boost::json;

constexpr int invalid_request = -32600;
constexpr int method_not_found = -32601;
constexpr int invalid_params = -32602;
constexpr int server_error = -32000;

bool is_block_fault(FaultMode mode) {
    return mode == FaultMode::partial || mode == FaultMode::drop;
}

json::object result_json(const TransactionResult& transaction, std::uint64_t base_fee_wei) {
    json::object out{{"txHash", to_hex(transaction.hash)},
                     {"fromAddress", chain::to_checksum(transaction.from)},
                     {"toAddress", transaction.to ? json::value(chain::to_checksum(*transaction.to)) : json::value()},
                     {"gasUsed", transaction.gas_used},
                     {"gasPrice", chain::to_decimal(transaction.priority_fee_wei + base_fee_wei)},
                     {"gasFees", chain::to_decimal(transaction.priority_fee_wei * transaction.gas_used)},
                     {"ethSentToCoinbase", chain::to_decimal(transaction.sent_to_coinbase_wei)}};
    if (!transaction.success) out["error"] = transaction.error;
    return out;
}

json::array fates_json(const std::vector<BundleFate>& fates) {
    json::array out;
    for (const BundleFate& fate : fates)
        out.push_back(json::object{{"bundleHash", to_hex(fate.hash)},
                                   {"replacementUuid", fate.replacement_uuid},
                                   {"included", fate.included},
                                   {"reason", fate.reason}});
    return out;
}

json::object block_json(const BuiltBlock& block) {
    return {{"number", block.number},
            {"hash", to_hex(block.hash)},
            {"transactions", block.transactions},
            {"bundles", fates_json(block.bundles)}};
}

Reply reply_with(const json::value& id, const json::object& part, unsigned http_status = 200) {
    json::object body{{"jsonrpc", "2.0"}, {"id", id}};
    body.insert(part.begin(), part.end());
    return {http_status, json::serialize(body), {}, false};
}

json::object error_part(int code, const std::string& message) {
    return {{"error", json::object{{"code", code}, {"message", message}}}};
}

} // namespace

Service::Service(std::unique_ptr<Node> node, ServiceOptions options, EventLine log)
    : node_(std::move(node)), options_(options), log_(std::move(log)), fault_(options.fault) {}

Fault Service::use_fault(bool for_block) {
    const std::scoped_lock lock(mutex_);
    if (fault_.mode == FaultMode::none || is_block_fault(fault_.mode) != for_block) return {};
    const Fault current = fault_;
    if (fault_.count > 0) {
        --fault_.count;
        if (fault_.count == 0) fault_ = {};
    }
    return current;
}

Reply Service::handle(std::string_view body, std::string_view signature_header) {
    boost::system::error_code bad_json;
    const json::value request = json::parse(body, bad_json);
    if (bad_json || !request.is_object()) return reply_with(nullptr, error_part(-32700, "the body is no JSON object"), 400);
    const json::object& object = request.get_object();
    const json::value id = object.contains("id") ? object.at("id") : json::value();
    const json::value* method = object.if_contains("method");
    const json::value* params = object.if_contains("params");
    if (method == nullptr || !method->is_string()) return reply_with(id, error_part(invalid_request, "method is missing"), 400);
    const std::string_view name(method->get_string());

    const Fault fault = name.starts_with("sim_") ? Fault{} : use_fault(false);
    if (fault.mode == FaultMode::hang) return {200, {}, {}, true};
    if (fault.mode == FaultMode::error) return reply_with(id, error_part(server_error, "fault error: told to refuse"));
    if (fault.mode == FaultMode::http_error) return {500, "fault http_error", {}, false};
    if (fault.mode == FaultMode::malformed) return {200, "{\"jsonrpc\": \"2.0\", \"result\": {\"bundleHash\": 12", {}, false};

    const Outcome outcome =
        dispatch(name, params != nullptr && params->is_array() ? params->get_array() : json::array{}, body, signature_header);
    Reply reply = outcome ? reply_with(id, json::object{{"result", *outcome}})
                          : reply_with(id, error_part(outcome.error().code, outcome.error().message), outcome.error().http_status);
    if (!outcome) log_({{"event", "refused"}, {"method", name}, {"why", outcome.error().message}});
    if (fault.mode == FaultMode::slow) reply.delay = fault.delay;
    return reply;
}

Service::Outcome Service::dispatch(std::string_view method, const json::array& params, std::string_view body,
                                   std::string_view header) {
    if (method == "sim_setFault") return set_fault(params);
    if (method == "sim_status") return status();
    if (method == "sim_buildBlock") {
        const auto block = build_block();
        if (!block) return std::unexpected(Failure{server_error, block.error().text()});
        return json::value(block_json(*block));
    }
    const bool known = method == "eth_sendBundle" || method == "eth_callBundle" || method == "eth_cancelBundle";
    if (!known) return std::unexpected(Failure{method_not_found, fmt::format("the method {} is not offered here", method)});
    const auto signer = verify_signature_header(header, body);
    if (!signer) return std::unexpected(Failure{invalid_request, signer.error().what, 403});
    if (params.empty()) return std::unexpected(Failure{invalid_params, "params: one object is needed"});
    if (method == "eth_sendBundle") return send_bundle(params[0], *signer);
    if (method == "eth_callBundle") return call_bundle(params[0]);
    return cancel_bundle(params[0], *signer);
}

Service::Outcome Service::send_bundle(const json::value& parameter, const chain::Address& signer) {
    auto bundle = parse_bundle(parameter);
    if (!bundle) return std::unexpected(Failure{invalid_params, bundle.error().what});
    bundle->signer = signer;
    const Bytes32 hash = bundle->hash();
    json::object line{{"event", "bundle"},
                      {"hash", to_hex(hash)},
                      {"block", bundle->block_number},
                      {"transactions", bundle->transactions.size()},
                      {"uuid", bundle->replacement_uuid}};
    {
        const std::scoped_lock lock(mutex_);
        line["replaced"] = pool_.add(std::move(*bundle));
    }
    log_(line);
    return json::object{{"bundleHash", to_hex(hash)}};
}

Service::Outcome Service::call_bundle(const json::value& parameter) {
    const auto bundle = parse_bundle(parameter);
    if (!bundle) return std::unexpected(Failure{invalid_params, bundle.error().what});
    const auto block = next_block(*node_, options_.slot_seconds);
    if (!block) return std::unexpected(Failure{server_error, block.error().text()});
    const auto result = simulate(*node_, *block, bundle->transactions);
    if (!result) return std::unexpected(Failure{server_error, result.error().text()});
    if (result->transactions.empty()) return std::unexpected(Failure{server_error, result->error});

    json::array results;
    chain::u256 fees = 0;
    chain::u256 sent = 0;
    for (const TransactionResult& transaction : result->transactions) {
        results.push_back(result_json(transaction, block->base_fee_wei));
        fees += transaction.priority_fee_wei * transaction.gas_used;
        sent += transaction.sent_to_coinbase_wei;
    }
    const std::uint64_t gas = result->gas_used();
    return json::object{{"bundleHash", to_hex(bundle->hash())},
                        {"bundleGasPrice", chain::to_decimal(gas == 0 ? 0 : result->coinbase_wei() / gas)},
                        {"coinbaseDiff", chain::to_decimal(result->coinbase_wei())},
                        {"ethSentToCoinbase", chain::to_decimal(sent)},
                        {"gasFees", chain::to_decimal(fees)},
                        {"totalGasUsed", gas},
                        {"stateBlockNumber", block->number - 1},
                        {"results", std::move(results)}};
}

Service::Outcome Service::cancel_bundle(const json::value& parameter, const chain::Address& signer) {
    const json::value* uuid = parameter.is_object() ? parameter.get_object().if_contains("replacementUuid") : nullptr;
    if (uuid == nullptr || !uuid->is_string()) return std::unexpected(Failure{invalid_params, "replacementUuid: missing"});
    std::size_t cancelled = 0;
    {
        const std::scoped_lock lock(mutex_);
        cancelled = pool_.cancel(signer, std::string(uuid->get_string()));
    }
    log_({{"event", "cancelled"}, {"uuid", *uuid}, {"bundles", cancelled}});
    return json::value(cancelled > 0);
}

Service::Outcome Service::set_fault(const json::array& params) {
    const auto fault = params.empty() ? Result<Fault>(fail("fault: params are missing")) : parse_fault(params[0]);
    if (!fault) return std::unexpected(Failure{invalid_params, fault.error().text()});
    {
        const std::scoped_lock lock(mutex_);
        fault_ = *fault;
    }
    log_({{"event", "fault"}, {"mode", name_of(fault->mode)}});
    return json::value(name_of(fault->mode));
}

Service::Outcome Service::status() {
    const std::scoped_lock lock(mutex_);
    return json::object{{"bundles", pool_.size()}, {"fault", name_of(fault_.mode)}, {"buildsBlocks", options_.builds_blocks}};
}

Result<BuiltBlock> Service::build_block() {
    if (!options_.builds_blocks) return fail("this relay was started with --no-build");
    const std::scoped_lock building(build_mutex_);
    const auto block = next_block(*node_, options_.slot_seconds);
    if (!block) return std::unexpected(block.error());
    const Fault fault = use_fault(true);
    std::vector<Bundle> candidates;
    {
        const std::scoped_lock lock(mutex_);
        candidates = pool_.for_block(block->number, block->timestamp);
        pool_.drop_before(block->number);
    }
    Builder builder(*node_, options_.slot_seconds);
    if (fault.mode == FaultMode::drop) candidates.clear();
    const auto only_first = fault.mode == FaultMode::partial ? std::optional(fault.transactions) : std::nullopt;
    auto built = builder.build(std::move(candidates), only_first);
    if (built) {
        json::object line = block_json(*built);
        line["event"] = "block";
        log_(line);
    }
    return built;
}

} // namespace jitbox::relay_sim
