// When each key was made and whether it is retired (KEY-4). Kept here because no attribute of a key does it in every HSM.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/address.hpp"
#include "signer/book_witness.hpp"
#include "store/sqlite.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace jitbox::signer {

struct KeyRecord {
    std::string label;
    chain::Address address{};
    std::int64_t created_s = 0; ///< Unix time; for a key that came from elsewhere, when it was first seen
    std::optional<std::int64_t> retired_s;
    std::int64_t doubt_s = 0; ///< keys.db was found tampered with then: what it says of keys until then is not known; 0: never
};

/// How a key came to be known: only of one that was generated just now is the age sure.
enum class KeyOrigin : std::uint8_t { generated, found };

inline constexpr std::chrono::hours key_warning_age{24 * 25};
inline constexpr std::chrono::hours key_age_limit{24 * 30};

/// A key that is this far in the future was made while the clock was wrong.
inline constexpr std::chrono::hours key_clock_error{1};

/// `<state_dir>/keys.db`, held against the log of keys (open_book). Triggers refuse to change or remove what is written. For one
/// thread.
class KeyRegistry {
public:
    using Time = std::chrono::system_clock::time_point;

    [[nodiscard]] static Result<std::unique_ptr<KeyRegistry>> open(const std::string& path, BookWitness& witness);

    /// Of all that it holds; empty: nothing.
    [[nodiscard]] const std::string& digest() const noexcept { return digest_; }
    /// Keys may be missing in it, or be older than it says, or retired: whatever is there until `finding.until` must not sign.
    [[nodiscard]] Result<void> distrust(const BookFinding& finding);

    /// Writes a key down unless its address is known. True: it was new. One that was found after a doubt is as old as the doubt.
    [[nodiscard]] Result<bool> add(const std::string& label, const chain::Address& address, Time created, KeyOrigin origin);
    /// Once retired it stays so, since then. Error: an unknown key.
    [[nodiscard]] Result<void> retire(const chain::Address& address, Time now);
    [[nodiscard]] Result<std::vector<KeyRecord>> all();

private:
    KeyRegistry(std::unique_ptr<store::Database> database, BookWitness& witness)
        : database_(std::move(database)), witness_(witness) {}
    /// What `write` does becomes durable, and the log knows it. `from`: digest before.
    [[nodiscard]] Result<void> change(const std::string& from, const std::function<Result<void>()>& write);
    [[nodiscard]] Result<std::int64_t> doubt();

    std::unique_ptr<store::Database> database_;
    BookWitness& witness_;
    std::string digest_;
};

/// What stands against arming with this key at `now`: retired, past the age limit, or an age that is not known; empty when nothing
/// does.
[[nodiscard]] std::string key_objection(const KeyRecord& key, std::chrono::system_clock::time_point now);
/// Whole days.
[[nodiscard]] std::int64_t age_days(const KeyRecord& key, std::chrono::system_clock::time_point now);

} // namespace jitbox::signer
