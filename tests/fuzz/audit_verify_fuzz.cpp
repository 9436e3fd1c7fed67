// The audit verifier on arbitrary bytes: no crash; what it calls good really is a chain from seq 1 whose end it names.
// SPDX-License-Identifier: Apache-2.0
#include "audit/log.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace jitbox::audit;
    const std::string_view content(reinterpret_cast<const char*>(data), size);
    const VerifyReport report = verify_bytes(content, {}, {});
    if (report.ok && (report.records != report.head.seq || (size > 0 && content.back() != '\n'))) std::abort();
    if (!report.ok && report.problem.empty()) std::abort();
    // The same end as anchor changes nothing; an end that is one further is a truncation.
    if (report.ok && !verify_bytes(content, report.head, report.head).ok) std::abort();
    Head further = report.head;
    ++further.seq;
    if (verify_bytes(content, further, {}).ok) std::abort();
    return 0;
}
