// Files of `jitctl safe`.
// SPDX-License-Identifier: Apache-2.0
#include "apps/custody/safe_files.hpp"

#include "base/file.hpp"
#include "base/hex.hpp"

#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

namespace jitbox::apps {

namespace json = boost::json;

Result<safe::Proposal> read_proposal(const std::string& path) {
    const auto text = read_file(path);
    if (!text) return std::unexpected(text.error());
    auto proposal = safe::proposal_from_json(*text);
    if (!proposal) return fail(path + ": " + proposal.error().what, proposal.error().hint);
    return proposal;
}

Result<safe::OwnerSignature> read_signature(const std::string& path) {
    const auto text = read_file(path);
    if (!text) return std::unexpected(text.error());
    boost::system::error_code error;
    const json::value value = json::parse(*text, error);
    const json::value* owner = !error && value.is_object() ? value.get_object().if_contains("owner") : nullptr;
    const json::value* signature = owner != nullptr ? value.get_object().if_contains("signature") : nullptr;
    if (owner == nullptr || !owner->is_string() || signature == nullptr || !signature->is_string())
        return fail(path + ": no JSON object with owner and signature");
    const auto address = chain::parse_address(std::string_view(owner->get_string()));
    if (!address) return fail(path + ": owner: " + address.error().what);
    auto bytes = from_hex(std::string_view(signature->get_string()));
    if (!bytes) return fail(path + ": signature: " + bytes.error().what);
    return safe::OwnerSignature{*address, std::move(*bytes)};
}

Result<safe::OwnerSignature> sign_hash(OwnerKey& key, const Bytes32& hash) {
    const auto signature = key.sign(hash);
    if (!signature) return std::unexpected(signature.error());
    Bytes rsv;
    for (const chain::u256 part : {signature->r, signature->s}) {
        const Bytes32 word = chain::to_big_endian(part);
        rsv.insert(rsv.end(), word.begin(), word.end());
    }
    rsv.push_back(static_cast<std::uint8_t>(27 + signature->y_parity));
    return safe::OwnerSignature{key.address(), std::move(rsv)};
}

std::string signature_json(const safe::OwnerSignature& signature, const Bytes32& hash) {
    return json::serialize(json::object{
        {"owner", chain::to_checksum(signature.owner)}, {"safeTxHash", to_hex(hash)}, {"signature", to_hex(signature.signature)}});
}

Result<void> write_text(const std::string& path, const std::string& text) {
    const std::string beside = path + ".new";
    {
        std::ofstream out(beside, std::ios::binary | std::ios::trunc);
        out << text;
        out.flush();
        if (!out) return fail(beside + ": cannot be written: " + std::strerror(errno));
    }
    std::error_code error;
    std::filesystem::rename(beside, path, error);
    if (error) return fail(path + ": " + error.message());
    return {};
}

} // namespace jitbox::apps
