// The anchor in a TPM 2.0: an NV index of type "extend", reached through tpm2-tss (ESAPI). Opened for each operation, so that a
// resource manager or a TPM that was restarted in between does no harm.
// SPDX-License-Identifier: Apache-2.0
#include "audit/anchor.hpp"
#include "audit/file.hpp"
#include "audit/record.hpp"
#include "tpm/connection.hpp"

#include <fcntl.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <vector>

namespace jitbox::audit {
namespace {

constexpr std::size_t line_size = 86; // encode_head
constexpr TPMA_NV index_attributes = (static_cast<TPMA_NV>(TPM2_NT_EXTEND) << TPMA_NV_TPM2_NT_SHIFT) | TPMA_NV_AUTHWRITE |
                                     TPMA_NV_AUTHREAD | TPMA_NV_OWNERREAD | TPMA_NV_NO_DA;

using tpm::Owned;
using Tpm = tpm::Connection;

std::unexpected<Error> tpm_error(const std::string& action, TSS2_RC code) {
    return tpm::tpm_error("audit", action, code);
}

Bytes32 extended(const Bytes32& value, const Bytes32& data) {
    std::array<unsigned char, 64> both{};
    std::ranges::copy(value, both.begin());
    std::ranges::copy(data, both.begin() + 32);
    Bytes32 out{};
    SHA256(both.data(), both.size(), out.data());
    return out;
}

class TpmAnchor final : public Anchor {
public:
    TpmAnchor(std::string tcti, std::uint32_t index, std::string list_path)
        : tcti_(std::move(tcti)), index_(index), list_path_(std::move(list_path)) {}

    Result<std::optional<Head>> read() override {
        Tpm tpm("audit");
        if (auto opened = tpm.open(tcti_); !opened) return std::unexpected(opened.error());
        const auto heads = proven(tpm);
        if (!heads) return std::unexpected(heads.error());
        return heads->empty() ? std::optional<Head>() : heads->back();
    }

    /// The list first, then the TPM: what a crash leaves between is one head too many in the list, which the next read takes back.
    Result<void> write(const Head& head) override {
        Tpm tpm("audit");
        if (auto opened = tpm.open(tcti_); !opened) return opened;
        const auto heads = proven(tpm);
        if (!heads) return std::unexpected(heads.error());
        if (!heads->empty() && heads->back() == head) return {};
        if (auto listed = append_to_list(head, heads->size()); !listed) return listed;
        const auto index = handle(tpm);
        if (!index) return std::unexpected(index.error());
        TPM2B_MAX_NV_BUFFER data{};
        data.size = static_cast<UINT16>(head.hash.size());
        std::ranges::copy(head.hash, std::begin(data.buffer));
        const auto rc = Esys_NV_Extend(tpm.get(), *index, *index, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &data);
        return rc == TSS2_RC_SUCCESS ? Result<void>{} : tpm_error("extend the index", rc);
    }

    Result<void> create() override {
        Tpm tpm("audit");
        if (auto opened = tpm.open(tcti_); !opened) return opened;
        if (::access(list_path_.c_str(), F_OK) == 0)
            return fail("audit: " + list_path_ + " is there already", "it belongs to an anchor: move it away to begin a new one");
        TPM2B_NV_PUBLIC wanted{};
        wanted.nvPublic.nvIndex = index_;
        wanted.nvPublic.nameAlg = TPM2_ALG_SHA256;
        wanted.nvPublic.attributes = index_attributes;
        wanted.nvPublic.dataSize = 32;
        const TPM2B_AUTH no_auth{};
        ESYS_TR made = ESYS_TR_NONE;
        const auto rc = Esys_NV_DefineSpace(tpm.get(), ESYS_TR_RH_OWNER, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &no_auth,
                                            &wanted, &made);
        return rc == TSS2_RC_SUCCESS ? Result<void>{} : tpm_error("define the index " + name(), rc);
    }

    [[nodiscard]] std::string name() const override {
        constexpr std::string_view digits = "0123456789abcdef";
        std::string hex = "0x";
        for (int shift = 28; shift >= 0; shift -= 4) hex += digits[(index_ >> shift) & 0xF];
        return "tpm:" + hex + (tcti_.empty() ? "" : ":" + tcti_);
    }

private:
    [[nodiscard]] Result<ESYS_TR> handle(const Tpm& tpm) const {
        ESYS_TR index = ESYS_TR_NONE;
        const auto rc = Esys_TR_FromTPMPublic(tpm.get(), index_, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &index);
        if (rc == TSS2_RC_SUCCESS) return index;
        auto error = tpm_error("find the index of " + name(), rc).error();
        error.hint = "make it once with `jitctl audit anchor`; when it was there before, somebody removed it";
        return std::unexpected(std::move(error));
    }

