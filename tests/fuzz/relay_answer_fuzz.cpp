// Any bytes as a relay's answer or address: an answer comes out, fit for a log line, and nothing else happens.
// SPDX-License-Identifier: Apache-2.0
#include "relay/auth_key.hpp"
#include "relay/protocol.hpp"

#include <algorithm>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace jitbox::relay;
    if (size < 2) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
    const unsigned status = 100U + data[0] * 2U;
    const Answer answer = parse_answer(status, text, data[1]);
    const bool plain = std::ranges::none_of(answer.text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    const bool hash_ok = answer.bundle_hash.empty() || answer.bundle_hash.size() == 66;
    if (!plain || answer.text.size() > 400 || !hash_ok) std::abort();
    if (answer.accepted() && status != 200) std::abort();
    if (const auto endpoint = parse_endpoint(text); endpoint && (endpoint->host.empty() || endpoint->path.empty())) std::abort();
    (void)verify_signature_header(text, "body");
    return 0;
}
