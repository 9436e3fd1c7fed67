// Reads the file with toml++ and walks it along the schema, collecting every mistake.
// SPDX-License-Identifier: Apache-2.0
#include "apps/config/config.hpp"

#include "apps/config/config_schema.hpp"
#include "apps/config/schema_reference.hpp"
#include "apps/config/toml_walker.hpp"
#include "base/file.hpp"
#include "manifest/sha256.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>

namespace jitbox::apps {
namespace {

void read_sections(const toml::table& root, TomlWalker& walker, Config& config) {
    schema::for_each_section(
        [&](const std::string& name, auto keys, auto member) { walker.section(root, name, keys, config.*member); });
}

void read_lists(const toml::table& root, TomlWalker& walker, Config& config) {
    schema::for_each_list([&](const std::string& name, auto keys, auto member, std::size_t at_least) {
        walker.list(root, name, keys, at_least, config.*member);
    });
}

void read_root(const toml::table& root, TomlWalker& walker, Config& config) {
    walker.read(root, "", schema::root_keys(), config);
    std::vector<std::string> names;
    for (const auto& key : schema::root_keys()) names.emplace_back(key.name);
    schema::for_each_section([&](const char* name, auto, auto) { names.emplace_back(name); });
    schema::for_each_list([&](const char* name, auto, auto, std::size_t) { names.emplace_back(name); });
    walker.known_names(root, names);
}

} // namespace

const TokenConfig* Config::token(const Bytes20& address) const {
    const auto found = std::ranges::find(tokens, address, &TokenConfig::address);
    return found == tokens.end() ? nullptr : &*found;
}

std::expected<Config, ConfigErrors> parse_config(std::string_view text, std::string_view name) {
    ConfigErrors errors;
    Config config;
    try {
        const toml::table root = toml::parse(text, name);
        TomlWalker walker("config", errors);
        read_root(root, walker, config);
        walker.development = config.environment == "development";
        read_sections(root, walker, config);
        read_lists(root, walker, config);
    } catch (const toml::parse_error& error) {
        const auto where = error.source().begin;
        errors.push_back({fmt::format("config: {}:{}:{} is not TOML: {}", name, where.line, where.column, error.description()),
                          "fix the syntax; the fields are checked after that"});
        return std::unexpected(std::move(errors));
    }
    check_config(config, errors);
    if (!errors.empty()) return std::unexpected(std::move(errors));
    return config;
}

std::expected<Config, ConfigErrors> load_config(const std::filesystem::path& file) {
    const auto text = read_file(file);
    if (!text) return std::unexpected(ConfigErrors{{"config: " + text.error().what, "give the file with --config"}});
    auto config = parse_config(*text, file.string());
    if (!config) return config;
    config->file = file;
    config->source_name = file.filename().string();
    config->source_sha256 = manifest::sha256_hex(*text);
    ConfigErrors errors;
    check_permissions(file, *config, errors);
    if (!errors.empty()) return std::unexpected(std::move(errors));
    return config;
}

std::string config_reference() {
    std::string out;
    const auto table = [&out](const std::string& title, const std::string& note, auto keys) {
        out += schema::reference_table(title, note, keys);
    };
    table("Top level", "", schema::root_keys());
    schema::for_each_section([&](const std::string& name, auto keys, auto) { table("`[" + name + "]`", "", keys); });
    schema::for_each_list([&](const std::string& name, auto keys, auto, std::size_t at_least) {
        table("`[[" + name + "]]`", at_least == 0 ? "Optional.\n\n" : fmt::format("At least {}.\n\n", at_least), keys);
    });
    return out;
}

} // namespace jitbox::apps
