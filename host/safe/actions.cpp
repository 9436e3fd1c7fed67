// What the executor's owner can do, as data.
// SPDX-License-Identifier: Apache-2.0
#include "safe/actions.hpp"

#include "base/hex.hpp"
#include "chain/abi.hpp"
#include "chain/keccak.hpp"
#include "chain/u256.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace jitbox::safe {
namespace {

using chain::i256;
using chain::u256;

constexpr Argument token_only[] = {{"address", "token"}};
constexpr Argument pool_and_proof[] = {{"address", "pool"}, {"address", "factory"}, {"bytes32", "initCodeHash"},
                                       {"uint8", "fork"},   {"uint40", "weight0"},  {"uint40", "weight1"}};
constexpr Argument pool_id[] = {{"uint16", "poolId"}};
constexpr Argument pool_weights[] = {{"uint16", "poolId"}, {"uint40", "weight0"}, {"uint40", "weight1"}};
constexpr Argument account_right[] = {{"address", "account"}, {"bool", "allowed"}};
constexpr Argument guardian_address[] = {{"address", "guardian_"}};
constexpr Argument caps[] = {{"uint56", "transactionGwei"}, {"uint56", "blockGwei"}, {"uint40", "tipGwei"}};
constexpr Argument call_id[] = {{"bytes32", "callId"}};
constexpr Argument token_amount[] = {{"address", "token"}, {"uint256", "amount"}};
constexpr Argument position[] = {{"uint16", "poolId"}, {"int24", "tickLower"}, {"int24", "tickUpper"}, {"uint128", "liquidity"}};

constexpr Action actions[] = {
    {"listToken", token_only, "lets pools of this token be listed", Announce::may_be_needed},
    {"unlistToken", token_only, "unlists every pool of this token", Announce::never},
    {"listPool", pool_and_proof, "lets the operators provide liquidity to this pool, once CREATE2 proves it",
     Announce::may_be_needed},
    {"unlistPool", pool_id, "no further mint or burn on this pool; a position in it can still be unwound", Announce::never},
    {"setWeights", pool_weights, "how the pool's tokens count against the caps", Announce::may_be_needed},
    {"setOperator", account_right, "gives (true) or takes (false) the right to mint and burn", Announce::may_be_needed},
    {"setGuardian", guardian_address, "who may pause and unwind; zero for none but the owner", Announce::may_be_needed},
    {"setCaps", caps, "the most that a mint, a block and a tip may move", Announce::may_be_needed},
    {"cancel", call_id, "takes back an announcement", Announce::never},
    {"pause", {}, "nothing but unwind, withdraw and the owner's settings works from now on", Announce::never},
    {"unpause", {}, "the operators may act again", Announce::never},
    {"unwind", position, "burns a position that was left behind; the tokens stay in the vault", Announce::never},
    {"withdraw", token_amount, "moves a token (or ether, token zero) from the vault to the owner itself", Announce::never},
};

/// The one owner function with a dynamic argument, the announced call itself: it is a form of the others, no entry of the table.
constexpr std::string_view schedule_signature = "schedule(bytes)";

unsigned width_of(std::string_view type, std::string_view prefix) {
    unsigned bits = 256;
    const std::string_view digits = type.substr(prefix.size());
    std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    return bits;
}

Result<void> encode_argument(chain::AbiWriter& out, const Argument& argument, const std::string& text) {
    const auto wrong = [&](const std::string& why) { return fail(std::string(argument.name) + ": \"" + text + "\" " + why); };
    if (argument.type == "address") {
        const auto address = chain::parse_address(text);
        if (!address) return wrong(address.error().what);
        out.address(*address);
    } else if (argument.type == "bool") {
        if (text != "true" && text != "false") return wrong("is neither true nor false");
        out.boolean(text == "true");
    } else if (argument.type == "bytes32") {
        const auto word = fixed_from_hex<32>(text);
        if (!word) return wrong(word.error().what);
        out.word(*word);
    } else if (argument.type.starts_with("uint")) {
        const auto value = chain::parse_u256(text);
        const unsigned bits = width_of(argument.type, "uint");
        if (!value) return wrong(value.error().what);
        if (bits < 256 && (*value >> bits) != 0) return wrong("does not fit " + std::string(argument.type));
        out.uint(*value);
    } else {
        const auto value = chain::parse_i256(text);
        const i256 half = static_cast<i256>(1) << (width_of(argument.type, "int") - 1);
        if (!value) return wrong(value.error().what);
        if (*value >= half || *value < -half) return wrong("does not fit " + std::string(argument.type));
        out.sint(*value);
    }
    return {};
}

std::string read_argument(chain::AbiReader& in, const Argument& argument) {
    const std::string name(argument.name);
    if (argument.type == "address") return chain::to_checksum(in.address(name.c_str()));
    if (argument.type == "bool") return in.boolean(name.c_str()) ? "true" : "false";
    if (argument.type == "bytes32") return to_hex(in.word(name.c_str()));
    if (argument.type.starts_with("uint")) return chain::to_decimal(in.uint(name.c_str(), width_of(argument.type, "uint")));
    return chain::to_decimal(in.sint(name.c_str(), width_of(argument.type, "int")));
}

/// A weight is a float of the executor (Words.sol): mantissa (32 bits) | shift (8 bits), mantissa * 2^(32 - shift) wei for the
/// smallest unit of the token.
std::string weight_in_words(const std::string& value) {
    std::uint64_t weight = 0;
    std::from_chars(value.data(), value.data() + value.size(), weight);
    const double wei = std::ldexp(static_cast<double>(weight >> 8), 32 - static_cast<int>(weight & 0xff));
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.6g", wei);
    return std::string(" (") + text.data() + " wei a unit)";
}

/// What a number means, where its unit or its code is not how a person says it.
std::string explained(std::string_view name, const std::string& value) {
    if (name.ends_with("Gwei")) {
        constexpr std::size_t decimals = 9;
        std::string digits = value.size() <= decimals ? std::string(decimals + 1 - value.size(), '0') + value : value;
        digits.insert(digits.size() - decimals, 1, '.');
        digits.erase(digits.find_last_not_of('0') + 1);
        if (digits.ends_with('.')) digits.pop_back();
        return " (" + digits + " ether)";
    }
    if (name.starts_with("weight")) return weight_in_words(value);
    if (name == "fork")
        return value == "0"   ? " (Uniswap V3)"
               : value == "1" ? " (PancakeSwap V3)"
               : value == "2" ? " (SushiSwap V3)"
                              : " (unknown)";
    if (name == "token" && value == "0x0000000000000000000000000000000000000000") return " (ether)";
    return {};
}

Result<DecodedAction> decode_plain(BytesView calldata) {
    if (calldata.size() < 4) return fail("safe: calldata of " + std::to_string(calldata.size()) + " bytes has no selector");
    const auto* const found = std::ranges::find_if(actions, [&](const Action& action) {
        return std::ranges::equal(chain::selector_of(action.signature()), calldata.first(4));
    });
    if (found == std::end(actions))
        return fail("safe: selector " + to_hex(calldata.first(4)) + " is no owner action of the executor", "do not sign it");
    DecodedAction out{*found, {}, {}};
    chain::AbiReader in(calldata.subspan(4));
    for (const Argument& argument : found->arguments) out.values.push_back(read_argument(in, argument));
    if (auto ok = in.finish(); !ok) return fail("safe: " + out.action.signature() + ": " + ok.error().what, "do not sign it");
    return out;
}

} // namespace

