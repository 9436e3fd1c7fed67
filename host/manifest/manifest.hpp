// The manifest of a release (ARM-2, SUP-2): what may run here, as hashes, signed by whoever released it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "manifest/minisign.hpp"

#include <map>
#include <string>
#include <string_view>

namespace jitbox::manifest {

/// As a file: {"jitbox_manifest": 1, "binaries": {"jitd": "<sha256>"}, "configuration": {"jitd.toml": "<sha256>"},
/// "bitstream": "<sha256>" or "", "contracts": {"0x<address>": "0x<keccak256 of its code>"}}. Hashes in lower-case hex.
struct Manifest {
    std::map<std::string, std::string> binaries;      ///< program name: SHA-256
    std::map<std::string, std::string> configuration; ///< file name without its folder: SHA-256
    std::string bitstream;                            ///< SHA-256 of the card's image; empty: none
    std::map<std::string, std::string> contracts;     ///< lower-case address: code hash
    bool operator==(const Manifest&) const = default;
};

[[nodiscard]] std::string format_manifest(const Manifest& manifest);
/// Strict: unknown and missing members, and hashes that are none, are errors that name the member.
[[nodiscard]] Result<Manifest> parse_manifest(std::string_view text);

/// Reads FILE and FILE.minisig. Errors: either cannot be read, the signature (see minisign_verify), the format.
[[nodiscard]] Result<Manifest> load_manifest(const std::string& path, const MinisignPublicKey& key);

/// Why `found` (a hash) is not what the manifest says of `name`; empty when it is. `kind` is "binary", "configuration", ...
[[nodiscard]] std::string difference(const std::map<std::string, std::string>& listed, std::string_view kind,
                                     const std::string& name, const std::string& found);

} // namespace jitbox::manifest
