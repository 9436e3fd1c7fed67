// One PKCS#11 token through libp11.
// SPDX-License-Identifier: Apache-2.0
#include "signer/hsm_token.hpp"

#include <libp11.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <unistd.h>

namespace jitbox::signer {
namespace {

// Return values of PKCS#11 v2.40 that mean "a person must look": another attempt with the same PIN could lock the token.
constexpr unsigned long ckr_pin_incorrect = 0xa0;
constexpr unsigned long ckr_pin_locked = 0xa4;

struct FreeKey {
    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
struct FreeContext {
    void operator()(EVP_PKEY_CTX* context) const noexcept { EVP_PKEY_CTX_free(context); }
};
struct FreeSignature {
    void operator()(ECDSA_SIG* signature) const noexcept { ECDSA_SIG_free(signature); }
};

std::unexpected<HsmFailure> hsm_fail(std::string what, std::string hint = {}, PinVerdict pin = PinVerdict::no_objection) {
    return std::unexpected(HsmFailure{.error = {.what = "hsm: " + std::move(what), .hint = std::move(hint)}, .pin = pin});
}

/// OpenSSL's error queue as text, oldest first; empties it.
std::string library_error(unsigned long& last_reason) {
    std::string out;
    while (const unsigned long code = ERR_get_error()) {
        last_reason = static_cast<unsigned long>(ERR_GET_REASON(code));
        const char* reason = ERR_reason_error_string(code);
        if (!out.empty()) out += "; ";
        out += reason == nullptr ? "code " + std::to_string(last_reason) : reason;
    }
    return out.empty() ? "no reason given by the module" : out;
}

} // namespace

struct HsmToken::Impl {
    PKCS11_CTX* context = nullptr;
    bool loaded = false;
    PKCS11_SLOT* slots = nullptr;
    unsigned slot_count = 0;
    PKCS11_SLOT* slot = nullptr;
    std::vector<HsmKey> keys;
    std::vector<std::unique_ptr<EVP_PKEY_CTX, FreeContext>> signers; ///< one for each key, same order

    Impl() = default;
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() {
        signers.clear();
        if (slots != nullptr) PKCS11_release_all_slots(context, slots, slot_count);
        if (loaded) PKCS11_CTX_unload(context); // crashes when nothing is loaded
        if (context != nullptr) PKCS11_CTX_free(context);
    }

    HsmResult<void> load(const std::string& module) {
        if (::access(module.c_str(), R_OK) != 0)
            return hsm_fail("PKCS#11 module " + module + ": " + std::strerror(errno), "set hsm.module to the library of your HSM");
        context = PKCS11_CTX_new();
        unsigned long reason = 0;
        if (context == nullptr || PKCS11_CTX_load(context, module.c_str()) != 0)
            return hsm_fail("PKCS#11 module " + module + " does not load: " + library_error(reason),
                            "is it a PKCS#11 library for this machine?");
        loaded = true;
        return {};
    }

    HsmResult<void> find_token(const std::string& label) {
        unsigned long reason = 0;
        if (PKCS11_enumerate_slots(context, &slots, &slot_count) != 0)
            return hsm_fail("the module lists no slots: " + library_error(reason));
        std::string others;
        for (PKCS11_SLOT& candidate : std::span(slots, slot_count)) {
            if (candidate.token == nullptr || candidate.token->initialized == 0) continue;
            if (label == candidate.token->label) slot = &candidate;
            others += (others.empty() ? "'" : ", '") + std::string(candidate.token->label) + "'";
        }
        if (slot != nullptr) return {};
        return hsm_fail("no token with label '" + label + "' (present: " + (others.empty() ? "none" : others) + ")",
                        "check hsm.token; with SoftHSM also the environment's SOFTHSM2_CONF");
    }

    HsmResult<void> log_in(const Secret& pin) {
        unsigned long reason = 0;
        if (PKCS11_open_session(slot, 1) != 0) return hsm_fail("no read-write session: " + library_error(reason));
        if (PKCS11_login(slot, 0, pin.reveal_c_str()) == 0) return {};
        const std::string text = library_error(reason);
        if (reason == ckr_pin_incorrect)
            return hsm_fail("wrong PIN for token '" + std::string(slot->token->label) + "'",
                            "correct the PIN file or credential; it is not tried again by itself", PinVerdict::wrong);
        if (reason == ckr_pin_locked)
            return hsm_fail("the PIN of token '" + std::string(slot->token->label) + "' is locked", "unlock it with the SO PIN",
                            PinVerdict::locked);
        return hsm_fail("login failed: " + text);
    }

