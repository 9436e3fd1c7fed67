// The log of keys, and keys.db beside it.
// SPDX-License-Identifier: Apache-2.0
#include "signer/key_log.hpp"

#include "audit/anchor.hpp"

#include <iostream>

namespace jitbox::signer {
namespace {

constexpr std::chrono::seconds anchor_deadline{10};

} // namespace

Result<std::unique_ptr<audit::Log>> open_key_log(const Config& config) {
    if (config.key_anchor.empty()) return audit::Log::open(config.key_audit_path());
    auto anchor = audit::make_anchor(config.key_anchor, config.key_audit_path());
    if (!anchor) return std::unexpected(anchor.error());
    return audit::Log::open(config.key_audit_path(), std::move(*anchor));
}

Result<void> record_key_action(const Config& config, audit::Log& log, const std::string& operator_name, const std::string& action,
                               const std::string& result) {
    const auto written = log.append(
        {.user = operator_name, .action = action, .resource = "keys of " + config.key_label, .result = result, .source = "jitctl"});
    if (!written) return std::unexpected(written.error());
    if (log.reaches_anchor(anchor_deadline)) return {};
    return fail("keys: the record of this has not reached the anchor " + config.key_anchor + ": " + log.anchor_status().error,
                "repair the anchor (TPM or mount), then give the command again");
}

void print_distrust(const std::string& why) {
    std::cerr << "warning: " << why << "\n";
}

Result<KeyBook> open_key_book(const Config& config, const std::function<void(const std::string& why)>& report) {
    KeyBook out;
    auto log = open_key_log(config);
    if (!log) return std::unexpected(log.error());
    out.log = std::move(*log);
    out.witness = std::make_unique<BookWitness>(*out.log, "keys");
    auto registry = open_book<KeyRegistry>(config.keys_path(), *out.witness, report);
    if (!registry) return std::unexpected(registry.error());
    out.registry = std::move(*registry);
    return out;
}

} // namespace jitbox::signer
