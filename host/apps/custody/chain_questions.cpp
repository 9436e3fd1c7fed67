// One batch of questions.
// SPDX-License-Identifier: Apache-2.0
#include "apps/custody/chain_questions.hpp"

#include "base/hex.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace jitbox::apps {
namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds batch_deadline{8000}; // jitctl arm waits for longer

Verdict malformed(const std::string& answer) {
    return {CheckState::failed, "the node's answer is malformed: " + answer.substr(0, 80), "is this an Ethereum node?"};
}

std::optional<json::value> parsed(const std::string& text) {
    boost::system::error_code error;
    json::value value = json::parse(text, error);
    if (error) return std::nullopt;
    return value;
}

std::optional<Bytes> bytes_of(const std::string& text) {
    const auto value = parsed(text);
    if (!value || !value->is_string()) return std::nullopt;
    auto bytes = from_hex(std::string_view(value->get_string()));
    if (!bytes) return std::nullopt;
    return std::move(*bytes);
}

/// A head's number, out of a block object.
std::optional<chain::u256> block_number(const std::string& text) {
    const auto value = parsed(text);
    const json::value* number = value && value->is_object() ? value->get_object().if_contains("number") : nullptr;
    if (number == nullptr || !number->is_string()) return std::nullopt;
    const auto out = chain::parse_u256(std::string_view(number->get_string()));
    if (!out) return std::nullopt;
    return *out;
}

std::string quoted(const std::string& text) {
    return json::serialize(json::value(text));
}

/// A word as a person reads it: an address, or a number.
std::string readable(BytesView word) {
    const bool address = std::ranges::any_of(word.subspan(0, 24), [](std::uint8_t byte) { return byte != 0; });
    if (!address) return chain::to_decimal(chain::from_big_endian(word));
    Bytes20 out{};
    std::ranges::copy(word.subspan(12), out.begin());
    return chain::to_checksum(out);
}

} // namespace

void ChainQuestions::known(std::string name, const Verdict& verdict) {
    checks_.push_back({std::move(name), verdict.state, verdict.what, verdict.hint});
}

void ChainQuestions::add(std::string name, feed::RpcRequest request, Judge judge) {
    asked_.push_back(checks_.size());
    checks_.push_back({.name = std::move(name), .state = CheckState::failed, .what = "not asked", .hint = {}});
    requests_.push_back(std::move(request));
    judges_.push_back(std::move(judge));
}

void ChainQuestions::number(std::string name, std::string method, std::string params, std::function<Verdict(chain::u256)> judge) {
    add(std::move(name), {.method = std::move(method), .params_json = std::move(params)},
        [judge = std::move(judge)](const std::string& text) {
            const auto value = parsed(text);
            const auto number = value && value->is_string() ? chain::parse_u256(std::string_view(value->get_string()))
                                                            : Result<chain::u256>(fail(""));
            return number ? judge(*number) : malformed(text);
        });
}

void ChainQuestions::code(std::string name, const Bytes20& address, std::function<Verdict(BytesView)> judge) {
    add(std::move(name), {.method = "eth_getCode", .params_json = "[" + quoted(to_hex(address)) + R"(,"latest"])"},
        [judge = std::move(judge), address](const std::string& text) {
            const auto code = bytes_of(text);
            if (!code) return malformed(text);
            Verdict out = judge(*code);
            out.what = chain::to_checksum(address) + ": " + out.what;
            return out;
        });
}

void ChainQuestions::call(std::string name, const Bytes20& to, const Bytes& calldata, std::function<Verdict(BytesView)> judge) {
    const std::string params = "[{\"to\":" + quoted(to_hex(to)) + ",\"data\":" + quoted(to_hex(calldata)) + R"(},"latest"])";
    add(std::move(name), {.method = "eth_call", .params_json = params}, [judge = std::move(judge)](const std::string& text) {
        const auto answer = bytes_of(text);
        return answer ? judge(*answer) : malformed(text);
    });
}

void ChainQuestions::word(std::string name, const Bytes20& to, const chain::Selector& selector, const Bytes& argument,
                          Bytes expected) {
    Bytes calldata(selector.begin(), selector.end());
    calldata.insert(calldata.end(), argument.begin(), argument.end());
    call(std::move(name), to, calldata, [expected = std::move(expected)](BytesView answer) {
        if (answer.size() != 32)
            return Verdict{CheckState::failed, "the contract does not answer this", "compare the address and the chain"};
        if (!std::ranges::equal(answer, expected))
            return Verdict{CheckState::failed, "on chain " + readable(answer) + ", expected " + readable(expected),
                           "correct the configuration, or the contract's settings"};
        return Verdict{CheckState::ok, readable(answer), {}};
    });
}

void ChainQuestions::finality(std::uint64_t blocks) {
    const auto head = std::make_shared<std::optional<chain::u256>>();
    add("chain.head", {.method = "eth_getBlockByNumber", .params_json = R"(["latest",false])"}, [head](const std::string& text) {
        *head = block_number(text);
        return *head ? Verdict{CheckState::ok, "block " + chain::to_decimal(**head), {}} : malformed(text);
    });
    add("chain.finality", {.method = "eth_getBlockByNumber", .params_json = R"(["finalized",false])"},
        [head, blocks](const std::string& text) {
            const auto finalised = block_number(text);
            if (!finalised || !*head) return malformed(text);
            const std::string found = fmt::format("finalised block {}, at most {} behind", chain::to_decimal(*finalised), blocks);
            if (*finalised + blocks < **head)
                return Verdict{CheckState::failed, found + ": the chain does not finalise, or the node is not in sync",
                               "look at the node and the chain before arming"};
            return Verdict{CheckState::ok, found, {}};
        });
}

void ChainQuestions::send(feed::RpcClient& rpc, std::function<void(std::vector<ChainCheck>)> done) && {
    rpc.batch(
        std::move(requests_),
        [checks = std::move(checks_), asked = std::move(asked_), judges = std::move(judges_),
         done = std::move(done)](const std::vector<Result<std::string>>& answers) mutable {
            for (std::size_t i = 0; i < answers.size() && i < judges.size(); ++i) {
                const Verdict verdict = answers[i] ? judges[i](*answers[i])
                                                   : Verdict{CheckState::failed, answers[i].error().what, answers[i].error().hint};
                ChainCheck& check = checks[asked[i]];
                check.state = verdict.state;
                check.what = verdict.what;
                check.hint = verdict.hint;
            }
            done(std::move(checks));
        },
        batch_deadline);
}

} // namespace jitbox::apps
