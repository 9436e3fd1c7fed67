// jitctl manifest sign|verify.
// SPDX-License-Identifier: Apache-2.0
#include "apps/jitctl/manifest_command.hpp"

#include "apps/arming/release_check.hpp"
#include "apps/config/config.hpp"
#include "apps/custody/node_session.hpp"
#include "apps/jitctl/commands.hpp"
#include "apps/text/command_line.hpp"
#include "base/file.hpp"
#include "base/hex.hpp"
#include "chain/keccak.hpp"
#include "manifest/manifest.hpp"
#include "manifest/sha256.hpp"
#include "signer/config.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace jitbox::apps {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 4> programs = {"jitd", "jit-signer", "jit-guardian", "jitctl"};

struct SignArguments {
    std::string key;
    std::string password_file;
    std::string bin_dir;
    std::string jitd_config;
    std::vector<std::string> more_configs;
    std::string bitstream;
    std::string node;
    std::string out = "manifest.json";
};

Result<void> add_hash(std::map<std::string, std::string>& entries, const fs::path& path) {
    const auto hash = manifest::sha256_of_file(path.string());
    if (!hash) return std::unexpected(hash.error());
    if (!entries.emplace(path.filename().string(), *hash).second)
        return fail("two files are called " + path.filename().string(), "the manifest names them without their folders");
    return {};
}

/// The pools' code as `url` shows it: no configuration states it.
Result<void> add_pools(const Config& config, const std::string& url, std::map<std::string, std::string>& contracts) {
    auto node = NodeSession::open(url);
    if (!node) return std::unexpected(node.error());
    const auto chain_id = (*node)->chain_id();
    if (!chain_id) return std::unexpected(chain_id.error());
    if (*chain_id != config.chain.id)
        return fail(url + " is on chain " + std::to_string(*chain_id), "--node: the configured chain's");
    for (const PoolConfig& pool : config.pools) {
        const auto code = (*node)->code(pool.address);
        if (!code) return std::unexpected(code.error());
        if (code->empty()) return fail("there is no pool at " + to_hex(pool.address), "check the address and the chain");
        contracts.emplace(to_hex(pool.address), to_hex(chain::keccak256(BytesView(*code))));
    }
    return {};
}

/// Binaries, configurations, profile and image as they stand on this disk; contracts as configuration, profile and node have them.
Result<manifest::Manifest> describe(const SignArguments& arguments) {
    manifest::Manifest out;
    for (const char* program : programs)
        if (auto added = add_hash(out.binaries, fs::path(arguments.bin_dir) / program); !added)
            return std::unexpected(added.error());
    std::vector<std::string> configs = arguments.more_configs;
    configs.push_back(arguments.jitd_config);
    for (const std::string& config : configs)
        if (auto added = add_hash(out.configuration, config); !added) return std::unexpected(added.error());
    const auto config = load_config(arguments.jitd_config);
    if (!config) return std::unexpected(config.error().front());
    if (config->chain.executor_code_hash.empty())
        return fail(arguments.jitd_config + ": chain.executor_code_hash is empty", "the manifest holds the executor's code hash");
    out.contracts = released_contracts(*config);
    if (!arguments.node.empty())
        if (auto added = add_pools(*config, arguments.node, out.contracts); !added) return std::unexpected(added.error());
    if (!config->chain.profile.empty())
        if (auto added = add_hash(out.configuration, config->chain.profile); !added) return std::unexpected(added.error());
    const std::string bitstream = arguments.bitstream.empty() ? config->engine.xclbin.string() : arguments.bitstream;
    if (config->engine.name == "xrt" && bitstream.empty())
        return fail(arguments.jitd_config + ": engine.name is xrt and no image is named", "--bitstream, or engine.xclbin");
    if (bitstream.empty()) return out;
    const auto image = manifest::sha256_of_file(bitstream);
    if (!image) return std::unexpected(image.error());
    out.bitstream = *image;
    return out;
}

Result<void> write_file(const std::string& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    if (!file) return fail("cannot write " + path);
    return {};
}

