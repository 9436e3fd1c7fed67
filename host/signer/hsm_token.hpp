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

/// For one thread. Calls block for as long as the module likes: use only where the process may be killed.
class HsmToken {
public:
    /// Loads the module, opens a read-write session (CloudHSM refuses read-only ones), logs in, finds the keys.
    [[nodiscard]] static HsmResult<std::unique_ptr<HsmToken>> open(const TokenSettings& settings);
    ~HsmToken();
    HsmToken(const HsmToken&) = delete;
    HsmToken& operator=(const HsmToken&) = delete;

    [[nodiscard]] const std::vector<HsmKey>& keys() const noexcept;
    /// CKM_ECDSA over the 32 bytes as they are. `key` is an index into keys().
    [[nodiscard]] HsmResult<RawSignature> sign(std::size_t key, const Bytes32& digest);

private:
    struct Impl;
    explicit HsmToken(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// Generates the keys that are missing, inside the token: secp256k1, sensitive, never extractable. Gives the labels made.
/// Through the module's own function list: libp11 0.4.12 can only generate RSA keys (PKCS11_generate_key ignores the algorithm).
[[nodiscard]] Result<std::vector<std::string>> generate_missing_keys(const TokenSettings& settings);

} // namespace jitbox::signer
