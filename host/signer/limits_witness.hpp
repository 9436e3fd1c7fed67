// What the audit log says of limits.db. The log is chained and anchored outside of the machine's files, limits.db is a file like
// any other: whoever deletes it, edits it or puts an older copy in its place is found out at the next start.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audit/log.hpp"

#include <string>
#include <string_view>

namespace jitbox::signer {

/// Holds limits.db against the log and writes what it finds there. One thread at a time.
class LimitsWitness {
public:
    explicit LimitsWitness(audit::Log& log) : log_(log) {}

    /// `digest`: of the limits that limits.db holds; empty: none. Empty answer: they are those of the last arming, or of what two
    /// people accepted since. Else why they are not, which stands in the log from now on: a later start says the same, whatever
    /// limits.db holds then, until kept(). Errors: the log cannot be read or written.
    [[nodiscard]] Result<std::string> objection(const std::string& digest);
    /// The same for a limits.db that cannot be read. Errors: the log cannot be read or written.
    [[nodiscard]] Result<void> unreadable(const std::string& why);

    /// Before limits.db is given other limits: a crash in between leaves either, and both are sound.
    [[nodiscard]] Result<void> changing(const std::string& from, const std::string& to);
    /// They are durable in limits.db.
    [[nodiscard]] Result<void> kept(const std::string& digest);

private:
    [[nodiscard]] Result<void> note(std::string_view action, std::string result);
    [[nodiscard]] Result<std::string> distrust(const std::string& why);

    audit::Log& log_;
};

} // namespace jitbox::signer
