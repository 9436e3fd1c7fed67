// The optional sections: [audit], where the end of the signer's audit log is kept outside of it, and [menu].
// SPDX-License-Identifier: Apache-2.0
#include "audit/anchor.hpp"
#include "signer/config_section.hpp"

namespace jitbox::signer {
namespace {

/// Where it is, without the way to it: two ways may lead to one NV index.
std::string place_of(const std::string& anchor) {
    return anchor.starts_with("tpm:") ? anchor.substr(0, anchor.find(':', 4)) : anchor;
}

void check_anchor(Section& section, const std::string& key, const std::string& spec, const std::string& log_path) {
    if (spec.empty()) return;
    if (const auto anchor = audit::make_anchor(spec, log_path); !anchor)
        section.error(key, anchor.error().what, anchor.error().hint);
}

} // namespace

void read_audit_section(const toml::table& root, Config& config, std::vector<Error>& errors) {
    if (!root.contains("audit") && config.environment != "production") return;
    Section section(root, "audit", errors);
    config.audit_anchor = section.text("anchor");
    config.anchor_max_behind = std::chrono::milliseconds(section.natural_or("anchor_max_behind_ms", 30'000, 1000, 3'600'000));
    const bool must = config.environment == "production";
    config.key_anchor = must ? section.text("key_anchor") : section.optional_text("key_anchor");
    check_anchor(section, "anchor", config.audit_anchor, config.audit_path());
    check_anchor(section, "key_anchor", config.key_anchor, config.key_audit_path());
    if (!config.key_anchor.empty() && place_of(config.key_anchor) == place_of(config.audit_anchor))
        section.error("key_anchor", "is where the signer's own log is anchored", "it wants an NV index or a file of its own");
    section.refuse_unknown_keys();
}

void read_menu_section(const toml::table& root, Config& config, std::vector<Error>& errors) {
    if (!root.contains("menu")) return;
    Section section(root, "menu", errors);
    config.menu_candidates = section.natural("candidates", 0, 256);
    config.menu_max_age = std::chrono::milliseconds(section.natural_or("max_age_ms", 12'000, 1, 60'000));
    section.refuse_unknown_keys();
}

} // namespace jitbox::signer
