// Lines of both signer sockets and of its answers: no crash, and what parses is written and parsed to the same again.
// SPDX-License-Identifier: Apache-2.0
#include "signer/protocol.hpp"

#include <cstdlib>

namespace {

using namespace jitbox::signer;

void require(bool good) {
    if (!good) std::abort();
}

void stable_signing(std::string_view line) {
    const auto parsed = parse_signing_request(line);
    if (!parsed) return;
    const std::string text = format(*parsed);
    const auto again = parse_signing_request(text);
    require(again && format(*again) == text);
}

void stable_control(std::string_view line) {
    const auto parsed = parse_control_request(line);
    if (!parsed) return;
    const std::string text = format(*parsed);
    const auto again = parse_control_request(text);
    require(again && format(*again) == text);
}

template <typename T>
void stable_answer(std::string_view line, jitbox::Result<NumberedAnswer<T>> (*parse)(std::string_view)) {
    const auto parsed = parse(line);
    if (!parsed) return;
    const std::string text = format_answer(parsed->id, parsed->answer);
    const auto again = parse(text);
    require(again && format_answer(again->id, again->answer) == text);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view line(reinterpret_cast<const char*>(data), size);
    stable_signing(line);
    stable_control(line);
    stable_answer<SignedBundle>(line, parse_bundle_answer);
    stable_answer<Lanes>(line, parse_lanes_answer);
    stable_answer<SignerStatus>(line, parse_status_answer);
    return 0;
}
