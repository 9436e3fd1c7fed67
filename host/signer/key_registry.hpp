// When each key was made and whether it is retired (KEY-4). Kept here because no attribute of a key does it in every HSM.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/address.hpp"
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
};

inline constexpr std::chrono::hours key_warning_age{24 * 25};
inline constexpr std::chrono::hours key_age_limit{24 * 30};

/// `<state_dir>/keys.db`. Triggers refuse to change or remove what is written. For one thread.
class KeyRegistry {
public:
    [[nodiscard]] static Result<KeyRegistry> open(const std::string& path);

    /// Writes a key down unless its address is known. True: it was new.
    [[nodiscard]] Result<bool> add(const std::string& label, const chain::Address& address,
                                   std::chrono::system_clock::time_point created);
    /// Once retired it stays so, since then. Error: an unknown key.
    [[nodiscard]] Result<void> retire(const chain::Address& address, std::chrono::system_clock::time_point now);
    [[nodiscard]] Result<std::vector<KeyRecord>> all();

private:
    explicit KeyRegistry(std::unique_ptr<store::Database> database) : database_(std::move(database)) {}
    std::unique_ptr<store::Database> database_;
};

/// What stands against arming with this key at `now`: retired, or past the age limit; empty when nothing does.
[[nodiscard]] std::string key_objection(const KeyRecord& key, std::chrono::system_clock::time_point now);
/// Whole days.
[[nodiscard]] std::int64_t age_days(const KeyRecord& key, std::chrono::system_clock::time_point now);

} // namespace jitbox::signer
