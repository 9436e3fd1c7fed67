// What persons do to the lanes' keys (KEY-4): list, generate, rotate, retire. The token, the registry and a record of it together.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "signer/config.hpp"
#include "signer/key_registry.hpp"

namespace jitbox::signer {

enum class KeyState : std::uint8_t {
    active,  ///< of the label that the configuration names
    waiting, ///< in the token, of another label: made by a rotation, or left by one
    retired, ///< destroyed
    missing, ///< registered, and not in the token
};
[[nodiscard]] std::string_view to_text(KeyState state);

struct KeyView {
    KeyRecord record;
    KeyState state = KeyState::active;
    bool registered = true; ///< false: `created_s` is not known
    bool in_token = false;
};

/// All keys of the token and of the registry.
[[nodiscard]] Result<std::vector<KeyView>> view_keys(const Config& config);

/// Generates what is missing of the configured lanes and writes all of them down. Gives the labels made.
[[nodiscard]] Result<std::vector<std::string>> generate_and_register(const Config& config, const std::string& operator_name);

/// The label after `key_label`: jit -> jit.2 -> jit.3.
[[nodiscard]] std::string next_generation(const std::string& key_label);

/// Destroys the keys <key_label>-<i> in the token and writes them down as retired. Refused for the configured label. Gives the
/// labels.
[[nodiscard]] Result<std::vector<std::string>> retire_generation(const Config& config, const std::string& key_label,
                                                                 const std::string& operator_name);

/// Destroys the private half of a key that a generation left alone. `label` is the key's own, e.g. jit-0. Errors: those of
/// destroy_private_half() and of the log of keys.
[[nodiscard]] Result<void> discard_private_half(const Config& config, const std::string& label, const std::string& operator_name);

/// Ends the lock-out after wrong PINs (KEY-6).
[[nodiscard]] Result<void> unlock_pin(const Config& config, const std::string& operator_name, const std::string& reason);

} // namespace jitbox::signer
