// Where the end of the signer's audit log is kept outside of it: the section [audit].
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

} // namespace jitbox::signer
