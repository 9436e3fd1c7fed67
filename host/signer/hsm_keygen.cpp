// Keys made, listed and destroyed inside the token, through the module's own function list.
// SPDX-License-Identifier: Apache-2.0
#include "chain/secp256k1.hpp"
#include "signer/hsm_token.hpp"
#include "signer/key_file.hpp"
#include "signer/pin_guard.hpp"

#include <p11-kit/pkcs11.h>

#include <dlfcn.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

namespace jitbox::signer {
namespace {

std::unexpected<Error> ck_fail(const std::string& action, CK_RV code) {
    char hex[24];
    std::snprintf(hex, sizeof hex, "0x%lx", static_cast<unsigned long>(code));
    return fail("hsm: " + action + ": PKCS#11 error " + hex,
                code == CKR_PIN_INCORRECT ? "wrong PIN" : "see to the HSM, then give the same command again");
}

/// The module, initialised, with a logged-in read-write session; everything undone at the end.
class Session {
public:
    Session() = default;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session() {
        if (functions_ != nullptr) functions_->C_Finalize(nullptr);
        if (library_ != nullptr) dlclose(library_);
    }

    /// Also counts a wrong PIN, and forgets earlier ones after a right one.
    Result<void> open(const TokenSettings& settings) {
        const PinGuard guard(settings.pin_guard);
        if (auto allowed = guard.may_try(); !allowed) return allowed;
        auto opened = log_in(settings);
        if (logged_in_)
            if (auto cleared = guard.clear(); !cleared) return cleared;
        if (wrong_pin_)
            if (auto counted = guard.count_wrong(); !counted) return counted;
        return opened;
    }

    /// Whether the key is there. Error: the private half alone, or more than one: no signer uses that, and people decide what
    /// becomes of it.
    Result<bool> has_key(const std::string& label) {
        const auto private_keys = objects(CKO_PRIVATE_KEY, label);
        if (!private_keys) return std::unexpected(private_keys.error());
        const auto public_keys = objects(CKO_PUBLIC_KEY, label);
        if (!public_keys) return std::unexpected(public_keys.error());
        if (private_keys->empty()) return false;
        if (private_keys->size() == 1 && public_keys->size() == 1) return true;
        return fail("hsm: key '" + label + "' is half there: " + std::to_string(private_keys->size()) + " private, " +
                        std::to_string(public_keys->size()) + " public",
                    "no signer uses it; find out where it comes from; `jitctl key discard --label " + label +
                        " --yes` destroys a private half that is alone");
    }

    /// Where has_key() says that there is none. A public half that an earlier attempt left goes first.
    Result<void> generate(const std::string& label) {
        if (auto cleared = remove(CKO_PUBLIC_KEY, label); !cleared) return cleared;
        if (auto made = generate_pair(label); !made) return made;
        const auto there = has_key(label);
        if (!there) return std::unexpected(there.error());
        if (*there) return {};
        return fail("hsm: key '" + label + "' was generated, says the HSM, and is not there", "see to the HSM");
    }

    /// Both halves, or the one that an earlier attempt left; what signs goes first.
    Result<void> destroy(const std::string& label) {
        const auto private_keys = objects(CKO_PRIVATE_KEY, label);
        if (!private_keys) return std::unexpected(private_keys.error());
        const auto public_keys = objects(CKO_PUBLIC_KEY, label);
        if (!public_keys) return std::unexpected(public_keys.error());
        if (private_keys->empty() && public_keys->empty()) return fail("hsm: no key with label '" + label + "'");
        if (auto removed = remove(CKO_PRIVATE_KEY, label); !removed) return removed;
        return remove(CKO_PUBLIC_KEY, label);
    }

    /// Error: there is no private half of this label, or not it alone.
    Result<void> check_private_half(const std::string& label) {
        const auto private_keys = objects(CKO_PRIVATE_KEY, label);
        if (!private_keys) return std::unexpected(private_keys.error());
        const auto public_keys = objects(CKO_PUBLIC_KEY, label);
        if (!public_keys) return std::unexpected(public_keys.error());
        if (private_keys->empty())
            return fail("hsm: no private key with label '" + label + "'", "`jitctl key list` shows what is whole");
        if (public_keys->empty()) return {};
        return fail("hsm: key '" + label + "' has its public half",
                    "`jitctl key retire` destroys keys that are not in use any more");
    }

    /// The objects of the class, with the label when one is given.
    Result<std::vector<CK_OBJECT_HANDLE>> objects(CK_OBJECT_CLASS object_class, std::string label = {}) {
        std::array<CK_ATTRIBUTE, 2> wanted = {
            {{CKA_CLASS, &object_class, sizeof object_class}, {CKA_LABEL, label.data(), label.size()}}};
        if (const CK_RV code = functions_->C_FindObjectsInit(handle_, wanted.data(), label.empty() ? 1 : 2); code != CKR_OK)
            return ck_fail("C_FindObjectsInit", code);
        std::vector<CK_OBJECT_HANDLE> found(max_objects);
        CK_ULONG count = 0;
        const CK_RV code = functions_->C_FindObjects(handle_, found.data(), found.size(), &count);
        functions_->C_FindObjectsFinal(handle_);
        if (code != CKR_OK) return ck_fail("C_FindObjects", code);
        found.resize(count);
        return found;
    }

