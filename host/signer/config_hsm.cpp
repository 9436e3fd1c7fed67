// The section [hsm]: where the keys lie, what reaches them, how long it may take.
// SPDX-License-Identifier: Apache-2.0
#include "signer/config_section.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <unistd.h>

namespace jitbox::signer {
namespace {

/// What differs from one HSM to another (KEY-1). Only softhsm2 was ever run here; the others are what their vendors' manuals say.
struct Profile {
    std::string_view name;
    Network network;
    std::int64_t call_deadline_ms;
    std::int64_t restart_deadline_ms;
    std::int64_t session_timeout_s; ///< 0: sessions do not end by themselves
};
constexpr std::array profiles{
    Profile{
        .name = "softhsm2", .network = Network::none, .call_deadline_ms = 250, .restart_deadline_ms = 600, .session_timeout_s = 0},
    // A client library in Rust that talks to a cluster over TLS; sessions end when the connection to a node does.
    Profile{.name = "cloudhsm",
            .network = Network::internet,
            .call_deadline_ms = 500,
            .restart_deadline_ms = 3000,
            .session_timeout_s = 600},
    // The connector is an HTTP server on this machine; one signature takes about 0.1 s; sessions end after 30 s without use.
    Profile{.name = "yubihsm2",
            .network = Network::internet,
            .call_deadline_ms = 1000,
            .restart_deadline_ms = 3000,
            .session_timeout_s = 20},
};

const Profile& read_profile(Section& section) {
    const std::string name = section.optional_text("profile");
    const auto* const found = std::ranges::find(profiles, name, &Profile::name);
    if (found != profiles.end()) return *found;
    if (!name.empty()) section.error("profile", "'" + name + "' is none of softhsm2, cloudhsm, yubihsm2");
    return profiles.front();
}

/// The PIN that `jitctl key seal` has sealed.
void read_sealed_pin(Section& section, Config& config, const std::string& file) {
    auto pin = unseal_pin_file(file, section.optional_text("tpm"));
    if (pin)
        config.hsm.token.pin = std::move(*pin);
    else
        section.error("pin_sealed_file", pin.error().what, pin.error().hint);
}

void read_pin(Section& section, Config& config, const std::string& credentials_dir) {
    const std::string file = section.optional_text("pin_file");
    const std::string credential = section.optional_text("pin_credential");
    const std::string sealed = section.optional_text("pin_sealed_file");
    if (section.has("tpm") && sealed.empty()) section.error("tpm", "is there for pin_sealed_file only");
    if (!file.empty() + !credential.empty() + !sealed.empty() != 1) {
        section.error("pin_file", "exactly one of pin_file, pin_credential and pin_sealed_file is needed",
                      "pin_file = a file of mode 0600, pin_credential = the name of a systemd LoadCredential=, or "
                      "pin_sealed_file = what `jitctl key seal` wrote");
        return;
    }
    if (!sealed.empty()) return read_sealed_pin(section, config, sealed);
    if (!credential.empty() && (credentials_dir.empty() || credential.find('/') != std::string::npos)) {
        section.error("pin_credential", credentials_dir.empty() ? "CREDENTIALS_DIRECTORY is not set" : "must be a plain name",
                      "run under systemd with LoadCredential=" + credential + ":/path, or use pin_file");
        return;
    }
    auto pin = read_pin_file(file.empty() ? credentials_dir + "/" + credential : file);
    if (pin)
        config.hsm.token.pin = std::move(*pin);
    else
        section.error(file.empty() ? "pin_credential" : "pin_file", pin.error().what, pin.error().hint);
}

void read_key_file(Section& section, Config& config) {
    config.hsm.token.key_file = section.text("key_file");
    if (config.environment != "development")
        section.error("key_file", "keys in a file are for development only, this is " + config.environment,
                      "use an HSM: module and token instead of key_file");
    for (const char* other : {"module", "token", "profile"})
        if (section.has(other)) section.error(other, "does not go together with key_file");
}

void read_module(Section& section, Config& config) {
    config.hsm.token.module = section.text("module");
    config.hsm.token.token = section.text("token");
    if (!config.hsm.token.module.empty() && ::access(config.hsm.token.module.c_str(), R_OK) != 0)
        section.error("module", config.hsm.token.module + ": " + std::strerror(errno), "set it to the PKCS#11 library of your HSM");
}

} // namespace

void read_hsm_section(const toml::table& root, Config& config, const std::string& credentials_dir, std::vector<Error>& errors) {
    Section section(root, "hsm", errors);
    const bool in_file = section.has("key_file");
    const Profile& profile = in_file ? profiles.front() : read_profile(section);
    if (in_file)
        read_key_file(section, config);
    else
        read_module(section, config);
    config.hsm.token.network = profile.network;
    config.hsm.token.pin_guard = config.state_dir.empty() ? "" : config.pin_guard_path();
    config.key_label = section.text("key_label");
    const std::uint64_t lanes = section.natural("lanes", 1, 64);
    for (std::uint64_t i = 0; i < lanes; ++i) config.hsm.token.key_labels.push_back(config.key_label + "-" + std::to_string(i));
    config.hsm.sessions = section.natural_or("sessions", HsmPool::most_workers, 1, HsmPool::most_workers);
    const auto milliseconds = [&](const char* key, std::int64_t fallback, std::int64_t maximum) {
        return std::chrono::milliseconds(section.natural_or(key, static_cast<std::uint64_t>(fallback), 1, maximum));
    };
    config.hsm.call_deadline = milliseconds("call_deadline_ms", profile.call_deadline_ms, 60'000);
    config.hsm.start_deadline = milliseconds("start_deadline_ms", 5000, 600'000);
    config.hsm.restart_deadline = milliseconds("restart_deadline_ms", profile.restart_deadline_ms, 600'000);
    config.hsm.session_timeout = std::chrono::seconds(
        section.natural_or("session_timeout_s", static_cast<std::uint64_t>(profile.session_timeout_s), 0, 86'400));
    read_pin(section, config, credentials_dir);
    section.refuse_unknown_keys();
}

} // namespace jitbox::signer
