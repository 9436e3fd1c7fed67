// What the signer and its people read besides requests: approvals, limits, the packets of a worker whose module is hostile,
// manifests and keys. No crash, and what parses is written and parsed to the same again. SPDX-License-Identifier: Apache-2.0
#include "manifest/manifest.hpp"
#include "manifest/minisign.hpp"
#include "signer/approval.hpp"
#include "signer/hsm_wire.hpp"
#include "signer/limit_terms.hpp"

#include <cstdlib>

namespace {

using namespace jitbox;

void require(bool good) {
    if (!good) std::abort();
}

void stable_approval(std::string_view text) {
    const auto parsed = signer::parse_approval(text);
    if (!parsed) return;
    const auto again = signer::parse_approval(signer::format_approval(*parsed));
    require(again && *again == *parsed);
    // A field with a newline would let two approvals share the bytes that are signed.
    for (const char c : parsed->action + parsed->subject + parsed->nonce + parsed->approver) require(c != '\n');
    require(
        !signer::check_approvals({}, parsed->action, parsed->subject, std::span(&*parsed, 1), std::chrono::system_clock::now()));
}

void stable_limits(std::string_view text) {
    const auto parsed = signer::parse_limit_terms(text);
    if (!parsed) return;
    const auto again = signer::parse_limit_terms(signer::format_limit_terms(*parsed));
    require(again && *again == *parsed);
    require(signer::looser_terms(*parsed, *parsed).empty());
}

void stable_worker(std::string_view packet) {
    if (const auto keys = signer::parse_ready(packet)) {
        const auto again = signer::parse_ready(signer::format_ready(keys));
        require(again && *again == *keys);
    }
    if (const auto made = signer::parse_signature(packet)) {
        const auto again = signer::parse_signature(signer::format_signature(made));
        require(again && again->r == made->r && again->s == made->s);
    }
    if (const auto job = signer::parse_job(packet)) require(signer::format_job(*job) == packet);
    std::ignore = signer::parse_hello(packet); // has a PIN in it: nothing to compare
}

void stable_release(std::string_view text) {
    if (const auto parsed = manifest::parse_manifest(text)) {
        const std::string written = manifest::format_manifest(*parsed);
        const auto again = manifest::parse_manifest(written);
        require(again && manifest::format_manifest(*again) == written);
    }
    const auto key = manifest::parse_minisign_public_key(text);
    require(!key || !manifest::minisign_verify("message", text, *key));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    stable_approval(text);
    stable_limits(text);
    stable_worker(text);
    stable_release(text);
    return 0;
}