std::string Action::signature() const {
    std::string out(name);
    char separator = '(';
    for (const Argument& argument : arguments) {
        out += separator;
        out += argument.type;
        separator = ',';
    }
    return arguments.empty() ? out + "()" : out + ")";
}

std::span<const Action> owner_actions() {
    return actions;
}

Result<Action> find_action(std::string_view name) {
    const auto* const found = std::ranges::find(actions, name, &Action::name);
    if (found != std::end(actions)) return *found;
    std::string known;
    for (const Action& action : actions) known += (known.empty() ? "" : ", ") + action.signature();
    return fail("safe: the executor has no owner action \"" + std::string(name) + "\"", "one of: " + known);
}

Result<Bytes> encode_action(std::string_view name, const std::vector<std::string>& arguments) {
    const auto action = find_action(name);
    if (!action) return std::unexpected(action.error());
    if (arguments.size() != action->arguments.size())
        return fail("safe: " + action->signature() + " takes " + std::to_string(action->arguments.size()) + " arguments, got " +
                    std::to_string(arguments.size()));
    chain::AbiWriter out(chain::selector_of(action->signature()));
    for (std::size_t i = 0; i < arguments.size(); ++i)
        if (auto ok = encode_argument(out, action->arguments[i], arguments[i]); !ok) return std::unexpected(ok.error());
    return out.take();
}

Result<Bytes> announce(BytesView call) {
    const auto action = decode_plain(call);
    if (!action) return std::unexpected(action.error());
    if (action->action.announce == Announce::never)
        return fail("safe: " + std::string(action->action.name) + " takes rights away or gives none: it waits for nothing",
                    "propose it without announcing it");
    constexpr u256 offset_of_tail = 32;
    return chain::AbiWriter(chain::selector_of(schedule_signature)).uint(offset_of_tail).bytes_tail(call).take();
}

Bytes32 call_id_of(BytesView call) {
    return chain::keccak256(call);
}

Result<DecodedAction> decode_action(BytesView calldata) {
    if (calldata.size() < 4 || !std::ranges::equal(chain::selector_of(schedule_signature), calldata.first(4)))
        return decode_plain(calldata);
    chain::AbiReader in(calldata.subspan(4));
    const BytesView call = in.bytes("call");
    if (auto ok = in.finish(false); !ok) return std::unexpected(ok.error());
    auto out = decode_plain(call);
    if (!out) return out;
    const auto again = announce(call);
    if (!again) return std::unexpected(again.error());
    // One call has one spelling: whatever a decoder elsewhere could read otherwise is refused.
    if (!std::ranges::equal(*again, calldata))
        return fail("safe: the announcement is not encoded as solc encodes it", "do not sign it");
    out->announced = call_id_of(call);
    return out;
}

std::string DecodedAction::in_words() const {
    std::string out = announced ? "announces, to be made later once with exactly these arguments: " : "";
    out += action.name;
    out += '(';
    for (std::size_t i = 0; i < values.size(); ++i)
        out += (i == 0 ? "" : ", ") + std::string(action.arguments[i].name) + " = " + values[i] +
               explained(action.arguments[i].name, values[i]);
    out += "): " + std::string(action.meaning);
    return announced ? out + " [callId " + to_hex(*announced) + "]" : out;
}

} // namespace jitbox::safe
