// The questions to the node, and what their answers have to be.
// SPDX-License-Identifier: Apache-2.0
#include "apps/custody/chain_checks.hpp"

#include "apps/custody/chain_questions.hpp"
#include "base/hex.hpp"
#include "chain/abi.hpp"
#include "chain/keccak.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace jitbox::apps {
namespace {

using chain::AbiWriter;
using chain::u256;

/// In production an owner is three people at least (docs/safe.md: 3 of 5).
constexpr std::uint64_t least_threshold = 3;

Bytes address_word(const Bytes20& address) {
    return AbiWriter{}.address(address).take();
}
Bytes uint_word(u256 value) {
    return AbiWriter{}.uint(value).take();
}

Verdict judge_code(BytesView code, const std::string& expected_hash) {
    if (code.empty()) return {CheckState::failed, "there is no contract", "compare the address and the chain"};
    const std::string found = to_hex(chain::keccak256(code));
    if (expected_hash.empty())
        return {CheckState::unverified, "code hash " + found + ", none is configured",
                "compare it with a second source, then write it into the profile"};
    if (found != expected_hash)
        return {CheckState::failed, "code hash " + found + ", configured is " + expected_hash,
                "do not arm before the difference is explained"};
    return {CheckState::ok, "code hash " + found, {}};
}

// ---------------------------------------------------------------- the chain

void ask_chain(const ChainSubject& subject, ChainQuestions& ask) {
    const std::uint64_t id = subject.config != nullptr ? subject.config->chain.id : subject.profile->chain.id;
    ask.number("chain.id", "eth_chainId", "[]", [id](u256 found) {
        if (found == id) return Verdict{CheckState::ok, std::to_string(id), {}};
        return Verdict{CheckState::failed, fmt::format("the node is on chain {}, configured is {}", chain::to_decimal(found), id),
                       "check chain.id and the node's address"};
    });
    if (subject.profile != nullptr) ask.finality(subject.profile->chain.finality_blocks);
}

// ---------------------------------------------------------------- the executor and its owner

Verdict judge_tip_cap(BytesView caps, u256 max_tip_wei) {
    chain::AbiReader in(caps);
    in.uint("transactionGwei", 56);
    in.uint("blockGwei", 56);
    const u256 cap_wei = in.uint("tipGwei", 40) * 1'000'000'000U;
    if (!in.finish()) return {CheckState::failed, "caps() gave no three words", "is this the executor?"};
    if (cap_wei < max_tip_wei)
        return {CheckState::failed,
                fmt::format("{} wei, below strategy.max_tip_wei {}", chain::to_decimal(cap_wei), chain::to_decimal(max_tip_wei)),
                "a burn with such a tip reverts and leaves its position behind: lower strategy.max_tip_wei, or jitctl safe propose "
                "--action setCaps"};
    return {CheckState::ok, chain::to_decimal(cap_wei) + " wei", {}};
}

void ask_executor(const Config& config, const std::vector<Bytes20>& operators, ChainQuestions& ask) {
    const ChainConfig& chain = config.chain;
    ask.code("executor.code", chain.executor, [hash = chain.executor_code_hash](BytesView code) { return judge_code(code, hash); });
    const auto role = [&](const char* name, const char* view, const Bytes20& expected) {
        if (expected != Bytes20{})
            ask.word(std::string("executor.") + name, chain.executor, chain::selector_of(view), {}, address_word(expected));
    };
    role("owner", "OWNER()", chain.owner);
    role("guardian", "guardian()", chain.guardian);
    ask.word("executor.paused", chain.executor, chain::selector_of("paused()"), {}, uint_word(0));
    ask.call("executor.tip_cap", chain.executor, AbiWriter(chain::selector_of("caps()")).take(),
             [tip = config.strategy.max_tip_wei](BytesView caps) { return judge_tip_cap(caps, tip); });
    for (const Bytes20& account : operators)
        ask.word("executor.operator " + chain::to_checksum(account), chain.executor, chain::selector_of("isOperator(address)"),
                 address_word(account), uint_word(1));
}

Verdict judge_threshold(BytesView answer) {
    chain::AbiReader in(answer);
    const u256 threshold = in.uint("threshold");
    if (!in.finish()) return {CheckState::unverified, "the owner is no Safe", "production needs a Safe of at least three signers"};
    const std::string found = chain::to_decimal(threshold) + " signatures";
    if (threshold < least_threshold) return {CheckState::unverified, found, "production needs at least three"};
    return {CheckState::ok, found, {}};
}

/// getModulesPaginated(sentinel, 1) of the Safe: an array of at most one address, and the next.
Verdict judge_modules(BytesView answer) {
    chain::AbiReader in(answer);
    in.uint("offset");
    in.address("next");
    const u256 count = in.uint("count");
    if (in.failed()) return {CheckState::unverified, "the owner is no Safe", "production needs a Safe without modules"};
    if (count == 0) return {CheckState::ok, "none", {}};
    return {CheckState::unverified, chain::to_checksum(in.address("module")) + " moves the Safe without its owners' signatures",
            "the owners disable it (disableModule of the Safe), or say why not"};
}

/// getStorageAt(slot, 1) of the Safe: `bytes` with the word of its guard.
Verdict judge_guard(BytesView answer, const std::vector<ProfileContract>& known) {
    chain::AbiReader in(answer);
    const BytesView word = in.bytes("word");
    chain::AbiReader guard_word(word);
    const Bytes20 guard = guard_word.address("guard");
    if (!in.finish(false) || !guard_word.finish())
        return {CheckState::unverified, "the owner is no Safe", "production needs a Safe with a guard"};
    if (chain::is_zero(guard))
        return {CheckState::unverified, "none: a delegatecall signed by three owners is not refused on chain",
                "set the guard of docs/safe.md"};
    const auto found = std::ranges::find(known, guard, &ProfileContract::address);
    if (found == known.end() || found->code_hash.empty())
        return {CheckState::unverified, chain::to_checksum(guard) + ", whose code is not in the profile",
                "read its code, then pin its hash in the profile's [[contracts]]"};
    return {CheckState::ok, chain::to_checksum(guard) + ", " + found->name, {}};
}

void ask_owner(const Config& config, const ChainProfile* profile, ChainQuestions& ask) {
    const Bytes20& owner = config.chain.owner;
    if (owner == Bytes20{}) return;
    ask.call("owner.threshold", owner, AbiWriter(chain::selector_of("getThreshold()")).take(), judge_threshold);
    constexpr u256 sentinel = 1; // what the Safe's lists begin with
    ask.call("owner.modules", owner,
             AbiWriter(chain::selector_of("getModulesPaginated(address,uint256)")).uint(sentinel).uint(1).take(), judge_modules);
    const Bytes32 slot = chain::keccak256("guard_manager.guard.address");
    ask.call("owner.guard", owner, AbiWriter(chain::selector_of("getStorageAt(uint256,uint256)")).word(slot).uint(1).take(),
             [known = profile != nullptr ? profile->contracts : std::vector<ProfileContract>{}](BytesView answer) {
                 return judge_guard(answer, known);
             });
}

// ---------------------------------------------------------------- pools and tokens

/// pools(id) of the executor: it is this pool, listed, with the callback of its fork.
Verdict judge_listing(BytesView entry, const Bytes20& pool, const std::string& kind) {
    constexpr std::array<std::string_view, 3> forks{"uniswap_v3", "pancake_v3", "sushi_v3"}; // enum Fork of Words.sol
    chain::AbiReader in(entry);
    const Bytes20 address = in.address("pool");
    const bool listed = in.boolean("listed");
    const auto fork = static_cast<std::size_t>(in.uint("fork", 8));
    if (in.failed() || fork >= forks.size())
        return {CheckState::failed, "the executor has no such pool", "jitctl safe propose --action listPool"};
    if (address != pool)
        return {CheckState::failed, "the executor has " + chain::to_checksum(address) + " under this id",
                "correct executor_pool_id"};
    if (!listed) return {CheckState::failed, "unlisted", "jitctl safe propose --action listPool"};
    // Without a profile SushiSwap's pools are Uniswap's by kind.
    if (forks[fork] != kind && !(kind == "uniswap_v3" && forks[fork] == "sushi_v3"))
        return {CheckState::failed, fmt::format("listed as {}, configured is {}", forks[fork], kind), "list it with its own fork"};
    return {CheckState::ok, fmt::format("listed as {}", forks[fork]), {}};
}

void ask_pool(const ChainSubject& subject, std::size_t i, ChainQuestions& ask) {
    const PoolConfig& pool = subject.config->pools[i];
    const std::string field = fmt::format("pools[{}].", i);
    const chain::PoolDeployer deployer{.deployer = pool.deployer,
                                       .init_code_hash = fixed_from_hex<32>(pool.init_code_hash).value_or(Bytes32{})};
    const Bytes20 proved = chain::pool_address(deployer, pool.token0, pool.token1, static_cast<std::uint32_t>(pool.fee));
    ask.known(field + "create2",
              proved == pool.address
                  ? Verdict{CheckState::ok, chain::to_checksum(proved), {}}
                  : Verdict{CheckState::failed, "deployer, tokens, fee and init_code_hash give " + chain::to_checksum(proved),
                            "this is no pool of that factory: correct the address, or do not use it"});
    ask.code(field + "code", pool.address, [](BytesView code) {
        // A pool's code has its own immutables; its address proves the code that made it.
        return code.empty() ? judge_code(code, {}) : Verdict{CheckState::ok, fmt::format("{} bytes", code.size()), {}};
    });
    const auto view = [&](const char* name, const char* signature, Bytes expected) {
        ask.word(field + name, pool.address, chain::selector_of(signature), {}, std::move(expected));
    };
    view("factory", "factory()", address_word(pool.factory));
    view("token0", "token0()", address_word(pool.token0));
    view("token1", "token1()", address_word(pool.token1));
    view("fee", "fee()", uint_word(pool.fee));
    view("tick_spacing", "tickSpacing()", uint_word(static_cast<std::uint32_t>(pool.tick_spacing)));
    const ProfileFactory* factory = subject.profile != nullptr ? subject.profile->factory(pool.factory) : nullptr;
    ask.call(field + "executor_pool_id", subject.config->chain.executor,
             AbiWriter(chain::selector_of("pools(uint16)")).uint(pool.executor_pool_id).take(),
             [address = pool.address, kind = factory != nullptr ? factory->kind : pool.kind](BytesView entry) {
                 return judge_listing(entry, address, kind);
             });
}

void ask_token(const Config& config, const ChainProfile* profile, std::size_t i, ChainQuestions& ask) {
    const TokenConfig& token = config.tokens[i];
    const std::string field = fmt::format("tokens[{}].", i);
    const ProfileToken* known = profile != nullptr ? profile->token(token.address) : nullptr;
    ask.code(field + "code", token.address,
             [hash = known != nullptr ? known->code_hash : std::string{}](BytesView code) { return judge_code(code, hash); });
    ask.word(field + "decimals", token.address, chain::selector_of("decimals()"), {}, uint_word(token.decimals));
    ask.word(field + "executor", config.chain.executor, chain::selector_of("isToken(address)"), address_word(token.address),
             uint_word(1));
}

// ---------------------------------------------------------------- the contracts of others

void ask_profile(const ChainProfile& profile, ChainQuestions& ask) {
    const auto code = [&](const std::string& name, const Bytes20& address, const std::string& hash) {
        ask.code(name, address, [hash](BytesView found) { return judge_code(found, hash); });
    };
    for (std::size_t i = 0; i < profile.contracts.size(); ++i)
        code(fmt::format("profile.contracts[{}].code", i), profile.contracts[i].address, profile.contracts[i].code_hash);
    for (std::size_t i = 0; i < profile.factories.size(); ++i) {
        const ProfileFactory& factory = profile.factories[i];
        const std::string field = fmt::format("profile.factories[{}].", i);
        code(field + "code", factory.address, factory.code_hash);
        if (factory.deployer == factory.address) continue;
        code(field + "deployer_code", factory.deployer, factory.deployer_code_hash);
        ask.word(field + "deployer", factory.address, chain::selector_of("poolDeployer()"), {}, address_word(factory.deployer));
    }
}

/// Routers and tokens of a profile alone; with a configuration, those that it uses are asked for.
void ask_rest_of_profile(const ChainProfile& profile, ChainQuestions& ask) {
    for (std::size_t i = 0; i < profile.routers.size(); ++i)
        ask.code(fmt::format("profile.routers[{}].code", i), profile.routers[i].address,
                 [hash = profile.routers[i].code_hash](BytesView code) { return judge_code(code, hash); });
    for (std::size_t i = 0; i < profile.tokens.size(); ++i) {
        const ProfileToken& token = profile.tokens[i];
        ask.code(fmt::format("profile.tokens[{}].code", i), token.address,
                 [hash = token.code_hash](BytesView code) { return judge_code(code, hash); });
        ask.word(fmt::format("profile.tokens[{}].decimals", i), token.address, chain::selector_of("decimals()"), {},
                 uint_word(token.decimals));
    }
}

void ask_configuration(const ChainSubject& subject, ChainQuestions& ask) {
    const Config& config = *subject.config;
    ask_executor(config, subject.operators, ask);
    ask_owner(config, subject.profile, ask);
    for (std::size_t i = 0; i < config.tokens.size(); ++i) ask_token(config, subject.profile, i, ask);
    for (std::size_t i = 0; i < config.pools.size(); ++i) ask_pool(subject, i, ask);
    for (std::size_t i = 0; i < config.routers.size(); ++i) {
        const ProfileRouter* known = subject.profile != nullptr ? subject.profile->router(config.routers[i].address) : nullptr;
        ask.code(fmt::format("routers[{}].code", i), config.routers[i].address,
                 [hash = known != nullptr ? known->code_hash : std::string{}](BytesView code) { return judge_code(code, hash); });
    }
}

} // namespace

std::string_view name_of(CheckState state) {
    switch (state) {
    case CheckState::ok:
        return "ok";
    case CheckState::unverified:
        return "unverified";
    case CheckState::failed:
        break;
    }
    return "failed";
}

bool objects(const ChainCheck& check, std::string_view environment) {
    return check.state == CheckState::failed || (check.state == CheckState::unverified && environment == "production");
}

void check_chain(const ChainSubject& subject, feed::RpcClient& rpc, std::function<void(std::vector<ChainCheck>)> done) {
    ChainQuestions ask;
    ask_chain(subject, ask);
    if (subject.config != nullptr) ask_configuration(subject, ask);
    if (subject.profile != nullptr) ask_profile(*subject.profile, ask);
    if (subject.profile != nullptr && subject.config == nullptr) ask_rest_of_profile(*subject.profile, ask);
    std::move(ask).send(rpc, std::move(done));
}

} // namespace jitbox::apps
