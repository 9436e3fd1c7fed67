// Sealing and unsealing.
// SPDX-License-Identifier: Apache-2.0
#include "tpm/sealed.hpp"

#include "base/hex.hpp"
#include "tpm/connection.hpp"

#include <boost/json.hpp>
#include <openssl/crypto.h>
#include <tss2/tss2_mu.h>

#include <algorithm>
#include <future>
#include <optional>
#include <thread>

namespace jitbox::tpm {
namespace {

namespace json = boost::json;

constexpr std::string_view format = "jitbox-tpm-sealed-1";
constexpr std::string_view who = "tpm";

std::unexpected<Error> failed(const std::string& action, TSS2_RC code) {
    return tpm_error(std::string(who), action, code);
}

/// An object or a session inside the TPM, flushed at its end: a TPM holds three of each.
class Handle {
public:
    explicit Handle(const Connection& tpm) : tpm_(tpm) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() {
        if (value != ESYS_TR_NONE) Esys_FlushContext(tpm_.get(), value);
    }
    ESYS_TR value = ESYS_TR_NONE;

private:
    const Connection& tpm_;
};

/// The storage key of TCG's "TPM 2.0 provisioning guidance": ECC P-256, AES-128-CFB, derived from the owner's seed.
TPM2B_PUBLIC storage_key() {
    TPM2B_PUBLIC out{};
    TPMT_PUBLIC& area = out.publicArea;
    area.type = TPM2_ALG_ECC;
    area.nameAlg = TPM2_ALG_SHA256;
    area.objectAttributes = TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT | TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
                            TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_NODA;
    TPMS_ECC_PARMS& ecc = area.parameters.eccDetail;
    ecc.symmetric.algorithm = TPM2_ALG_AES;
    ecc.symmetric.keyBits.aes = 128;
    ecc.symmetric.mode.aes = TPM2_ALG_CFB;
    ecc.scheme.scheme = TPM2_ALG_NULL;
    ecc.curveID = TPM2_ECC_NIST_P256;
    ecc.kdf.scheme = TPM2_ALG_NULL;
    return out;
}

Result<void> load_storage_key(const Connection& tpm, Handle& out) {
    const TPM2B_SENSITIVE_CREATE no_auth{};
    const TPM2B_PUBLIC wanted = storage_key();
    const TPM2B_DATA no_data{};
    const TPML_PCR_SELECTION no_pcrs{};
    const auto rc = Esys_CreatePrimary(tpm.get(), ESYS_TR_RH_OWNER, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &no_auth, &wanted,
                                       &no_data, &no_pcrs, &out.value, nullptr, nullptr, nullptr, nullptr);
    return rc == TSS2_RC_SUCCESS ? Result<void>{} : failed("derive its storage key", rc);
}

/// A session salted with the storage key, so that the secret on the bus is encrypted: TPMA_SESSION_DECRYPT for what is sent,
/// TPMA_SESSION_ENCRYPT for what comes back.
Result<void> start_session(const Connection& tpm, TPM2_SE type, TPMA_SESSION encrypted, const Handle& salt, Handle& out) {
    const TPMT_SYM_DEF aes{.algorithm = TPM2_ALG_AES, .keyBits = {.aes = 128}, .mode = {.aes = TPM2_ALG_CFB}};
    if (const auto rc = Esys_StartAuthSession(tpm.get(), salt.value, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                              nullptr, type, &aes, TPM2_ALG_SHA256, &out.value);
        rc != TSS2_RC_SUCCESS)
        return failed("start a session", rc);
    const auto rc = Esys_TRSess_SetAttributes(tpm.get(), out.value, TPMA_SESSION_CONTINUESESSION | encrypted, 0xff);
    return rc == TSS2_RC_SUCCESS ? Result<void>{} : failed("set up a session", rc);
}

Result<void> bind_to_pcrs(const Connection& tpm, const Handle& session, const std::vector<unsigned>& pcrs) {
    TPML_PCR_SELECTION selection{};
    selection.count = 1;
    selection.pcrSelections[0].hash = TPM2_ALG_SHA256;
    selection.pcrSelections[0].sizeofSelect = 3;
    for (const unsigned pcr : pcrs) {
        BYTE& byte = selection.pcrSelections[0].pcrSelect[pcr / 8];
        byte = static_cast<BYTE>(byte | (1U << (pcr % 8)));
    }
    const TPM2B_DIGEST present{}; // the TPM takes its present values
    const auto rc = Esys_PolicyPCR(tpm.get(), session.value, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &present, &selection);
    return rc == TSS2_RC_SUCCESS ? Result<void>{} : failed("read its PCRs", rc);
}

Result<TPM2B_DIGEST> policy_of(const Connection& tpm, const Handle& salt, const std::vector<unsigned>& pcrs) {
    if (pcrs.empty()) return TPM2B_DIGEST{};
    Handle trial(tpm);
    if (auto started = start_session(tpm, TPM2_SE_TRIAL, 0, salt, trial); !started) return std::unexpected(started.error());
    if (auto bound = bind_to_pcrs(tpm, trial, pcrs); !bound) return std::unexpected(bound.error());
    TPM2B_DIGEST* raw = nullptr;
    if (const auto rc = Esys_PolicyGetDigest(tpm.get(), trial.value, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &raw);
        rc != TSS2_RC_SUCCESS)
        return failed("compute a policy", rc);
    return *Owned<TPM2B_DIGEST>(raw);
}

template <typename T, typename Marshal>
std::string marshalled(const T& value, Marshal marshal) {
    Bytes buffer(sizeof(T));
    std::size_t size = 0;
    marshal(&value, buffer.data(), buffer.size(), &size);
    buffer.resize(size);
    return to_hex_plain(buffer);
}

struct SealedFile {
    std::vector<unsigned> pcrs;
    TPM2B_PUBLIC public_part{};
    TPM2B_PRIVATE private_part{};
};

std::unexpected<Error> malformed() {
    return fail("tpm: the file is not what `jitctl key seal` writes", "seal the PIN again");
}

bool read_pcrs(const json::object& object, std::vector<unsigned>& out) {
    const json::value* list = object.if_contains("pcrs");
    if (list == nullptr || !list->is_array()) return false;
    for (const json::value& pcr : list->get_array()) {
        if (!pcr.is_int64() || pcr.get_int64() < 0 || pcr.get_int64() > 23) return false;
        out.push_back(static_cast<unsigned>(pcr.get_int64()));
    }
    return true;
}

std::optional<Bytes> read_bytes(const json::object& object, std::string_view name) {
    const json::value* text = object.if_contains(name);
    if (text == nullptr || !text->is_string()) return std::nullopt;
    const auto bytes = from_hex(std::string_view(text->get_string()));
    if (!bytes) return std::nullopt;
    return *bytes;
}

Result<SealedFile> parse(const std::string& text) {
    boost::system::error_code error;
    const json::value value = json::parse(text, error);
    if (error || !value.is_object()) return malformed();
    const json::object& object = value.get_object();
    const json::value* name = object.if_contains("format");
    SealedFile out;
    const auto public_bytes = read_bytes(object, "public");
    const auto private_bytes = read_bytes(object, "private");
    if (object.size() != 4 || name == nullptr || !name->is_string() || name->get_string() != format || !public_bytes ||
        !private_bytes || !read_pcrs(object, out.pcrs))
        return malformed();
    std::size_t used = 0;
    if (Tss2_MU_TPM2B_PUBLIC_Unmarshal(public_bytes->data(), public_bytes->size(), &used, &out.public_part) != TSS2_RC_SUCCESS ||
        used != public_bytes->size())
        return malformed();
    used = 0;
    if (Tss2_MU_TPM2B_PRIVATE_Unmarshal(private_bytes->data(), private_bytes->size(), &used, &out.private_part) !=
            TSS2_RC_SUCCESS ||
        used != private_bytes->size())
        return malformed();
    return out;
}

/// Only the TPM's answers that have a meaning to an operator; the rest in its own words.
Error explained(TSS2_RC rc, const SealedFile& file) {
    const TSS2_RC reason = rc & 0xBF; // without which parameter or session it was
    if (reason == TPM2_RC_INTEGRITY)
        return {.what = "tpm: the PIN was not sealed by this TPM, or the file was changed",
                .hint = "seal the PIN on this machine: `jitctl key seal`; a TPM that was cleared is another TPM"};
    if (reason == TPM2_RC_POLICY_FAIL) {
        std::string list;
        for (const unsigned pcr : file.pcrs) list += (list.empty() ? "" : ", ") + std::to_string(pcr);
        return {.what = "tpm: the PIN is not given out: PCR " + list + " differ from when it was sealed",
                .hint = "the machine was booted another way: find out why; after a change that you made, `jitctl key seal` again"};
    }
    return failed("unseal", rc).error();
}

Result<std::string> unseal_now(const std::string& tcti, const std::string& text) {
    const auto file = parse(text);
    if (!file) return std::unexpected(file.error());
    Connection tpm{std::string(who)};
    if (auto opened = tpm.open(tcti); !opened) return std::unexpected(opened.error());
    Handle parent(tpm);
    Handle object(tpm);
    Handle session(tpm);
    if (auto loaded = load_storage_key(tpm, parent); !loaded) return std::unexpected(loaded.error());
    if (const auto rc = Esys_Load(tpm.get(), parent.value, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &file->private_part,
                                  &file->public_part, &object.value);
        rc != TSS2_RC_SUCCESS)
        return std::unexpected(explained(rc, *file));
    const bool bound = !file->pcrs.empty();
    if (auto started = start_session(tpm, bound ? TPM2_SE_POLICY : TPM2_SE_HMAC, TPMA_SESSION_ENCRYPT, parent, session); !started)
        return std::unexpected(started.error());
    if (bound)
        if (auto policy = bind_to_pcrs(tpm, session, file->pcrs); !policy) return std::unexpected(policy.error());
    TPM2B_SENSITIVE_DATA* raw = nullptr;
    if (const auto rc = Esys_Unseal(tpm.get(), object.value, session.value, ESYS_TR_NONE, ESYS_TR_NONE, &raw);
        rc != TSS2_RC_SUCCESS)
        return std::unexpected(explained(rc, *file));
    const Owned<TPM2B_SENSITIVE_DATA> data(raw);
    std::string out(reinterpret_cast<const char*>(data->buffer), data->size);
    OPENSSL_cleanse(data->buffer, sizeof data->buffer);
    return out;
}

} // namespace

Result<std::string> seal(const std::string& tcti, std::string_view secret, const std::vector<unsigned>& pcrs) {
    if (secret.empty() || secret.size() > max_sealed_size)
        return fail("tpm: a secret of 1 to " + std::to_string(max_sealed_size) + " bytes is sealed, not one of " +
                    std::to_string(secret.size()));
    if (std::ranges::any_of(pcrs, [](unsigned pcr) { return pcr > 23; })) return fail("tpm: PCRs are 0 to 23");
    Connection tpm{std::string(who)};
    if (auto opened = tpm.open(tcti); !opened) return std::unexpected(opened.error());
    Handle parent(tpm);
    Handle session(tpm);
    if (auto loaded = load_storage_key(tpm, parent); !loaded) return std::unexpected(loaded.error());
    const auto policy = policy_of(tpm, parent, pcrs);
    if (!policy) return std::unexpected(policy.error());
    if (auto started = start_session(tpm, TPM2_SE_HMAC, TPMA_SESSION_DECRYPT, parent, session); !started)
        return std::unexpected(started.error());
    TPM2B_PUBLIC wanted{};
    wanted.publicArea.type = TPM2_ALG_KEYEDHASH;
    wanted.publicArea.nameAlg = TPM2_ALG_SHA256;
    // With a policy the empty password opens nothing.
    wanted.publicArea.objectAttributes =
        TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_NODA | (pcrs.empty() ? TPMA_OBJECT_USERWITHAUTH : 0);
    wanted.publicArea.authPolicy = *policy;
    wanted.publicArea.parameters.keyedHashDetail.scheme.scheme = TPM2_ALG_NULL;
    TPM2B_SENSITIVE_CREATE sensitive{};
    sensitive.sensitive.data.size = static_cast<UINT16>(secret.size());
    std::ranges::copy(secret, std::begin(sensitive.sensitive.data.buffer));
    const TPM2B_DATA no_data{};
    const TPML_PCR_SELECTION no_pcrs{};
    TPM2B_PRIVATE* raw_private = nullptr;
    TPM2B_PUBLIC* raw_public = nullptr;
    const auto rc = Esys_Create(tpm.get(), parent.value, session.value, ESYS_TR_NONE, ESYS_TR_NONE, &sensitive, &wanted, &no_data,
                                &no_pcrs, &raw_private, &raw_public, nullptr, nullptr, nullptr);
    OPENSSL_cleanse(&sensitive, sizeof sensitive);
    if (rc != TSS2_RC_SUCCESS) return failed("seal", rc);
    const Owned<TPM2B_PRIVATE> private_part(raw_private);
    const Owned<TPM2B_PUBLIC> public_part(raw_public);
    return json::serialize(json::object{{"format", format},
                                        {"pcrs", json::array(pcrs.begin(), pcrs.end())},
                                        {"public", marshalled(*public_part, Tss2_MU_TPM2B_PUBLIC_Marshal)},
                                        {"private", marshalled(*private_part, Tss2_MU_TPM2B_PRIVATE_Marshal)}}) +
           "\n";
}

Result<void> unseal(const std::string& tcti, const std::string& sealed, std::chrono::milliseconds deadline,
                    const std::function<void(std::string_view)>& take) {
    std::packaged_task<Result<std::string>()> task([tcti, sealed] { return unseal_now(tcti, sealed); });
    auto answer = task.get_future();
    std::thread(std::move(task)).detach();
    if (answer.wait_for(deadline) != std::future_status::ready)
        return fail("tpm: no answer within " + std::to_string(deadline.count()) + " ms", "check the TPM, then start again");
    auto secret = answer.get();
    if (!secret) return std::unexpected(secret.error());
    take(*secret);
    OPENSSL_cleanse(secret->data(), secret->size());
    return {};
}

} // namespace jitbox::tpm
