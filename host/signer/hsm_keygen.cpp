// Key generation inside the token, through the module's own function list.
// SPDX-License-Identifier: Apache-2.0
#include "signer/hsm_token.hpp"

#include <p11-kit/pkcs11.h>

#include <dlfcn.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>
#include <string_view>

namespace jitbox::signer {
namespace {

std::unexpected<Error> ck_fail(const std::string& action, CK_RV code) {
    char hex[24];
    std::snprintf(hex, sizeof hex, "0x%lx", static_cast<unsigned long>(code));
    return fail("hsm: " + action + ": PKCS#11 error " + hex, code == CKR_PIN_INCORRECT ? "wrong PIN" : "");
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

    Result<void> open(const TokenSettings& settings) {
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
        if (code != CKR_OK) return ck_fail("login to token '" + settings.token + "'", code);
        return {};
    }

    Result<bool> has_key(std::string label) {
        CK_OBJECT_CLASS key_class = CKO_PRIVATE_KEY;
        std::array<CK_ATTRIBUTE, 2> wanted = {{{CKA_CLASS, &key_class, sizeof key_class}, {CKA_LABEL, label.data(), label.size()}}};
        if (const CK_RV code = functions_->C_FindObjectsInit(handle_, wanted.data(), wanted.size()); code != CKR_OK)
            return ck_fail("C_FindObjectsInit", code);
        CK_OBJECT_HANDLE found = 0;
        CK_ULONG count = 0;
        const CK_RV code = functions_->C_FindObjects(handle_, &found, 1, &count);
        functions_->C_FindObjectsFinal(handle_);
        if (code != CKR_OK) return ck_fail("C_FindObjects", code);
        return count > 0;
    }

    Result<void> generate(std::string label) {
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

private:
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
};

} // namespace

Result<std::vector<std::string>> generate_missing_keys(const TokenSettings& settings) {
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

} // namespace jitbox::signer
