// One section of the signer's configuration file, read strictly; private to signer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "signer/config.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace jitbox::signer {

/// Reads keys of one section, remembers which were asked for, collects errors.
class Section {
public:
    Section(const toml::table& root, std::string name, std::vector<Error>& errors)
        : name_(std::move(name)), errors_(errors), table_(root[name_].as_table()) {
        if (table_ == nullptr) error("", "the section is missing", "add [" + name_ + "], see docs/signer.md");
    }

    std::string text(const std::string& key) {
        const auto value = get<std::string>(key, "text in quotes");
        if (value && value->empty()) error(key, "is empty");
        return value.value_or("");
    }
    std::string optional_text(const std::string& key) { return has(key) ? text(key) : ""; }
    std::uint64_t natural(const std::string& key, std::int64_t minimum, std::int64_t maximum) {
        const auto value = get<std::int64_t>(key, "a number");
        if (value && (*value < minimum || *value > maximum))
            error(key, std::to_string(*value) + " is not within " + std::to_string(minimum) + ".." + std::to_string(maximum));
        return static_cast<std::uint64_t>(value.value_or(0));
    }
    std::uint64_t natural_or(const std::string& key, std::uint64_t fallback, std::int64_t minimum, std::int64_t maximum) {
        return has(key) ? natural(key, minimum, maximum) : fallback;
    }
    chain::u256 wei(const std::string& key) {
        const std::size_t before = errors_.size();
        const chain::u256 amount = wei_or_zero(key);
        if (amount == 0 && errors_.size() == before && table_ != nullptr) error(key, "is zero: nothing could be signed");
        return amount;
    }
    chain::u256 wei_or_zero(const std::string& key) {
        const auto value = get<std::string>(key, "an amount in wei as text, e.g. \"1000000000\"");
        if (!value) return 0;
        const auto amount = chain::parse_u256(*value);
        if (!amount) error(key, "'" + *value + "' is no amount: " + amount.error().what);
        return amount.value_or(0);
    }
    chain::Address address(const std::string& key) {
        const auto value = get<std::string>(key, "an address in quotes");
        if (!value) return {};
        const auto parsed = chain::parse_address(*value);
        if (!parsed) error(key, parsed.error().text());
        return parsed.value_or(chain::Address{});
    }
    std::vector<std::uint32_t> uids(const std::string& key) {
        std::vector<std::uint32_t> out;
        if (!has(key)) return out;
        const toml::array* items = (*table_)[key].as_array();
        if (items == nullptr) error(key, "must be a list of user ids");
        for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
            const auto uid = (*items)[i].value_exact<std::int64_t>();
            if (uid && *uid >= 0 && *uid <= UINT32_MAX)
                out.push_back(static_cast<std::uint32_t>(*uid));
            else
                error(key, "item " + std::to_string(i) + " is no user id");
        }
        return out;
    }
    [[nodiscard]] bool has(const std::string& key) {
        asked_.push_back(key);
        return table_ != nullptr && table_->contains(key);
    }
    void error(const std::string& key, const std::string& what, std::string hint = {}) {
        errors_.push_back({.what = name_ + (key.empty() ? "" : "." + key) + ": " + what, .hint = std::move(hint)});
    }
    void refuse_unknown_keys() {
        if (table_ == nullptr) return;
        for (const auto& [key, value] : *table_)
            if (std::ranges::find(asked_, key.str()) == asked_.end())
                error(std::string(key.str()), "unknown key", "misspelt? see docs/signer.md");
    }

private:
    template <typename T>
    std::optional<T> get(const std::string& key, const char* expected) {
        if (table_ == nullptr) return std::nullopt; // said once for the section
        if (!has(key)) {
            error(key, "is missing", std::string("it is ") + expected);
            return std::nullopt;
        }
        const auto value = (*table_)[key].value_exact<T>();
        if (!value) error(key, std::string("must be ") + expected);
        return value;
    }

    std::string name_;
    std::vector<Error>& errors_;
    const toml::table* table_;
    std::vector<std::string> asked_;
};

/// `[hsm]`; state_dir and environment are read before.
void read_hsm_section(const toml::table& root, Config& config, const std::string& credentials_dir, std::vector<Error>& errors);

/// `[audit]`, which only a production signer must have.
void read_audit_section(const toml::table& root, Config& config, std::vector<Error>& errors);

/// `[menu]`, which may be left out: then there is none.
void read_menu_section(const toml::table& root, Config& config, std::vector<Error>& errors);

/// `[prices]`, which only a development signer may leave out: then it believes whatever jitd tells.
void read_prices_section(const toml::table& root, Config& config, std::vector<Error>& errors);

/// `[approvals]`, which only a development signer may leave out.
void read_approvals_section(const toml::table& root, Config& config, std::vector<Error>& errors);

} // namespace jitbox::signer