    /// The index's value; empty when nothing has ever been extended into it. Errors: it is not an index as create() makes it.
    [[nodiscard]] Result<std::optional<Bytes32>> value(const Tpm& tpm) const {
        const auto index = handle(tpm);
        if (!index) return std::unexpected(index.error());
        TPM2B_NV_PUBLIC* raw_public = nullptr;
        TPM2B_NAME* raw_name = nullptr;
        if (const auto rc = Esys_NV_ReadPublic(tpm.get(), *index, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &raw_public, &raw_name);
            rc != TSS2_RC_SUCCESS)
            return tpm_error("describe the index", rc);
        const Owned<TPM2B_NV_PUBLIC> described(raw_public);
        const Owned<TPM2B_NAME> named(raw_name);
        const TPMS_NV_PUBLIC& area = described->nvPublic;
        if ((area.attributes & ~TPMA_NV_WRITTEN) != index_attributes || area.dataSize != 32 || area.nameAlg != TPM2_ALG_SHA256)
            return fail("audit: the index of " + name() + " is not the one that `jitctl audit anchor` makes",
                        "somebody replaced it, or another program uses it: take another index");
        if ((area.attributes & TPMA_NV_WRITTEN) == 0) return std::optional<Bytes32>();
        TPM2B_MAX_NV_BUFFER* raw_data = nullptr;
        if (const auto rc = Esys_NV_Read(tpm.get(), *index, *index, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, 32, 0, &raw_data);
            rc != TSS2_RC_SUCCESS)
            return tpm_error("read the index", rc);
        const Owned<TPM2B_MAX_NV_BUFFER> data(raw_data);
        Bytes32 out{};
        std::copy_n(std::begin(data->buffer), out.size(), out.begin());
        return std::optional<Bytes32>(out);
    }

    [[nodiscard]] Result<std::vector<Head>> list() const {
        const File file(::open(list_path_.c_str(), O_RDONLY | O_CLOEXEC));
        if (!file.is_open()) return std::vector<Head>();
        const auto text = read_all(file.get(), list_path_);
        if (!text) return std::unexpected(text.error());
        std::vector<Head> out;
        for (std::size_t at = 0; at + line_size <= text->size(); at += line_size) { // a torn last line was never extended
            const auto head = decode_head(std::string_view(*text).substr(at, line_size));
            if (!head) return fail("audit: " + list_path_ + " is malformed", "it was changed: restore it from a backup");
            out.push_back(*head);
        }
        return out;
    }

    /// The heads of the list that the TPM's value proves.
    [[nodiscard]] Result<std::vector<Head>> proven(const Tpm& tpm) const {
        const auto held = value(tpm);
        if (!held) return std::unexpected(held.error());
        auto heads = list();
        if (!heads) return heads;
        Bytes32 sum{};
        Bytes32 before_last{};
        for (const Head& head : *heads) {
            before_last = sum;
            sum = extended(sum, head.hash);
        }
        const Bytes32 wanted = held->value_or(Bytes32{});
        if (sum == wanted) return heads;
        if (!heads->empty() && before_last == wanted) {
            heads->pop_back();
            return heads;
        }
        return fail("audit: the TPM's value at " + name() + " is not that of " + list_path_,
                    "the list, and so the log, was replaced or cut: keep them as evidence and restore them from a backup");
    }

    [[nodiscard]] Result<void> append_to_list(const Head& head, std::size_t heads) const {
        const File file(::open(list_path_.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        if (!file.is_open()) return os_error("open", list_path_);
        const auto size = static_cast<off_t>(heads * line_size);
        if (::ftruncate(file.get(), size) != 0 || ::lseek(file.get(), size, SEEK_SET) != size ||
            !write_all(file.get(), encode_head(head)) || ::fsync(file.get()) != 0)
            return os_error("write", list_path_);
        sync_directory_of(list_path_);
        return {};
    }

    std::string tcti_;
    std::uint32_t index_;
    std::string list_path_;
};

} // namespace

std::unique_ptr<Anchor> make_tpm_anchor(std::string tcti, std::uint32_t nv_index, std::string list_path) {
    return std::make_unique<TpmAnchor>(std::move(tcti), nv_index, std::move(list_path));
}

} // namespace jitbox::audit
