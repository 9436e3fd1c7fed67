// limits.db against the audit log.
// SPDX-License-Identifier: Apache-2.0
#include "signer/limits_witness.hpp"

#include <array>
#include <utility>

namespace jitbox::signer {
namespace {

constexpr std::string_view changing_action = "limits_changing";
constexpr std::string_view kept_action = "limits_kept";
constexpr std::string_view distrusted_action = "limits_distrusted";
constexpr std::array all_actions = {changing_action, kept_action, distrusted_action};
constexpr std::string_view arrow = " -> ";

/// A digest as the records have it.
std::string named(const std::string& digest) {
    return digest.empty() ? "none" : digest;
}

} // namespace

Result<void> LimitsWitness::note(std::string_view action, std::string result) {
    const auto written =
        log_.append({.user = "system", .action = std::string(action), .resource = "limits.db", .result = std::move(result)});
    if (!written) return std::unexpected(written.error());
    return {};
}

Result<std::string> LimitsWitness::distrust(const std::string& why) {
    if (auto noted = note(distrusted_action, why); !noted) return std::unexpected(noted.error());
    return why;
}

Result<std::string> LimitsWitness::objection(const std::string& digest) {
    const auto found = log_.last_of(all_actions);
    if (!found) return std::unexpected(found.error());
    const auto& last = *found;
    std::string expected = named("");
    if (last) {
        const std::string& said = last->event.result;
        if (last->event.action == distrusted_action) return said;
        const std::size_t at = last->event.action == changing_action ? said.find(arrow) : std::string::npos;
        expected = at == std::string::npos ? said : said.substr(0, at);
        if (at != std::string::npos && named(digest) == said.substr(at + arrow.size())) expected = named(digest);
    } else if (!digest.empty()) {
        expected = named(digest); // kept before the log said so: by an earlier version, or under a log that was begun anew since
    }
    if (named(digest) != expected)
        return distrust("limits.db holds the limits " + named(digest) + ", the audit log says " + expected +
                        ": it was deleted, edited or replaced by an older copy");
    if (!digest.empty())
        if (auto noted = kept(digest); !noted) return std::unexpected(noted.error());
    return std::string();
}

Result<void> LimitsWitness::unreadable(const std::string& why) {
    const auto done = distrust("limits.db cannot be read: " + why);
    if (!done) return std::unexpected(done.error());
    return {};
}

Result<void> LimitsWitness::changing(const std::string& from, const std::string& to) {
    return note(changing_action, named(from) + std::string(arrow) + named(to));
}

Result<void> LimitsWitness::kept(const std::string& digest) {
    return note(kept_action, named(digest));
}

} // namespace jitbox::signer