Result<void> sign(const SignArguments& arguments) {
    const auto described = describe(arguments);
    if (!described) return std::unexpected(described.error());
    const auto key = signer::read_private_file(arguments.key);
    if (!key) return std::unexpected(key.error());
    signer::Secret password;
    if (!arguments.password_file.empty()) {
        auto read = signer::read_pin_file(arguments.password_file);
        if (!read) return std::unexpected(read.error());
        password = std::move(*read);
    }
    const std::string text = manifest::format_manifest(*described);
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
    const auto signature = manifest::minisign(text, key->reveal(), password.reveal(),
                                              "timestamp:" + std::to_string(now.count()) +
                                                  "\tfile:" + fs::path(arguments.out).filename().string() + "\thashed");
    if (!signature) return std::unexpected(signature.error());
    if (auto written = write_file(arguments.out, text); !written) return written;
    return write_file(arguments.out + ".minisig", *signature);
}

Result<manifest::MinisignPublicKey> read_public_key(const std::string& text_or_file) {
    if (!fs::exists(text_or_file)) {
        auto key = manifest::parse_minisign_public_key(text_or_file);
        if (!key) return fail("--public-key: '" + text_or_file + "' is neither a file nor minisign's line RW...", key.error().hint);
        return key;
    }
    const auto text = read_file(text_or_file);
    if (!text) return std::unexpected(text.error());
    return manifest::parse_minisign_public_key(*text);
}

int run_sign(const SignArguments& arguments) {
    if (auto done = sign(arguments); !done) return print_error(done.error());
    std::printf("%s and %s.minisig\n", arguments.out.c_str(), arguments.out.c_str());
    return 0;
}

/// The signature, and every listed program in `bin_dir` when that is given.
int run_verify(const std::string& path, const std::string& public_key, const std::string& bin_dir) {
    const auto key = read_public_key(public_key);
    if (!key) return print_mistake(key.error());
    const auto loaded = manifest::load_manifest(path, *key);
    if (!loaded) return print_error(loaded.error());
    int differences = 0;
    for (const auto& [name, hash] : loaded->binaries) {
        if (bin_dir.empty()) break;
        const auto found = manifest::sha256_of_file((fs::path(bin_dir) / name).string());
        const std::string problem = found ? manifest::difference(loaded->binaries, "binary", name, *found) : found.error().what;
        if (problem.empty()) continue;
        std::fprintf(stderr, "jitctl: %s\n", problem.c_str());
        ++differences;
    }
    if (differences > 0) return 1;
    std::printf("%s: signed with this key; %zu binaries%s, %zu configurations, %zu contracts\n", path.c_str(),
                loaded->binaries.size(), bin_dir.empty() ? "" : " (as they are here)", loaded->configuration.size(),
                loaded->contracts.size());
    return 0;
}

} // namespace

int run_manifest(int argc, char** argv) {
    CLI::App app(
        "manifest: what may run here, as hashes, signed in minisign's format (minisign -G makes the key). Arming is refused\n"
        "when binaries, configuration, image or contracts are others (arming.manifest of jitd's configuration).");
    app.require_subcommand(1);
    SignArguments arguments;
    std::string path = "manifest.json";
    std::string public_key;
    std::string bin_dir;
    CLI::App* signing = app.add_subcommand("sign", "hash what is here, write the manifest and its signature FILE.minisig");
    signing->add_option("--key", arguments.key, "minisign's secret key file, mode 0600")->required();
    signing->add_option("--password-file", arguments.password_file, "its password, a file of mode 0600; none: a key made with -W");
    signing->add_option("--bin-dir", arguments.bin_dir, "where jitd, jit-signer, jit-guardian and jitctl are")->required();
    signing->add_option("--config", arguments.jitd_config, "jitd's configuration")->required();
    signing->add_option("--more-config", arguments.more_configs, "other configurations, e.g. signer.toml");
    signing->add_option("--bitstream", arguments.bitstream, "the card's image; default: engine.xclbin");
    signing->add_option("--node", arguments.node, "ws:// of a node: the code of every configured pool is listed too");
    signing->add_option("--out", arguments.out, "the manifest")->capture_default_str();
    CLI::App* verifying = app.add_subcommand("verify", "check the signature, and with --bin-dir the programs");
    verifying->add_option("MANIFEST", path, "the manifest; its signature stands beside it")->capture_default_str();
    verifying->add_option("--public-key", public_key, "minisign's public key: the file, or its line RW...")->required();
    verifying->add_option("--bin-dir", bin_dir, "where the programs are");
    if (const auto code = parse_command_line(app, argc, argv)) return *code;
    return signing->parsed() ? run_sign(arguments) : run_verify(path, public_key, bin_dir);
}

} // namespace jitbox::apps