    /// Nothing when the object is no public secp256k1 key.
    std::optional<HsmKey> public_key(CK_OBJECT_HANDLE object) {
        std::array<char, 256> label{};
        std::array<std::uint8_t, 80> point{};
        std::array<CK_ATTRIBUTE, 2> wanted = {
            {{CKA_LABEL, label.data(), label.size()}, {CKA_EC_POINT, point.data(), point.size()}}};
        if (functions_->C_GetAttributeValue(handle_, object, wanted.data(), wanted.size()) != CKR_OK) return std::nullopt;
        // An octet string in DER (04 41) around the uncompressed point (04 x y); some modules give the point alone.
        std::span<const std::uint8_t> bytes(point.data(), wanted[1].ulValueLen);
        if (bytes.size() == 67 && bytes[0] == 4 && bytes[1] == 65) bytes = bytes.subspan(2);
        if (bytes.size() != 65 || bytes[0] != 4) return std::nullopt;
        HsmKey out{.label = std::string(label.data(), wanted[0].ulValueLen), .public_key = {}};
        std::ranges::copy(bytes.subspan(1), out.public_key.begin());
        if (!chain::address_of_public_key(out.public_key)) return std::nullopt; // another curve
        return out;
    }

private:
    static constexpr std::size_t max_objects = 1024;

    /// All objects of the class and label. Error also: the HSM says that it did, and did not.
    Result<void> remove(CK_OBJECT_CLASS object_class, const std::string& label) {
        const auto found = objects(object_class, label);
        if (!found) return std::unexpected(found.error());
        for (const CK_OBJECT_HANDLE object : *found)
            if (const CK_RV code = functions_->C_DestroyObject(handle_, object); code != CKR_OK)
                return ck_fail("destroying key '" + label + "'", code);
        const auto left = objects(object_class, label);
        if (!left) return std::unexpected(left.error());
        if (left->empty()) return {};
        return fail("hsm: key '" + label + "' was destroyed, says the HSM, and is still there", "see to the HSM");
    }

    Result<void> generate_pair(std::string label) {
        CK_BBOOL yes = CK_TRUE;
        CK_BBOOL no = CK_FALSE;
        // secp256k1, 1.3.132.0.10 in DER
        std::array<CK_BYTE, 7> curve = {0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a};
        std::string id = label; // libp11 pairs private with public objects by id
        std::array<CK_ATTRIBUTE, 5> public_part = {{{CKA_TOKEN, &yes, sizeof yes},
                                                    {CKA_VERIFY, &yes, sizeof yes},
                                                    {CKA_EC_PARAMS, curve.data(), curve.size()},
                                                    {CKA_LABEL, label.data(), label.size()},
                                                    {CKA_ID, id.data(), id.size()}}};
        std::array<CK_ATTRIBUTE, 7> private_part = {{{CKA_TOKEN, &yes, sizeof yes},
                                                     {CKA_PRIVATE, &yes, sizeof yes},
                                                     {CKA_SENSITIVE, &yes, sizeof yes},
                                                     {CKA_EXTRACTABLE, &no, sizeof no},
                                                     {CKA_SIGN, &yes, sizeof yes},
                                                     {CKA_LABEL, label.data(), label.size()},
                                                     {CKA_ID, id.data(), id.size()}}};
        CK_MECHANISM mechanism = {CKM_EC_KEY_PAIR_GEN, nullptr, 0};
        CK_OBJECT_HANDLE public_key = 0;
        CK_OBJECT_HANDLE private_key = 0;
        const CK_RV code = functions_->C_GenerateKeyPair(handle_, &mechanism, public_part.data(), public_part.size(),
                                                         private_part.data(), private_part.size(), &public_key, &private_key);
        if (code != CKR_OK) return ck_fail("generating key '" + label + "'", code);
        return {};
    }

