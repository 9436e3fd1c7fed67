// The configuration of jit-signer.
// SPDX-License-Identifier: Apache-2.0
#include "signer/config.hpp"

#include "base/file.hpp"
#include "manifest/sha256.hpp"
#include "signer/config_section.hpp"

#include <array>
#include <filesystem>

#include <sys/stat.h>

namespace jitbox::signer {
namespace {

/// What tokens come with, and what is tried first (DATA-1). "0001password" is the YubiHSM 2's.
constexpr std::array<std::string_view, 12> default_pins = {"0000",     "1234",   "12345", "123456",       "12345678", "87654321",
                                                           "password", "secret", "1111",  "0001password", "userpin",  "changeit"};
constexpr std::chrono::milliseconds longest_beat_gap{300}; // ARM-3: three beats of the 10 Hz monitor

bool is_environment(std::string_view text) {
    return text == "development" || text == "staging" || text == "production";
}

/// A user has one role: the wider of two would be the one that counts.
void refuse_overlap(Section& section, const char* key, const std::vector<std::uint32_t>& users, const std::string& wider_key,
                    const std::vector<std::uint32_t>& wider) {
    for (const std::uint32_t uid : users)
        if (std::ranges::find(wider, uid) != wider.end())
            section.error(key, std::to_string(uid) + " is in " + wider_key + " too", "name each user in one of them");
}

void read_signer(const toml::table& root, Config& config, std::vector<Error>& errors) {
    Section section(root, "signer", errors);
    config.environment = section.text("environment");
    if (!config.environment.empty() && !is_environment(config.environment))
        section.error("environment", "'" + config.environment + "' is none of development, staging, production");
    config.limits.chain_id = section.natural("chain_id", 1, INT64_MAX);
    config.limits.executor = section.address("executor");
    config.state_dir = section.text("state_dir");
    config.signing_socket = section.text("signing_socket");
    config.control_socket = section.text("control_socket");
    config.allowed_uids = section.uids("allowed_uids");
    config.operator_uids = section.uids("operator_uids");
    config.watcher_uids = section.uids("watcher_uids");
    refuse_overlap(section, "operator_uids", config.operator_uids, "allowed_uids", config.allowed_uids);
    refuse_overlap(section, "watcher_uids", config.watcher_uids, "allowed_uids", config.allowed_uids);
    refuse_overlap(section, "watcher_uids", config.watcher_uids, "operator_uids", config.operator_uids);
    struct stat info{};
    if (!config.state_dir.empty() && (::stat(config.state_dir.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)))
        section.error("state_dir", config.state_dir + " is no directory", "make it, mode 0700, owned by the signer's user");
    for (const auto& [key, path] :
         {std::pair("signing_socket", config.signing_socket), std::pair("control_socket", config.control_socket)})
        if (path.size() > 107) section.error(key, "longer than the 107 bytes of a Unix socket's name");
    if (!config.signing_socket.empty() && config.signing_socket == config.control_socket)
        section.error("control_socket", "is the same as signing_socket");
    section.refuse_unknown_keys();
}

void read_limits(const toml::table& root, Config& config, std::vector<Error>& errors) {
    Section section(root, "limits", errors);
    config.limits.max_gas_limit = section.natural("max_gas_limit", 21'000, 1'000'000'000);
    config.limits.max_fee_per_gas_wei = section.wei("max_fee_per_gas_wei");
    config.limits.max_priority_fee_per_gas_wei = section.wei("max_priority_fee_per_gas_wei");
    config.limits.max_tip_wei = section.wei("max_tip_wei");
    config.max_ttl = std::chrono::seconds(section.natural("max_ttl_s", 1, 604'800));
    config.max_beat_gap = std::chrono::milliseconds(section.natural_or("max_beat_gap_ms", 300, 0, 60'000));
    if (config.environment != "development" && (config.max_beat_gap.count() == 0 || config.max_beat_gap > longest_beat_gap))
        section.error("max_beat_gap_ms", std::to_string(config.max_beat_gap.count()) + " is not within 1..300",
                      "the dead man is three beats at 10 Hz; only a development signer may wait longer, or for ever (0)");
    section.refuse_unknown_keys();
}

} // namespace

std::expected<Config, std::vector<Error>> parse_config(std::string_view text, const std::string& path,
                                                       const std::string& credentials_dir) {
    std::vector<Error> errors;
    const auto broken = [&](std::string what) {
        errors.push_back({.what = path + ": " + std::move(what), .hint = "see docs/signer.md for the format"});
        return std::unexpected(std::move(errors));
    };
    toml::table root;
    try {
        root = toml::parse(text, path);
    } catch (const toml::parse_error& error) { // toml++ reports by exception
        return broken("line " + std::to_string(error.source().begin.line) + ": " + std::string(error.description()));
    }
    Config config;
    for (const auto& [key, value] : root)
        if (key.str() != "signer" && key.str() != "limits" && key.str() != "hsm" && key.str() != "approvals" &&
            key.str() != "audit" && key.str() != "menu" && key.str() != "prices")
            errors.push_back({.what = std::string(key.str()) + ": unknown section", .hint = "misspelt? see docs/signer.md"});
    read_signer(root, config, errors);
    read_limits(root, config, errors);
    read_hsm_section(root, config, credentials_dir, errors);
    read_approvals_section(root, config, errors);
    read_prices_section(root, config, errors);
    read_audit_section(root, config, errors);
    read_menu_section(root, config, errors);
    if (!errors.empty()) return std::unexpected(std::move(errors));
    return config;
}

/// DATA-1: what a production signer refuses besides.
std::vector<Error> check_production(const Config& config, const std::string& path) {
    std::vector<Error> out;
    if (config.environment != "production") return out;
    const auto open_to = [](const std::string& file, mode_t bits) {
        struct stat info{};
        return ::stat(file.c_str(), &info) == 0 && (info.st_mode & bits) != 0;
    };
    if (open_to(path, S_IWGRP | S_IWOTH)) out.push_back({.what = path + ": others may write it", .hint = "chmod go-w " + path});
    if (open_to(config.state_dir, S_IRWXG | S_IRWXO))
        out.push_back(
            {.what = "signer.state_dir: " + config.state_dir + " is open to others", .hint = "chmod 700 " + config.state_dir});
    if (config.limits.chain_id == 31337 || config.limits.chain_id == 1337)
        out.push_back({.what = "signer.chain_id: " + std::to_string(config.limits.chain_id) + " is a development chain",
                       .hint = "environment = \"development\" for a sandbox"});
    if (std::ranges::find(default_pins, config.hsm.token.pin.reveal()) != default_pins.end())
        out.push_back(
            {.what = "hsm.pin_file: the PIN is a default or one of the first to be tried", .hint = "set another PIN on the token"});
    return out;
}

std::expected<Config, std::vector<Error>> load_config(const std::string& path) {
    const auto text = read_file(path);
    if (!text) return std::unexpected(std::vector{Error{.what = text.error().what, .hint = "give the file with --config"}});
    const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
    auto config = parse_config(*text, path, credentials == nullptr ? "" : credentials);
    if (!config) return config;
    config->source_name = std::filesystem::path(path).filename().string();
    config->source_sha256 = manifest::sha256_hex(*text);
    if (auto mistakes = check_production(*config, path); !mistakes.empty()) return std::unexpected(std::move(mistakes));
    return config;
}

} // namespace jitbox::signer
