// Reading the audit log for people: filters, and exports in which addresses are replaced by pseudonyms (AUD-2).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audit/log.hpp"

#include <functional>
#include <limits>
#include <string>
#include <string_view>

namespace jitbox::audit {

/// What a record must have to be shown. Empty text: anything. Text is searched for, not compared.
struct Filter {
    std::int64_t since_ns = std::numeric_limits<std::int64_t>::min(); ///< inclusive
    std::int64_t until_ns = std::numeric_limits<std::int64_t>::max(); ///< exclusive
    std::string user{};
    std::string action{};
    std::string resource{};
    std::string result{};
    std::string source{};
    std::string session{};
};
[[nodiscard]] bool matches(const Filter& filter, const Record& record);

/// Calls `take` for every record, oldest first. Errors: unreadable file, a malformed record (named; those before it were given).
[[nodiscard]] Result<void> for_each(const std::string& path, const std::function<void(const Record&)>& take);

/// Replaces what identifies a machine or an account, the same one by the same name in every export with the same key.
class Pseudonyms {
public:
    /// The key stays with the appliance: without it a pseudonym cannot be guessed back, and with it an auditor's question can be
    /// answered. Read from a file of mode 0600, made when missing. Errors: looser mode, not 32 bytes.
    [[nodiscard]] static Result<Pseudonyms> from_key_file(const std::string& path);
    explicit Pseudonyms(const Bytes32& key) : key_(key) {}

    /// IPv4, IPv6 and Ethereum addresses anywhere in the text.
    [[nodiscard]] std::string addresses(std::string_view text) const;
    /// Every member of the event by addresses(); the user's name too when `users`.
    [[nodiscard]] Event event(const Event& event, bool users) const;
    /// Tells exports with different keys apart without telling the key.
    [[nodiscard]] std::string key_id() const;

private:
    [[nodiscard]] std::string name(std::string_view kind, std::string_view value) const;
    Bytes32 key_;
};

} // namespace jitbox::audit
