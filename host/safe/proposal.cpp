// A proposal file and the checks that every command makes on it.
// SPDX-License-Identifier: Apache-2.0
#include "safe/proposal.hpp"

#include "base/hex.hpp"
#include "chain/abi.hpp"
#include "chain/secp256k1.hpp"
#include "safe/actions.hpp"

#include <algorithm>
#include <boost/json.hpp>

namespace jitbox::safe {
namespace {

namespace json = boost::json;

/// Reads fields one by one and keeps the first error with the field's name.
class Fields {
public:
    explicit Fields(const json::object& object) : object_(object) {}

    std::string text(std::string_view name) {
        const json::value* value = object_.if_contains(name);
        if (value == nullptr || !value->is_string()) {
            note(std::string(name) + " is missing or no string");
            return {};
        }
        return std::string(value->get_string());
    }
    Address address(std::string_view name) { return take(name, chain::parse_address(text(name))); }
    u256 number(std::string_view name) { return take(name, chain::parse_u256(text(name))); }
    Bytes bytes(std::string_view name) { return take(name, from_hex(text(name))); }
    void note(std::string what) {
        if (error_.empty()) error_ = std::move(what);
    }
    [[nodiscard]] const std::string& error() const { return error_; }

private:
    template <typename T>
    T take(std::string_view name, Result<T> value) {
        if (value) return std::move(*value);
        note(std::string(name) + ": " + value.error().what);
        return T{};
    }

