// One PKCS#11 token through libp11: login, the lanes' keys, raw ECDSA. Lives in the worker process, where a hang can be killed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "chain/u256.hpp"
#include "signer/sandbox.hpp"
#include "signer/secret.hpp"

#include <array>
#include <expected>
#include <memory>
#include <string>
#include <vector>

namespace jitbox::signer {

struct TokenSettings {
    std::string module; ///< path of the PKCS#11 library
    std::string token;  ///< token label
    std::vector<std::string> key_labels;
    Secret pin;
    Network network = Network::none; ///< what the module may use
    std::string key_file{};          ///< development only: instead of module and token
    std::string pin_guard{};         ///< the file that counts wrong PINs; empty: none are counted
};

/// What the module thinks of the PIN. Only a refused one is not tried again by itself: that could lock the token.
enum class PinVerdict : std::uint8_t { no_objection, wrong, locked };

struct HsmFailure {
    Error error;
    PinVerdict pin = PinVerdict::no_objection;
};
template <typename T>
using HsmResult = std::expected<T, HsmFailure>;

struct HsmKey {
    std::string label;
    std::array<std::uint8_t, 64> public_key{}; ///< x || y
    bool operator==(const HsmKey&) const = default;
};

struct RawSignature {
    chain::u256 r = 0;
    chain::u256 s = 0; ///< as the module made it: high or low
};

/// Keys that can sign, wherever they lie. For one thread.
class SigningToken {
public:
    SigningToken() = default;
    SigningToken(const SigningToken&) = delete;
    SigningToken& operator=(const SigningToken&) = delete;
    virtual ~SigningToken() = default;

    [[nodiscard]] virtual const std::vector<HsmKey>& keys() const noexcept = 0;
    /// ECDSA over the 32 bytes as they are. `key` is an index into keys().
    [[nodiscard]] virtual HsmResult<RawSignature> sign(std::size_t key, const Bytes32& digest) = 0;
};

/// Calls block for as long as the module likes: use only where the process may be killed.
class HsmToken final : public SigningToken {
public:
    /// Loads the module, opens a read-write session (CloudHSM refuses read-only ones), logs in, finds the keys.
    [[nodiscard]] static HsmResult<std::unique_ptr<HsmToken>> open(const TokenSettings& settings);
    ~HsmToken() override;
    HsmToken(const HsmToken&) = delete;
    HsmToken& operator=(const HsmToken&) = delete;

    [[nodiscard]] const std::vector<HsmKey>& keys() const noexcept override;
    [[nodiscard]] HsmResult<RawSignature> sign(std::size_t key, const Bytes32& digest) override; ///< by CKM_ECDSA

private:
    struct Impl;
    explicit HsmToken(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// What is done to keys, not with them: by a person with a command, through the module's own function list (libp11 0.4.12 can only
// generate RSA keys: PKCS11_generate_key ignores the algorithm), or on the key file. Wrong PINs are counted (KEY-6).

/// Generates the keys of `settings.key_labels` that are missing, inside the token: secp256k1, sensitive, never extractable. Gives
/// the labels made. Errors also: a private half that is there alone; what the token says that it made and did not.
[[nodiscard]] Result<std::vector<std::string>> generate_missing_keys(const TokenSettings& settings);
/// All secp256k1 keys of the token, in the order of their labels.
[[nodiscard]] Result<std::vector<HsmKey>> list_keys(const TokenSettings& settings);
/// Destroys both halves of the key, or the one that an earlier attempt left. Errors also: there is none with this label; it is
/// still there though the token says otherwise.
[[nodiscard]] Result<void> destroy_key(const TokenSettings& settings, const std::string& label);
/// Whether the token has a private half of this label that is alone, which no signer uses. Errors: it has none, or the key is
/// whole.
[[nodiscard]] Result<void> check_private_half(const TokenSettings& settings, const std::string& label);
/// Destroys it. Errors: those of check_private_half() and destroy_key().
[[nodiscard]] Result<void> destroy_private_half(const TokenSettings& settings, const std::string& label);

} // namespace jitbox::signer
