// Who must approve what: the section [approvals].
// SPDX-License-Identifier: Apache-2.0
#include "signer/config_section.hpp"

#include <set>

namespace jitbox::signer {
namespace {

/// One entry of `people`: { name = "alice", public_key = "base64" }.
void read_person(const toml::node& node, const std::string& where, Section& section, std::vector<Approver>& out) {
    const toml::table* table = node.as_table();
    const auto name = table == nullptr ? std::nullopt : (*table)["name"].value_exact<std::string>();
    const auto key = table == nullptr ? std::nullopt : (*table)["public_key"].value_exact<std::string>();
    if (!name || !key || table->size() != 2) {
        section.error(where, R"(must be { name = "...", public_key = "..." })", "`jitctl approve --new-key FILE` prints the key");
        return;
    }
    const auto public_key = parse_approver_public_key(*key);
    if (!public_key) {
        section.error(where, public_key.error().what, "`jitctl approve --new-key FILE` prints it");
        return;
    }
    out.push_back({.name = *name, .public_key = *public_key});
}

void check_people(const std::vector<Approver>& people, Section& section) {
    std::set<std::string> names;
    std::set<std::array<std::uint8_t, 32>> keys;
    for (const Approver& person : people) {
        if (!names.insert(person.name).second) section.error("people", "'" + person.name + "' is there twice");
        if (!keys.insert(person.public_key).second)
            section.error("people", "the key of '" + person.name + "' is there twice", "one key is one person");
    }
    if (keys.size() < approvals_needed)
        section.error("people", "has " + std::to_string(keys.size()) + " of the two people that every approval needs");
}

} // namespace

void read_approvals_section(const toml::table& root, Config& config, std::vector<Error>& errors) {
    if (!root.contains("approvals") && config.environment == "development") return;
    Section section(root, "approvals", errors);
    if (!root["approvals"].is_table()) return; // the section's own error says what to add
    config.approvals.arm_threshold_wei = section.wei_or_zero("arm_threshold_wei");
    const toml::array* people = section.has("people") ? root["approvals"]["people"].as_array() : nullptr;
    if (people == nullptr) {
        section.error("people", "must be a list of people", R"(people = [{ name = "alice", public_key = "..." }, ...])");
    } else {
        for (std::size_t i = 0; i < people->size(); ++i)
            read_person((*people)[i], "people[" + std::to_string(i) + "]", section, config.approvals.approvers);
        check_people(config.approvals.approvers, section);
    }
    section.refuse_unknown_keys();
}

} // namespace jitbox::signer
