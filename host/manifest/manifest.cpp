// The manifest as JSON.
// SPDX-License-Identifier: Apache-2.0
#include "manifest/manifest.hpp"

#include "base/file.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace jitbox::manifest {
namespace {

namespace json = boost::json;

bool is_hex(std::string_view text, std::size_t digits) {
    return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_sha256(std::string_view text) {
    return is_hex(text, 64);
}

bool is_code_hash(std::string_view text) {
    return text.starts_with("0x") && is_hex(text.substr(2), 64);
}

json::object to_json(const std::map<std::string, std::string>& entries) {
    json::object out;
    for (const auto& [name, hash] : entries) out[name] = hash;
    return out;
}

Result<std::map<std::string, std::string>> read_entries(const json::object& object, std::string_view member,
                                                        bool (*good)(std::string_view)) {
    const json::value* value = object.if_contains(member);
    const json::object* entries = value == nullptr ? nullptr : value->if_object();
    const std::string where = "manifest: " + std::string(member);
    if (entries == nullptr) return fail(where + " is missing or no object");
    std::map<std::string, std::string> out;
    for (const auto& [name, hash] : *entries) {
        if (!hash.is_string() || !good(hash.get_string())) return fail(where + "." + std::string(name) + " is no hash");
        out.emplace(name, hash.get_string());
    }
    return out;
}

Result<void> check_members(const json::object& object) {
    constexpr std::array<std::string_view, 5> known = {"jitbox_manifest", "binaries", "configuration", "bitstream", "contracts"};
    for (const auto& [name, value] : object)
        if (std::ranges::find(known, std::string_view(name)) == known.end())
            return fail("manifest: unknown member '" + std::string(name) + "'");
    const json::value* version = object.if_contains("jitbox_manifest");
    if (version == nullptr || *version != json::value(1)) return fail("manifest: jitbox_manifest is not 1");
    const json::value* bitstream = object.if_contains("bitstream");
    if (bitstream == nullptr || !bitstream->is_string() || !(bitstream->get_string().empty() || is_sha256(bitstream->get_string())))
        return fail("manifest: bitstream is missing or no hash");
    return {};
}

} // namespace

std::string format_manifest(const Manifest& manifest) {
    return json::serialize(json::object{{"jitbox_manifest", 1},
                                        {"binaries", to_json(manifest.binaries)},
                                        {"configuration", to_json(manifest.configuration)},
                                        {"bitstream", manifest.bitstream},
                                        {"contracts", to_json(manifest.contracts)}}) +
           "\n";
}

Result<Manifest> parse_manifest(std::string_view text) {
    boost::system::error_code error;
    const json::value value = json::parse(text, error);
    const json::object* object = error ? nullptr : value.if_object();
    if (object == nullptr) return fail("manifest: not a JSON object");
    if (auto members = check_members(*object); !members) return std::unexpected(members.error());
    auto binaries = read_entries(*object, "binaries", is_sha256);
    auto configuration = read_entries(*object, "configuration", is_sha256);
    auto contracts = read_entries(*object, "contracts", is_code_hash);
    for (const auto* entries : {&binaries, &configuration, &contracts})
        if (!*entries) return std::unexpected(entries->error());
    return Manifest{.binaries = std::move(*binaries),
                    .configuration = std::move(*configuration),
                    .bitstream = std::string(object->at("bitstream").get_string()),
                    .contracts = std::move(*contracts)};
}

Result<Manifest> load_manifest(const std::string& path, const MinisignPublicKey& key) {
    const auto text = read_file(path);
    if (!text) return fail("manifest: " + text.error().what, "jitctl manifest sign makes it");
    const auto signature = read_file(path + ".minisig");
    if (!signature) return fail("manifest: " + signature.error().what, "the signature stands beside the manifest");
    if (const auto good = minisign_verify(*text, *signature, key); !good)
        return fail("manifest: " + path + ": " + good.error().what, good.error().hint);
    return parse_manifest(*text);
}

std::string difference(const std::map<std::string, std::string>& listed, std::string_view kind, const std::string& name,
                       const std::string& found) {
    const auto entry = listed.find(name);
    if (entry == listed.end()) return "the " + std::string(kind) + " " + name + " is not in the manifest";
    if (entry->second == found) return {};
    return "the " + std::string(kind) + " " + name + " is not the manifest's: its hash is " + found + ", the manifest says " +
           entry->second;
}

} // namespace jitbox::manifest
