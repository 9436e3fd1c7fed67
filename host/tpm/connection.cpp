// A connection to a TPM.
// SPDX-License-Identifier: Apache-2.0
#include "tpm/connection.hpp"

#include <tss2/tss2_rc.h>
#include <tss2/tss2_tctildr.h>

namespace jitbox::tpm {

std::unexpected<Error> tpm_error(const std::string& who, const std::string& action, TSS2_RC code) {
    return fail(who + ": the TPM cannot " + action + ": " + Tss2_RC_Decode(code),
                "check that the TPM is there, that this user may use it (group tss), and that no other program has its index");
}

Connection::~Connection() {
    if (esys_ != nullptr) Esys_Finalize(&esys_);
    if (tcti_ != nullptr) Tss2_TctiLdr_Finalize(&tcti_);
}

Result<void> Connection::open(const std::string& tcti) {
    if (const auto rc = Tss2_TctiLdr_Initialize(tcti.empty() ? nullptr : tcti.c_str(), &tcti_); rc != TSS2_RC_SUCCESS)
        return tpm_error(who_, "be reached (" + (tcti.empty() ? "default" : tcti) + ")", rc);
    if (const auto rc = Esys_Initialize(&esys_, tcti_, nullptr); rc != TSS2_RC_SUCCESS) return tpm_error(who_, "be opened", rc);
    // After the first one since power-on it answers TPM2_RC_INITIALIZE, which is what the firmware normally brings about.
    if (const auto rc = Esys_Startup(esys_, TPM2_SU_CLEAR); rc != TSS2_RC_SUCCESS && rc != TPM2_RC_INITIALIZE)
        return tpm_error(who_, "be started", rc);
    return {};
}

} // namespace jitbox::tpm
