// What a chain is to this appliance (CHAIN-4, DATA-2): its id, rules, and the contracts of others that are trusted on it, as one
// file that people review and sign, apart from the configuration of one machine. Shipped ones: deploy/chains.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace jitbox::apps {

struct ProfileChain {
    std::uint64_t id = 0;
    std::string name;
    std::string base_fee; ///< "ethereum" (EIP-1559 with Ethereum's constants), "zero" or "op_stack"
    std::uint64_t block_time_s = 0;
    std::uint64_t finality_blocks = 0; ///< a healthy chain's finalised head is no further behind
};

/// A contract whose code must be what it was when somebody looked. An empty hash is not checked, and a production appliance
/// does not arm with one.
struct ProfileContract {
    std::string name;
    Bytes20 address{};
    std::string code_hash;
};

struct ProfileFactory {
    std::string kind; ///< "uniswap_v3", "pancake_v3" or "sushi_v3"
    Bytes20 address{};
    std::string code_hash;
    Bytes20 deployer{}; ///< whose CREATE2 makes the pools; the factory itself unless the file says otherwise
    std::string deployer_code_hash;
    std::string init_code_hash;
};

struct ProfileRouter {
    std::string kind;
    Bytes20 address{};
    std::string code_hash;
    Bytes20 factory{};
};

struct ProfileToken {
    std::string symbol;
    Bytes20 address{};
    std::uint64_t decimals = 0;
    std::string code_hash;
};

/// Where bundles may be sent in production.
struct ProfileRelay {
    std::string name;
    std::string url;
};

struct ChainProfile {
    ProfileChain chain;
    std::vector<ProfileContract> contracts;
    std::vector<ProfileFactory> factories;
    std::vector<ProfileRouter> routers;
    std::vector<ProfileToken> tokens;
    std::vector<ProfileRelay> relays;

    /// Null when the profile has none with this address.
    [[nodiscard]] const ProfileFactory* factory(const Bytes20& address) const;
    [[nodiscard]] const ProfileRouter* router(const Bytes20& address) const;
    [[nodiscard]] const ProfileToken* token(const Bytes20& address) const;
};

/// Every mistake at once, each naming its field: TOML, unknown and missing keys, types, EIP-55 checksums, addresses used twice,
/// routers of a factory that is not there.
[[nodiscard]] std::expected<ChainProfile, std::vector<Error>> load_profile(const std::filesystem::path& file);
/// `name` stands in messages for the file.
[[nodiscard]] std::expected<ChainProfile, std::vector<Error>> parse_profile(std::string_view text, std::string_view name);

struct Config;
/// What of the configuration the profile does not have, or has otherwise: chain id and block time, each pool's factory, deployer,
/// code hash and kind, each router, each token's decimals, and in production each relay. Appends to `errors`.
void check_against_profile(const Config& config, const ChainProfile& profile, std::vector<Error>& errors);

/// The table of all keys in Markdown, as it stands in docs/chains.md.
[[nodiscard]] std::string profile_reference();

} // namespace jitbox::apps
