// Bundles and headers as the relay stand-in parses them: any bytes are refused or understood, never a crash.
// SPDX-License-Identifier: Apache-2.0
#include "sim/relay/bundle.hpp"
#include "sim/relay/faults.hpp"
#include "sim/relay/flashbots_signature.hpp"

#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    (void)jitbox::relay_sim::verify_signature_header(text, "{}");
    boost::system::error_code error;
    const boost::json::value value = boost::json::parse(text, error);
    if (error) return 0;
    (void)jitbox::relay_sim::parse_fault(value);
    const auto bundle = jitbox::relay_sim::parse_bundle(value);
    if (bundle && bundle->transactions.size() > jitbox::relay_sim::max_bundle_transactions) __builtin_trap();
    return 0;
}
