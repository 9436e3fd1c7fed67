// The optional sections: [audit], where the end of the signer's audit log is kept outside of it, and [menu].
// SPDX-License-Identifier: Apache-2.0
#include "audit/anchor.hpp"
#include "signer/config_section.hpp"

namespace jitbox::signer {

void read_audit_section(const toml::table& root, Config& config, std::vector<Error>& errors) {
    if (!root.contains("audit") && config.environment != "production") return;
    Section section(root, "audit", errors);
    config.audit_anchor = section.text("anchor");
    config.anchor_max_behind = std::chrono::milliseconds(section.natural_or("anchor_max_behind_ms", 30'000, 1000, 3'600'000));
    if (!config.audit_anchor.empty())
        if (const auto anchor = audit::make_anchor(config.audit_anchor, config.audit_path()); !anchor)
            section.error("anchor", anchor.error().what, anchor.error().hint);
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
