// What production refuses: shortcuts of development, debug modes, weak permissions (DATA-1).
// SPDX-License-Identifier: Apache-2.0
#include "apps/config/config_schema.hpp"
#include "manifest/minisign.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

namespace jitbox::apps {
namespace {

bool is_production(const Config& config) {
    return config.environment == "production";
}

void check_manifest(const Config& config, ConfigErrors& errors) {
    const ArmingConfig& arming = config.arming;
    if (arming.manifest.empty() != arming.manifest_public_key.empty()) {
        errors.push_back({fmt::format("config: arming.{} is missing", arming.manifest.empty() ? "manifest" : "manifest_public_key"),
                          "the two belong together"});
        return;
    }
    if (arming.manifest.empty()) {
        if (is_production(config))
            errors.push_back(
                {"config: arming.manifest is missing",
                 "production runs what was released: jitctl manifest sign, and the public key in arming.manifest_public_key"});
        return;
    }
    if (const auto key = manifest::parse_minisign_public_key(arming.manifest_public_key); !key)
        errors.push_back({"config: arming.manifest_public_key: " + key.error().what, key.error().hint});
}

/// Errors when somebody else may do what `bits` says to the file.
void check_mode(const std::string& field, const std::filesystem::path& path, mode_t bits, const char* hint, ConfigErrors& errors) {
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0 || (info.st_mode & bits) == 0) return; // what is not there yet is made with its mode
    errors.push_back(
        {fmt::format("config: {} {} is open to others (mode {:04o})", field, path.string(), info.st_mode & 07777U), hint});
}

} // namespace

void check_production(const Config& config, ConfigErrors& errors) {
    check_manifest(config, errors);
    if (!is_production(config)) return;
    if (config.chain.profile.empty()) {
        errors.push_back({"config: chain.profile is missing", "production needs the chain's profile, see docs/chains.md"});
    }
    if (config.chain.owner == Bytes20{}) {
        errors.push_back({"config: chain.owner is missing", "production needs the address of the Safe that owns the executor"});
    }
    if (config.chain.guardian == Bytes20{}) {
        errors.push_back({"config: chain.guardian is missing", "production needs the address of the executor's guardian"});
    }
    if (config.chain.executor_code_hash.empty()) {
        errors.push_back({"config: chain.executor_code_hash is missing",
                          "production needs the keccak256 of the executor's code: cast keccak $(cast code EXECUTOR)"});
    }
    if (config.chain.id == 31337 || config.chain.id == 1337) {
        errors.push_back({fmt::format("config: chain.id = {} is a development chain", config.chain.id),
                          "set environment = \"development\" for a sandbox"});
    }
    if (config.telemetry.log_level == "debug") {
        errors.push_back({"config: telemetry.log_level = debug is a debug mode", "production logs from info on"});
    }
    if (!config.arming.require_synchronised_clock) {
        errors.push_back({"config: arming.require_synchronised_clock = false", "production needs a synchronised clock"});
    }
}

void check_permissions(const std::filesystem::path& file, const Config& config, ConfigErrors& errors) {
    if (!is_production(config)) return;
    check_mode("the file", file, S_IWGRP | S_IWOTH, "chmod go-w", errors);
    check_mode("paths.state_dir", config.paths.state_dir, S_IRWXG | S_IRWXO, "chmod 700", errors);
    check_mode("paths.runtime_dir", config.paths.runtime_dir, S_IWOTH, "chmod o-w", errors);
    check_mode("relay.auth_key_file", config.relay.auth_key_file, S_IRWXG | S_IRWXO, "chmod 600", errors);
}

} // namespace jitbox::apps
