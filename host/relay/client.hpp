// Bundles out: one signed body to several relays at once, each with its own connections, deadline and statistics.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "relay/auth_key.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace jitbox::relay {

/// How a relay withdraws a bundle.
enum class CancelStyle : std::uint8_t {
    cancel_bundle, ///< eth_cancelBundle {replacementUuid}
    empty_bundle,  ///< eth_sendBundle with the uuid and no transactions (beaverbuild)
};

struct RelayConfig {
    std::string name; ///< in logs, metrics and the journal
    std::string url;  ///< http:// or https://host[:port][/path]
    std::chrono::milliseconds deadline{500};
    CancelStyle cancel_style = CancelStyle::cancel_bundle;
    std::string ca_file;             ///< PEM to trust for https; empty: the system's
    std::size_t max_connections = 4; ///< requests in flight; further ones are answered `busy`
};

/// A bundle as the relays see it.
struct Bundle {
    std::vector<Bytes> transactions; ///< raw, in order; at most 100 and 300,000 bytes together
    std::uint64_t block_number = 0;
    std::uint64_t min_timestamp = 0;       ///< 0: not sent
    std::uint64_t max_timestamp = 0;       ///< 0: not sent
    std::vector<Bytes32> reverting_hashes; ///< transactions that may revert; never the target
    std::string replacement_uuid;
};

enum class AnswerStatus : std::uint8_t {
    accepted,
    refused,        ///< a JSON-RPC error
    http_error,     ///< HTTP status other than 200 without a JSON-RPC error
    malformed,      ///< not the answer that was asked for
    timeout,        ///< the relay's deadline passed
    connect_failed, ///< name, TCP, TLS or a connection that broke
    busy,           ///< max_connections requests are in flight to this relay already
};
[[nodiscard]] std::string_view to_text(AnswerStatus status);

struct Answer {
    std::size_t relay = 0; ///< index in the configuration
    std::string relay_name;
    AnswerStatus status = AnswerStatus::malformed;
    unsigned http_status = 0; ///< 0 when no HTTP answer came
    std::int64_t error_code = 0;
    std::string bundle_hash; ///< accepted bundles: 0x and 64 digits, or empty when the relay names none
    std::string text;        ///< the error, in the relay's words (cut at 256 characters, control characters removed) or ours
    std::chrono::nanoseconds latency{0};
    [[nodiscard]] bool accepted() const { return status == AnswerStatus::accepted; }
};

struct RelayStats {
    std::string name;
    std::uint64_t sent = 0, accepted = 0, refused = 0, timeouts = 0, failures = 0, busy = 0;
    std::uint64_t connections_opened = 0;
    std::chrono::nanoseconds last_latency{0}, total_latency{0}; ///< of answers that came
};

/// All calls and handlers on the io_context's thread. A handler is called exactly once a relay, at the latest at that relay's
/// deadline, whatever the other relays do; handlers of a destroyed client are not called.
class Client {
public:
    using Handler = std::function<void(const Answer&)>;

    /// Errors: every bad relay entry at once (name twice, URL, CA file), named by its field.
    [[nodiscard]] static Result<std::unique_ptr<Client>> create(boost::asio::io_context& io, std::vector<RelayConfig> relays,
                                                                AuthKey auth);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Opens a kept-alive connection to each relay ahead of the first bundle; again whenever one breaks.
    void warm_up();
    /// While a signature is waited for: does once what the POST will do, so that its code and tables are in the caches when it
    /// counts.
    void rehearse(BytesView target_raw) const;
    /// Serialises and signs once, then posts to every relay. Errors (nothing is sent): the bundle breaks a limit of the protocol.
    [[nodiscard]] Result<void> send_bundle(const Bundle& bundle, const Handler& handler);
    /// Withdraws by uuid at every relay, each in its style.
    void cancel(const std::string& replacement_uuid, std::uint64_t block_number, const Handler& handler);

    [[nodiscard]] const std::vector<RelayConfig>& relays() const;
    [[nodiscard]] std::vector<RelayStats> stats() const;

private:
    struct Impl;
    explicit Client(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

} // namespace jitbox::relay
