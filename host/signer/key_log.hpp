// The log of what persons do to keys, <state_dir>/key-audit.log: the signer's own log is open while it runs. keys.db and
// key_approvals.db are held against it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audit/log.hpp"
#include "signer/config.hpp"
#include "signer/key_registry.hpp"

namespace jitbox::signer {

/// Open, with its anchor where the configuration names one. Errors: as audit::Log::open; another process has it open.
[[nodiscard]] Result<std::unique_ptr<audit::Log>> open_key_log(const Config& config);
/// Writes what was done. When it returns the record is in the anchor too: a command does not live on to bring it there later.
[[nodiscard]] Result<void> record_key_action(const Config& config, audit::Log& log, const std::string& operator_name,
                                             const std::string& action, const std::string& result);

/// keys.db with the log that it is held against.
struct KeyBook {
    std::unique_ptr<audit::Log> log;
    std::unique_ptr<BookWitness> witness;
    std::unique_ptr<KeyRegistry> registry;
};
/// As open_book(); a command reports with print_distrust(). Errors: those of open_key_log() and open_book().
[[nodiscard]] Result<KeyBook> open_key_book(const Config& config, const std::function<void(const std::string& why)>& report);
/// Tells it on standard error.
void print_distrust(const std::string& why);

} // namespace jitbox::signer
