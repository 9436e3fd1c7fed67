// Questions, a window at a time.
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

constexpr std::chrono::milliseconds window_deadline{8000};

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

/// Window after window; keeps itself alive in the callback that it waits for.
class ChainQuestions::Asking : public std::enable_shared_from_this<Asking> {
public:
    Asking(ChainQuestions what, feed::RpcClient& rpc, std::function<void(std::vector<ChainCheck>)> done,
           std::chrono::milliseconds limit)
        : what_(std::move(what)), rpc_(rpc), done_(std::move(done)), end_(Clock::now() + limit) {}

    void next() {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end_ - Clock::now());
        if (asked_ == what_.requests_.size() || left.count() <= 0) return finish();
        const std::size_t count = std::min(window, what_.requests_.size() - asked_);
        const auto first = what_.requests_.begin() + static_cast<std::ptrdiff_t>(asked_);
        rpc_.batch(
            {first, first + static_cast<std::ptrdiff_t>(count)},
            [self = shared_from_this()](const std::vector<Result<std::string>>& answers) { self->take(answers); },
            std::min(window_deadline, left));
    }

private:
    using Clock = std::chrono::steady_clock;

    void take(const std::vector<Result<std::string>>& answers) {
        std::vector<std::size_t> lost;
        for (const Result<std::string>& answer : answers) {
            if (!answer) lost.push_back(asked_);
            set(asked_,
                answer ? what_.judges_[asked_](*answer) : Verdict{CheckState::failed, answer.error().what, answer.error().hint});
            ++asked_;
        }
        if (!lost.empty() && !rpc_.connected()) return give_up(std::move(lost));
        next();
    }
    void set(std::size_t question, Verdict verdict) {
        ChainCheck& check = what_.checks_[what_.asked_[question]];
        check.state = verdict.state;
        check.what = std::move(verdict.what);
        check.hint = std::move(verdict.hint);
    }
    /// The node is away: that is said once, by the first check that it did not answer.
    void give_up(std::vector<std::size_t> lost) {
        for (; asked_ < what_.requests_.size(); ++asked_) lost.push_back(asked_);
        if (lost.size() > 1)
            what_.checks_[what_.asked_[lost.front()]].what += fmt::format("; {} more have no answer", lost.size() - 1);
        for (std::size_t at = lost.size(); --at > 0;)
            what_.checks_.erase(what_.checks_.begin() + static_cast<std::ptrdiff_t>(what_.asked_[lost[at]]));
        done_(std::move(what_.checks_));
    }
    void finish() {
        for (; asked_ < what_.requests_.size(); ++asked_)
            set(asked_, {CheckState::failed, "the node was too slow to be asked this", "is it in sync, and near? try again"});
        done_(std::move(what_.checks_));
    }

    ChainQuestions what_;
    feed::RpcClient& rpc_;
    std::function<void(std::vector<ChainCheck>)> done_;
    Clock::time_point end_;
    std::size_t asked_ = 0;
};

void ChainQuestions::send(feed::RpcClient& rpc, std::function<void(std::vector<ChainCheck>)> done,
                          std::chrono::milliseconds limit) && {
    std::make_shared<Asking>(std::move(*this), rpc, std::move(done), limit)->next();
}

} // namespace jitbox::apps
