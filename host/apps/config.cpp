// Reads the file with toml++ and walks it along the schema, collecting every mistake.
// SPDX-License-Identifier: Apache-2.0
#include "apps/config.hpp"

#include "apps/config_schema.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>

namespace jitbox::apps {
namespace {

using schema::Key;
using schema::Type;

/// The scalar as text, so that wei amounts may be written as string or integer alike. Nothing when the TOML type cannot be meant.
std::optional<std::string> scalar_text(const toml::node& node, Type type) {
    if (type == Type::flag) {
        const auto flag = node.value_exact<bool>();
        if (!flag) return std::nullopt;
        return *flag ? "true" : "false";
    }
    if (type == Type::integer || type == Type::wei) {
        if (const auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
        if (type == Type::integer) return std::nullopt;
    }
    return node.value_exact<std::string>();
}

class Walker {
public:
    explicit Walker(ConfigErrors& errors) : errors_(errors) {}

    /// Sets every field of `section` from `table`; `prefix` is "chain." or "pools[2]." or empty for the root.
    template <typename Section>
    void read(const toml::table& table, const std::string& prefix, std::span<const Key<Section>> keys, Section& section) {
        for (const Key<Section>& key : keys) read_key(table, prefix, key, section);
    }

    void unknown(const std::string& field, const std::string& known) {
        errors_.push_back({"config: " + field + " is not a known key", "remove it or fix its name; known here: " + known});
    }

    template <typename Section>
    void reject_unknown(const toml::table& table, const std::string& prefix, std::span<const Key<Section>> keys) {
        std::string known;
        for (const Key<Section>& key : keys) known += (known.empty() ? "" : ", ") + std::string(key.name);
        for (const auto& [name, node] : table) {
            const std::string_view given = name.str();
            const bool found = std::ranges::any_of(keys, [given](const auto& key) { return given == key.name; });
            if (!found) unknown(prefix + std::string(given), known);
        }
    }

    void wrong(const std::string& field, const std::string& what, const std::string& hint) {
        errors_.push_back({"config: " + field + " " + what, hint});
    }

private:
    template <typename Section>
    void read_key(const toml::table& table, const std::string& prefix, const Key<Section>& key, Section& section) {
        const std::string field = prefix + key.name;
        const toml::node* node = table.get(key.name);
        if (node == nullptr && key.fallback == schema::required) {
            wrong(field, "is missing", fmt::format("add it ({}): {}", schema::name_of(key.type), key.help));
            return;
        }
        const std::optional<std::string> text =
            node == nullptr ? std::optional<std::string>(key.fallback) : scalar_text(*node, key.type);
        if (!text) {
            wrong(field, "has the wrong type", fmt::format("give {}: {}", schema::name_of(key.type), key.help));
            return;
        }
        if (node == nullptr && text->empty()) {
            key.set(section, schema::Value{});
            return;
        }
        const auto value = schema::convert(key.type, key.range, *text);
        if (!value) {
            wrong(field, "= " + *text + " " + value.error().what, value.error().hint);
            return;
        }
        key.set(section, *value);
    }

    ConfigErrors& errors_;
};

void read_sections(const toml::table& root, Walker& walker, Config& config) {
    schema::for_each_section([&](const std::string& name, auto keys, auto member) {
        static const toml::table empty;
        const toml::node* node = root.get(name);
        if (node != nullptr && !node->is_table()) {
            walker.wrong(name, "is not a section", "write it as [" + name + "]");
            return;
        }
        const toml::table& table = node == nullptr ? empty : *node->as_table();
        walker.read(table, name + ".", keys, config.*member);
        walker.reject_unknown(table, name + ".", keys);
    });
}

void read_lists(const toml::table& root, Walker& walker, Config& config) {
    schema::for_each_list([&](const std::string& name, auto keys, auto member, std::size_t at_least) {
        const toml::node* node = root.get(name);
        const toml::array* list = node == nullptr ? nullptr : node->as_array();
        if (node != nullptr && list == nullptr) {
            walker.wrong(name, "is not a list", "write each entry as [[" + name + "]]");
            return;
        }
        const std::size_t count = list == nullptr ? 0 : list->size();
        if (count < at_least) {
            walker.wrong(name, fmt::format("has {} entries", count), fmt::format("add at least {} [[{}]]", at_least, name));
        }
        for (std::size_t i = 0; i < count; ++i) {
            const std::string prefix = fmt::format("{}[{}].", name, i);
            const toml::table* table = list->get(i)->as_table();
            if (table == nullptr) {
                walker.wrong(fmt::format("{}[{}]", name, i), "is not a table", "write each entry as [[" + name + "]]");
                continue;
            }
            auto& entry = (config.*member).emplace_back();
            walker.read(*table, prefix, keys, entry);
            walker.reject_unknown(*table, prefix, keys);
        }
    });
}

void read_root(const toml::table& root, Walker& walker, Config& config) {
    walker.read(root, "", schema::root_keys(), config);
    std::vector<std::string> names;
    for (const auto& key : schema::root_keys()) names.emplace_back(key.name);
    schema::for_each_section([&](const char* name, auto, auto) { names.emplace_back(name); });
    schema::for_each_list([&](const char* name, auto, auto, std::size_t) { names.emplace_back(name); });
    for (const auto& [name, node] : root) {
        if (std::ranges::find(names, name.str()) == names.end()) {
            walker.unknown(std::string(name.str()), fmt::format("{}", fmt::join(names, ", ")));
        }
    }
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
        Walker walker(errors);
        read_root(root, walker, config);
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
    std::ifstream in(file);
    if (!in) {
        return std::unexpected(ConfigErrors{{"config: cannot read " + file.string(), "give the file with --config"}});
    }
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    return parse_config(text, file.string());
}

std::string config_reference() {
    std::string out;
    const auto table = [&out](const std::string& title, const std::string& note, auto keys) {
        out += fmt::format("### {}\n\n{}| key | type | default | meaning |\n|---|---|---|---|\n", title, note);
        for (const auto& key : keys) {
            std::string range = key.range;
            std::ranges::replace(range, '|', '/');
            const std::string type =
                range.empty() ? schema::name_of(key.type) : fmt::format("{}: {}", schema::name_of(key.type), range);
            const std::string fallback = key.fallback == schema::required ? "required"
                                         : *key.fallback == '\0'          ? "empty"
                                                                          : fmt::format("`{}`", key.fallback);
            out += fmt::format("| `{}` | {} | {} | {} |\n", key.name, type, fallback, key.help);
        }
        out += "\n";
    };
    table("Top level", "", schema::root_keys());
    schema::for_each_section([&](const std::string& name, auto keys, auto) { table("`[" + name + "]`", "", keys); });
    schema::for_each_list([&](const std::string& name, auto keys, auto, std::size_t at_least) {
        table("`[[" + name + "]]`", at_least == 0 ? "Optional.\n\n" : fmt::format("At least {}.\n\n", at_least), keys);
    });
    return out;
}

} // namespace jitbox::apps