    HsmResult<void> add_key(std::span<PKCS11_KEY> present, const std::string& label) {
        const auto found =
            std::ranges::find_if(present, [&](const PKCS11_KEY& key) { return key.label != nullptr && label == key.label; });
        if (found == present.end())
            return hsm_fail("no key with label '" + label + "' in token '" + slot->token->label + "'",
                            "make the lanes' keys with `jit-signer --init-keys`");
        const std::unique_ptr<EVP_PKEY, FreeKey> key(PKCS11_get_private_key(&*found));
        unsigned char* point = nullptr;
        const std::size_t size = key ? EVP_PKEY_get1_encoded_public_key(key.get(), &point) : 0;
        HsmKey out{.label = label, .public_key = {}};
        const bool good =
            size == 65 && point[0] == 4; // uncompressed; that the point is on secp256k1 is checked where its address is made
        if (good) std::copy(point + 1, point + 65, out.public_key.begin());
        OPENSSL_free(point);
        if (!good) return hsm_fail("key '" + label + "' is no secp256k1 key", "remove it and run `jit-signer --init-keys`");
        signers.emplace_back(EVP_PKEY_CTX_new(key.get(), nullptr));
        unsigned long reason = 0;
        if (!signers.back() || EVP_PKEY_sign_init(signers.back().get()) != 1)
            return hsm_fail("key '" + label + "' cannot sign: " + library_error(reason));
        keys.push_back(std::move(out));
        return {};
    }

    HsmResult<void> find_keys(const std::vector<std::string>& labels) {
        PKCS11_KEY* present = nullptr;
        unsigned count = 0;
        unsigned long reason = 0;
        if (PKCS11_enumerate_keys(slot->token, &present, &count) != 0)
            return hsm_fail("the token lists no keys: " + library_error(reason));
        for (const std::string& label : labels)
            if (auto added = add_key(std::span(present, count), label); !added) return added;
        return {};
    }
};

HsmToken::HsmToken(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HsmToken::~HsmToken() = default;

HsmResult<std::unique_ptr<HsmToken>> HsmToken::open(const TokenSettings& settings) {
    ERR_load_PKCS11_strings();
    auto impl = std::make_unique<Impl>();
    if (auto done = impl->load(settings.module); !done) return std::unexpected(done.error());
    if (auto done = impl->find_token(settings.token); !done) return std::unexpected(done.error());
    if (auto done = impl->log_in(settings.pin); !done) return std::unexpected(done.error());
    if (auto done = impl->find_keys(settings.key_labels); !done) return std::unexpected(done.error());
    return std::unique_ptr<HsmToken>(new HsmToken(std::move(impl)));
}

const std::vector<HsmKey>& HsmToken::keys() const noexcept {
    return impl_->keys;
}

HsmResult<RawSignature> HsmToken::sign(std::size_t key, const Bytes32& digest) {
    if (key >= impl_->signers.size()) return hsm_fail("no key with index " + std::to_string(key));
    std::array<unsigned char, 128> der{};
    std::size_t size = der.size();
    // Without a message digest set, EVP_PKEY_sign hands the 32 bytes on as they are: libp11 turns that into CKM_ECDSA.
    if (EVP_PKEY_sign(impl_->signers[key].get(), der.data(), &size, digest.data(), digest.size()) != 1) {
        unsigned long reason = 0;
        return hsm_fail("C_Sign failed: " + library_error(reason));
    }
    const unsigned char* at = der.data();
    const std::unique_ptr<ECDSA_SIG, FreeSignature> signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
    Bytes32 r{};
    Bytes32 s{};
    if (!signature || BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), r.data(), 32) != 32 ||
        BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), s.data(), 32) != 32)
        return hsm_fail("the module's signature does not fit into two 32-byte numbers");
    return RawSignature{.r = chain::from_big_endian(r), .s = chain::from_big_endian(s)};
}

} // namespace jitbox::signer
