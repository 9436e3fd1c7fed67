// The relays' JSON-RPC: bodies that we send, answers that we do not trust.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "relay/client.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace jitbox::relay {

inline constexpr std::size_t max_bundle_transactions = 100;
inline constexpr std::size_t max_bundle_bytes = 300'000; ///< of the raw transactions
inline constexpr std::size_t max_answer_bytes = std::size_t{64} * 1024;

/// Errors: no transaction, too many, too large, no block number.
[[nodiscard]] Result<void> check_bundle(const Bundle& bundle);
/// {"jsonrpc":"2.0","id":<id>,"method":"eth_sendBundle","params":[{...}]}
[[nodiscard]] std::string send_bundle_body(const Bundle& bundle, std::uint64_t id);
/// eth_cancelBundle, or eth_sendBundle with the uuid and no transactions.
[[nodiscard]] std::string cancel_body(CancelStyle style, const std::string& replacement_uuid, std::uint64_t block_number,
                                      std::uint64_t id);

/// Fills status, http_status, error_code, bundle_hash and text of an answer. Any bytes give an answer; nothing throws.
[[nodiscard]] Answer parse_answer(unsigned http_status, std::string_view body, std::uint64_t id);
/// At most 256 characters of printable ASCII: fit for a log line and for JSON.
[[nodiscard]] std::string printable(std::string_view text);

/// Where a relay is.
struct Endpoint {
    bool tls = false;
    std::string host;
    std::string port;
    std::string path;
    std::string host_header;
};
/// http:// or https://host[:port][/path]; IPv6 in brackets. Errors: anything else, user info, white space.
[[nodiscard]] Result<Endpoint> parse_endpoint(std::string_view url);

} // namespace jitbox::relay
