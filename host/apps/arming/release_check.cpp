// Objections to arming from the machine itself.
// SPDX-License-Identifier: Apache-2.0
#include "apps/arming/release_check.hpp"

#include "base/hex.hpp"
#include "manifest/manifest.hpp"
#include "manifest/sha256.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace jitbox::apps {
namespace {

constexpr const char* release_hint = "run what was released, or have the change released: jitctl manifest sign";
constexpr long max_clock_error_us = 500'000; // adjtimex's own bound on the error; a lease's clock step is 5 s

/// The programs of the manifest that stand here beside jitd and are others. One that is not here cannot run here.
std::vector<std::string> other_programs(const manifest::Manifest& listed, const std::filesystem::path& here) {
    std::vector<std::string> out;
    for (const auto& [name, hash] : listed.binaries) {
        if (here.empty() || name == "jitd" || name == "jit-signer" || !std::filesystem::exists(here / name)) continue;
        const auto found = manifest::sha256_of_file((here / name).string());
        out.push_back(found ? manifest::difference(listed.binaries, "binary", name, *found) : found.error().what);
    }
    return out;
}

void object(ReleaseCheck& out, const std::string& problem) {
    if (!problem.empty()) out.objections.push_back({"arm: " + problem, release_hint});
}

} // namespace

std::map<std::string, std::string> released_contracts(const Config& config) {
    std::map<std::string, std::string> out;
    const auto add = [&out](const Bytes20& address, const std::string& hash) {
        if (!hash.empty()) out.emplace(to_hex(address), hash);
    };
    add(config.chain.executor, config.chain.executor_code_hash);
    if (!config.profile) return out;
    for (const ProfileContract& contract : config.profile->contracts) add(contract.address, contract.code_hash);
    for (const ProfileFactory& factory : config.profile->factories) {
        add(factory.address, factory.code_hash);
        add(factory.deployer, factory.deployer_code_hash);
    }
    for (const ProfileRouter& router : config.profile->routers) add(router.address, router.code_hash);
    for (const ProfileToken& token : config.profile->tokens) add(token.address, token.code_hash);
    return out;
}

ReleaseCheck check_release(const Config& config, const InstalledRelease& installed, const signer::SignerStatus& signer) {
    const auto& [own_binary, programs, image, profile] = installed;
    ReleaseCheck out;
    if (config.arming.manifest.empty()) return out;
    const auto key = manifest::parse_minisign_public_key(config.arming.manifest_public_key); // check_config has looked at it
    const auto loaded = key ? manifest::load_manifest(config.arming.manifest.string(), *key)
                            : Result<manifest::Manifest>(std::unexpected(key.error()));
    if (!loaded) {
        object(out, loaded.error().what);
        return out;
    }
    object(out, manifest::difference(loaded->binaries, "binary", "jitd", own_binary));
    object(out, manifest::difference(loaded->binaries, "binary", "jit-signer", signer.binary_sha256));
    object(out, manifest::difference(loaded->configuration, "configuration", config.source_name, config.source_sha256));
    object(out, manifest::difference(loaded->configuration, "configuration", signer.config_name, signer.config_sha256));
    if (!profile.empty())
        object(out,
               manifest::difference(loaded->configuration, "configuration", config.chain.profile.filename().string(), profile));
    for (const auto& [address, hash] : released_contracts(config))
        object(out, manifest::difference(loaded->contracts, "contract", address, hash));
    for (const std::string& problem : other_programs(*loaded, programs)) object(out, problem);
    if (!image.empty()) object(out, manifest::difference({{"of the card", loaded->bitstream}}, "image", "of the card", image));
    out.contracts = loaded->contracts;
    return out;
}

const std::string& own_binary_hash() {
    static const std::string hash = manifest::sha256_of_file("/proc/self/exe").value_or("");
    return hash;
}

const std::string& card_image_hash(const Config& config) {
    static const std::string hash = [&config]() -> std::string {
        if (config.engine.name != "xrt") return {};
        const char* named = std::getenv("JITBOX_XCLBIN"); // as open_engine() finds it
        const std::string path = config.engine.xclbin.empty() && named != nullptr ? named : config.engine.xclbin.string();
        return manifest::sha256_of_file(path).value_or("unreadable");
    }();
    return hash;
}

InstalledRelease installed_release(const Config& config) {
    static const std::string profile = config.chain.profile.empty()
                                           ? std::string()
                                           : manifest::sha256_of_file(config.chain.profile.string()).value_or("unreadable");
    std::error_code error;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
    return {.own_binary = own_binary_hash(),
            .programs = error ? std::filesystem::path() : program.parent_path(),
            .image = card_image_hash(config),
            .profile = profile};
}

std::string clock_problem(int state, const timex& clock) {
    if (state == TIME_ERROR || (clock.status & STA_UNSYNC) != 0) return "the clock is not synchronised";
    if (clock.maxerror > max_clock_error_us)
        return fmt::format("the clock may be wrong by {} ms, {} ms are allowed", clock.maxerror / 1000, max_clock_error_us / 1000);
    return {};
}

std::string clock_problem(const Config& config) {
    if (!config.arming.require_synchronised_clock) return {};
    timex clock{};
    const int state = ::adjtimex(&clock);
    if (state < 0) return std::string("the kernel does not tell whether the clock is synchronised: ") + std::strerror(errno);
    return clock_problem(state, clock);
}

} // namespace jitbox::apps