    const json::object& object_;
    std::string error_;
};

json::object transaction_json(const SafeTransaction& transaction) {
    return {{"to", chain::to_checksum(transaction.to)},
            {"value", chain::to_decimal(transaction.value)},
            {"data", to_hex(transaction.data)},
            {"operation", std::to_string(static_cast<int>(transaction.operation))},
            {"safeTxGas", chain::to_decimal(transaction.safe_tx_gas)},
            {"baseGas", chain::to_decimal(transaction.base_gas)},
            {"gasPrice", chain::to_decimal(transaction.gas_price)},
            {"gasToken", chain::to_checksum(transaction.gas_token)},
            {"refundReceiver", chain::to_checksum(transaction.refund_receiver)},
            {"nonce", chain::to_decimal(transaction.nonce)}};
}

SafeTransaction transaction_from(Fields& in) {
    SafeTransaction out;
    out.to = in.address("to");
    out.value = in.number("value");
    out.data = in.bytes("data");
    const u256 operation = in.number("operation");
    if (operation > 1) in.note("operation " + chain::to_decimal(operation) + " is neither 0 (call) nor 1 (delegatecall)");
    out.operation = operation == 0 ? Operation::call : Operation::delegatecall;
    out.safe_tx_gas = in.number("safeTxGas");
    out.base_gas = in.number("baseGas");
    out.gas_price = in.number("gasPrice");
    out.gas_token = in.address("gasToken");
    out.refund_receiver = in.address("refundReceiver");
    out.nonce = in.number("nonce");
    return out;
}

/// The account behind r || s || v. The Safe itself takes a high S; we do not, so that a signature has one form.
Result<Address> signer_of(const Bytes32& hash, BytesView rsv) {
    if (rsv.size() != 65) return fail("safe: a signature has 65 bytes (r, s, v), this one has " + std::to_string(rsv.size()));
    if (rsv[64] != 27 && rsv[64] != 28)
        return fail("safe: v is " + std::to_string(rsv[64]) + ", an owner's ECDSA signature over the safeTxHash has 27 or 28");
    const chain::Signature signature{chain::from_big_endian(rsv.first(32)), chain::from_big_endian(rsv.subspan(32, 32)),
                                     static_cast<std::uint8_t>(rsv[64] - 27)};
    if (!chain::has_low_s(signature)) return fail("safe: the signature has a high s");
    return chain::recover_signer(hash, signature);
}

struct Parsed {
    json::value document;
    Proposal proposal; ///< without signatures
};

/// What the file says besides the transaction, as it stands there.
struct Claims {
    Bytes hash;
    std::vector<OwnerSignature> signatures;
};

Result<Parsed> parse_fields(std::string_view text) {
    boost::system::error_code error;
    Parsed out{json::parse(text, error), {}};
    if (error || !out.document.is_object()) return fail("proposal: the file is no JSON object");
    const json::object& object = out.document.get_object();
    const json::value* transaction = object.if_contains("transaction");
    if (transaction == nullptr || !transaction->is_object()) return fail("proposal: transaction is missing");

    Fields outer(object);
    Fields inner(transaction->get_object());
    const u256 chain_id = outer.number("chainId");
    if (chain_id > UINT64_MAX) outer.note("chainId does not fit 64 bits");
    out.proposal.chain_id = static_cast<std::uint64_t>(chain_id);
    out.proposal.safe = outer.address("safe");
    out.proposal.transaction = transaction_from(inner);
    if (!outer.error().empty()) return fail("proposal: " + outer.error());
    if (!inner.error().empty()) return fail("proposal: transaction: " + inner.error());
    return out;
}

Result<Claims> claims_of(const json::object& object) {
    Fields outer(object);
    Claims out{.hash = outer.bytes("safeTxHash"), .signatures = {}};
    if (!outer.error().empty()) return fail("proposal: " + outer.error());
    const json::value* list = object.if_contains("signatures");
    if (list == nullptr) return out;
    if (!list->is_array()) return fail("proposal: signatures is no array");
    for (const json::value& item : list->get_array()) {
        if (!item.is_object()) return fail("proposal: an entry of signatures is no object");
        Fields in(item.get_object());
        out.signatures.push_back({in.address("owner"), in.bytes("signature")});
        if (!in.error().empty()) return fail("proposal: signatures: " + in.error());
    }
    return out;
}

} // namespace

Bytes32 hash_of(const Proposal& proposal) {
    return safe_tx_hash(proposal.chain_id, proposal.safe, proposal.transaction);
}

std::string to_json(const Proposal& proposal) {
    json::array signatures;
    for (const OwnerSignature& signature : proposal.signatures)
        signatures.push_back(
            json::object{{"owner", chain::to_checksum(signature.owner)}, {"signature", to_hex(signature.signature)}});
    return json::serialize(json::object{{"chainId", std::to_string(proposal.chain_id)},
                                        {"safe", chain::to_checksum(proposal.safe)},
                                        {"transaction", transaction_json(proposal.transaction)},
                                        {"safeTxHash", to_hex(hash_of(proposal))},
                                        {"signatures", std::move(signatures)}});
}

Result<Bytes32> hash_of_fields(std::string_view text) {
    const auto parsed = parse_fields(text);
    if (!parsed) return std::unexpected(parsed.error());
    return hash_of(parsed->proposal);
}

Result<void> check_form(std::string_view text) {
    const auto parsed = parse_fields(text);
    if (!parsed) return std::unexpected(parsed.error());
    if (const auto claims = claims_of(parsed->document.get_object()); !claims) return std::unexpected(claims.error());
    return {};
}

Result<Proposal> proposal_from_json(std::string_view text) {
    auto parsed = parse_fields(text);
    if (!parsed) return std::unexpected(parsed.error());
    const auto claims = claims_of(parsed->document.get_object());
    if (!claims) return std::unexpected(claims.error());
    Proposal& out = parsed->proposal;
    if (!std::ranges::equal(claims->hash, hash_of(out)))
        return fail("proposal: safeTxHash in the file is " + to_hex(claims->hash) + ", computed from its fields it is " +
                        to_hex(hash_of(out)),
                    "the file was changed; do not sign it");
    for (const OwnerSignature& signature : claims->signatures)
        if (auto ok = add_signature(out, signature); !ok) return std::unexpected(ok.error());
    return std::move(out);
}

Result<void> check_policy(const Proposal& proposal, const Address& executor) {
    const SafeTransaction& transaction = proposal.transaction;
    if (transaction.operation != Operation::call)
        return fail("safe: refused: the transaction is a delegatecall", "it could take over the Safe; prepare a plain call");
    if (transaction.to != executor)
        return fail("safe: refused: the target " + chain::to_checksum(transaction.to) + " is not the executor " +
                    chain::to_checksum(executor));
    if (transaction.value != 0) return fail("safe: refused: no owner action takes ether, the transaction sends some");
    if (transaction.gas_price != 0 || transaction.base_gas != 0 || !chain::is_zero(transaction.gas_token) ||
        !chain::is_zero(transaction.refund_receiver))
        return fail("safe: refused: gas refund fields are set", "they pay the submitter out of the Safe; leave them zero");
    if (transaction.safe_tx_gas != 0)
        return fail("safe: refused: safeTxGas is set", "with zero a failing action reverts as a whole and can be executed again");
    if (auto action = decode_action(transaction.data); !action) return std::unexpected(action.error());
    return {};
}

Result<void> add_signature(Proposal& proposal, const OwnerSignature& signature) {
    const auto signer = signer_of(hash_of(proposal), signature.signature);
    if (!signer) return std::unexpected(signer.error());
    if (*signer != signature.owner)
        return fail("safe: the signature said to be of " + chain::to_checksum(signature.owner) + " is of " +
                    chain::to_checksum(*signer) + " over this safeTxHash");
    auto& all = proposal.signatures;
    const auto place = std::ranges::lower_bound(all, signature.owner, {}, &OwnerSignature::owner);
    if (place != all.end() && place->owner == signature.owner)
        *place = signature;
    else
        all.insert(place, signature);
    return {};
}

Result<void> check_ready(const Proposal& proposal, const SafeState& state) {
    for (const OwnerSignature& signature : proposal.signatures)
        if (std::ranges::find(state.owners, signature.owner) == state.owners.end())
            return fail("safe: " + chain::to_checksum(signature.owner) + " signed but is no owner of the Safe");
    if (proposal.signatures.size() < state.threshold)
        return fail("safe: " + std::to_string(proposal.signatures.size()) + " of " + std::to_string(state.threshold) +
                        " needed signatures",
                    "collect more with `jitctl safe collect`");
    if (proposal.transaction.nonce != state.nonce)
        return fail("safe: the proposal has nonce " + chain::to_decimal(proposal.transaction.nonce) + ", the Safe is at " +
                        chain::to_decimal(state.nonce),
                    proposal.transaction.nonce < state.nonce ? "it was executed or replaced" : "an earlier proposal comes first");
    return {};
}

Bytes exec_transaction_calldata(const Proposal& proposal) {
    const SafeTransaction& transaction = proposal.transaction;
    Bytes signatures;
    for (const OwnerSignature& signature : proposal.signatures)
        signatures.insert(signatures.end(), signature.signature.begin(), signature.signature.end());
    const u256 data_tail_bytes = 32 + (transaction.data.size() + 31) / 32 * 32;
    chain::AbiWriter out(
        chain::selector_of("execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)"));
    write_arguments(out, transaction);
    return out.uint(arguments_head_bytes + data_tail_bytes).bytes_tail(transaction.data).bytes_tail(signatures).take();
}

} // namespace jitbox::safe
