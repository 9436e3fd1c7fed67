// A connection to a TPM 2.0 through tpm2-tss (ESAPI).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <memory>
#include <string>

#include <tss2/tss2_esys.h>

namespace jitbox::tpm {

/// "<who>: the TPM cannot <action>: <the TPM's reason in words>", with what to do.
[[nodiscard]] std::unexpected<Error> tpm_error(const std::string& who, const std::string& action, TSS2_RC code);

struct Freed {
    void operator()(void* memory) const { Esys_Free(memory); }
};
/// What an ESAPI call allocated.
template <typename T>
using Owned = std::unique_ptr<T, Freed>;

/// Opened for one operation, so that a resource manager or a TPM that was restarted in between does no harm. Every call blocks.
class Connection {
public:
    explicit Connection(std::string who) : who_(std::move(who)) {} ///< "audit", "hsm": the beginning of its errors
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    /// `tcti` as in tpm2-tss ("device:/dev/tpmrm0", "swtpm:path=.."; empty: its default).
    [[nodiscard]] Result<void> open(const std::string& tcti);
    [[nodiscard]] ESYS_CONTEXT* get() const { return esys_; }

private:
    std::string who_;
    TSS2_TCTI_CONTEXT* tcti_ = nullptr;
    ESYS_CONTEXT* esys_ = nullptr;
};

} // namespace jitbox::tpm