    Result<void> log_in(const TokenSettings& settings) {
        library_ = dlopen(settings.module.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (library_ == nullptr) return fail(std::string("hsm: ") + dlerror(), "set hsm.module to the library of your HSM");
        const auto get_list = reinterpret_cast<CK_C_GetFunctionList>(dlsym(library_, "C_GetFunctionList"));
        CK_FUNCTION_LIST* list = nullptr;
        if (get_list == nullptr || get_list(&list) != CKR_OK) return fail("hsm: " + settings.module + " is no PKCS#11 module");
        if (const CK_RV code = list->C_Initialize(nullptr); code != CKR_OK) return ck_fail("C_Initialize", code);
        functions_ = list;
        const auto slot = find_slot(settings.token);
        if (!slot) return std::unexpected(slot.error());
        if (const CK_RV code = functions_->C_OpenSession(*slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &handle_);
            code != CKR_OK)
            return ck_fail("C_OpenSession", code);
        std::string pin(settings.pin.reveal());
        const CK_RV code = functions_->C_Login(handle_, CKU_USER, reinterpret_cast<CK_UTF8CHAR*>(pin.data()), pin.size());
        OPENSSL_cleanse(pin.data(), pin.size());
        wrong_pin_ = code == CKR_PIN_INCORRECT;
        if (code != CKR_OK) return ck_fail("login to token '" + settings.token + "'", code);
        logged_in_ = true;
        return {};
    }

    Result<CK_SLOT_ID> find_slot(std::string_view label) {
        std::vector<CK_SLOT_ID> slots(64);
        CK_ULONG count = slots.size();
        if (const CK_RV code = functions_->C_GetSlotList(CK_TRUE, slots.data(), &count); code != CKR_OK)
            return ck_fail("C_GetSlotList", code);
        slots.resize(count);
        for (const CK_SLOT_ID slot : slots) {
            CK_TOKEN_INFO info{};
            if (functions_->C_GetTokenInfo(slot, &info) != CKR_OK) continue;
            std::string_view name(reinterpret_cast<const char*>(info.label), sizeof info.label); // padded with blanks
            name = name.substr(0, name.find_last_not_of(' ') + 1);
            if (name == label) return slot;
        }
        return fail("hsm: no token with label '" + std::string(label) + "'",
                    "check hsm.token; with SoftHSM also the environment's SOFTHSM2_CONF");
    }

    void* library_ = nullptr;
    CK_FUNCTION_LIST* functions_ = nullptr;
    CK_SESSION_HANDLE handle_ = 0;
    bool logged_in_ = false;
    bool wrong_pin_ = false;
};

/// What the key file's functions say, with wrong passphrases counted.
template <typename T>
Result<T> guarded(const TokenSettings& settings, const std::function<HsmResult<T>()>& action) {
    const PinGuard guard(settings.pin_guard);
    if (auto allowed = guard.may_try(); !allowed) return std::unexpected(allowed.error());
    auto done = action();
    const bool wrong = !done && done.error().pin == PinVerdict::wrong;
    if (auto noted = wrong ? guard.count_wrong() : done ? guard.clear() : Result<void>(); !noted)
        return std::unexpected(noted.error());
    if (!done) return std::unexpected(done.error().error);
    return std::move(*done);
}

} // namespace

Result<std::vector<std::string>> generate_missing_keys(const TokenSettings& settings) {
    if (!settings.key_file.empty())
        return guarded<std::vector<std::string>>(settings, [&] { return generate_in_key_file(settings); });
    Session session;
    if (auto opened = session.open(settings); !opened) return std::unexpected(opened.error());
    std::vector<std::string> made;
    for (const std::string& label : settings.key_labels) {
        const auto present = session.has_key(label);
        if (!present) return std::unexpected(present.error());
        if (*present) continue;
        if (auto done = session.generate(label); !done) return std::unexpected(done.error());
        made.push_back(label);
    }
    return made;
}

Result<std::vector<HsmKey>> list_keys(const TokenSettings& settings) {
    std::vector<HsmKey> out;
    if (!settings.key_file.empty()) {
        auto listed = guarded<std::vector<HsmKey>>(settings, [&] { return list_key_file(settings); });
        if (!listed) return listed;
        out = std::move(*listed);
    } else {
        Session session;
        if (auto opened = session.open(settings); !opened) return std::unexpected(opened.error());
        const auto objects = session.objects(CKO_PUBLIC_KEY);
        if (!objects) return std::unexpected(objects.error());
        for (const CK_OBJECT_HANDLE object : *objects)
            if (auto key = session.public_key(object)) out.push_back(std::move(*key));
    }
    std::ranges::sort(out, {}, &HsmKey::label);
    return out;
}

Result<void> destroy_key(const TokenSettings& settings, const std::string& label) {
    if (!settings.key_file.empty()) {
        const auto done = guarded<bool>(settings, [&]() -> HsmResult<bool> {
            if (auto removed = remove_from_key_file(settings, label); !removed) return std::unexpected(removed.error());
            return true;
        });
        return done ? Result<void>() : std::unexpected(done.error());
    }
    Session session;
    if (auto opened = session.open(settings); !opened) return opened;
    return session.destroy(label);
}

Result<void> check_private_half(const TokenSettings& settings, const std::string& label) {
    if (!settings.key_file.empty()) return fail("keys: a key file holds whole keys only", "`jitctl key retire` destroys those");
    Session session;
    if (auto opened = session.open(settings); !opened) return opened;
    return session.check_private_half(label);
}

Result<void> destroy_private_half(const TokenSettings& settings, const std::string& label) {
    Session session;
    if (auto opened = session.open(settings); !opened) return opened;
    if (auto alone = session.check_private_half(label); !alone) return alone;
    return session.destroy(label);
}

} // namespace jitbox::signer
