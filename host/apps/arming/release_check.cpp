// Objections to arming from the machine itself.
// SPDX-License-Identifier: Apache-2.0
#include "apps/arming/release_check.hpp"

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

void object(ReleaseCheck& out, const std::string& problem) {
    if (!problem.empty()) out.objections.push_back({"arm: " + problem, release_hint});
}

} // namespace

ReleaseCheck check_release(const Config& config, const std::string& own_binary, const std::string& image,
                           const signer::SignerStatus& signer) {
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
