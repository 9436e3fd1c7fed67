// Walks a TOML document along schema tables: sets every field and collects every mistake, each under the name of its field.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/config/config_schema.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace jitbox::apps {

class TomlWalker {
public:
    /// `subject` stands before every message: "config: chain.id is missing".
    TomlWalker(std::string subject, ConfigErrors& errors) : subject_(std::move(subject)), errors_(errors) {}

    /// Sets every field of `section` from `table`; `prefix` is "chain." or "pools[2]." or empty for the root.
    template <typename Section>
    void read(const toml::table& table, const std::string& prefix, std::span<const schema::Key<Section>> keys, Section& section) {
        for (const schema::Key<Section>& key : keys) read_key(table, prefix, key, section);
    }

    /// The table `name` of the root; an absent one has only its defaults.
    template <typename Section>
    void section(const toml::table& root, const std::string& name, std::span<const schema::Key<Section>> keys, Section& out) {
        static const toml::table empty;
        const toml::node* node = root.get(name);
        if (node != nullptr && !node->is_table()) {
            wrong(name, "is not a section", "write it as [" + name + "]");
            return;
        }
        const toml::table& table = node == nullptr ? empty : *node->as_table();
        read(table, name + ".", keys, out);
        reject_unknown(table, name + ".", keys);
    }

    /// The list of tables `name` of the root.
    template <typename Section>
    void list(const toml::table& root, const std::string& name, std::span<const schema::Key<Section>> keys, std::size_t at_least,
              std::vector<Section>& out) {
        const toml::node* node = root.get(name);
        const toml::array* entries = node == nullptr ? nullptr : node->as_array();
        if (node != nullptr && entries == nullptr) {
            wrong(name, "is not a list", "write each entry as [[" + name + "]]");
            return;
        }
        const std::size_t count = entries == nullptr ? 0 : entries->size();
        if (count < at_least) {
            wrong(name, fmt::format("has {} entries", count), fmt::format("add at least {} [[{}]]", at_least, name));
        }
        for (std::size_t i = 0; i < count; ++i) {
            const std::string prefix = fmt::format("{}[{}].", name, i);
            const toml::table* table = entries->get(i)->as_table();
            if (table == nullptr) {
                wrong(fmt::format("{}[{}]", name, i), "is not a table", "write each entry as [[" + name + "]]");
                continue;
            }
            read(*table, prefix, keys, out.emplace_back());
            reject_unknown(*table, prefix, keys);
        }
    }

    /// Every name of the root must be one of these.
    void known_names(const toml::table& root, const std::vector<std::string>& names) {
        for (const auto& [name, node] : root) {
            if (std::ranges::find(names, name.str()) == names.end())
                unknown(std::string(name.str()), fmt::format("{}", fmt::join(names, ", ")));
        }
    }

    void wrong(const std::string& field, const std::string& what, const std::string& hint) {
        errors_.push_back({subject_ + ": " + field + " " + what, hint});
    }

    /// Keys whose default is for development only may then be left out. Known once the root has been read; until then nothing may
    /// be.
    bool development = false;

private:
    void unknown(const std::string& field, const std::string& known) {
        wrong(field, "is not a known key", "remove it or fix its name; known here: " + known);
    }

    template <typename Section>
    void reject_unknown(const toml::table& table, const std::string& prefix, std::span<const schema::Key<Section>> keys) {
        std::string known;
        for (const schema::Key<Section>& key : keys) known += (known.empty() ? "" : ", ") + std::string(key.name);
        for (const auto& [name, node] : table) {
            const std::string_view given = name.str();
            const bool found = std::ranges::any_of(keys, [given](const auto& key) { return given == key.name; });
            if (!found) unknown(prefix + std::string(given), known);
        }
    }

    /// The scalar as text, so that wei amounts may be written as string or integer alike. Nothing when the TOML type cannot be
    /// meant.
    static std::optional<std::string> scalar_text(const toml::node& node, schema::Type type) {
        if (type == schema::Type::flag) {
            const auto flag = node.value_exact<bool>();
            if (!flag) return std::nullopt;
            return *flag ? "true" : "false";
        }
        if (type == schema::Type::integer || type == schema::Type::wei) {
            if (const auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
            if (type == schema::Type::integer) return std::nullopt;
        }
        return node.value_exact<std::string>();
    }

    template <typename Section>
    void read_key(const toml::table& table, const std::string& prefix, const schema::Key<Section>& key, Section& section) {
        const std::string field = prefix + key.name;
        const toml::node* node = table.get(key.name);
        if (node == nullptr && (key.fallback == schema::required || (key.stated && !development))) {
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
        if (!value && text->empty()) {
            wrong(field, "is empty", fmt::format("fill it in ({}): {}", schema::name_of(key.type), key.help));
            return;
        }
        if (!value) {
            wrong(field, "= " + *text + " " + value.error().what, value.error().hint);
            return;
        }
        key.set(section, *value);
    }

    std::string subject_;
    ConfigErrors& errors_;
};

} // namespace jitbox::apps
