// A relay on a thread of its own that does what a test tells it, plain or over TLS.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace jitbox::test {

/// What the relay does with one request.
struct Script {
    bool hang = false;        ///< takes the request and never answers
    bool hang_up = false;     ///< closes instead of answering
    bool close_after = false; ///< answers with Connection: close
    unsigned status = 200;
    std::string body{}; ///< "$ID" stands for the request's id
};

class ScriptedRelay {
public:
    using Decide = std::function<Script(std::size_t request_number, const std::string& body)>;

    /// `tls` null: plain HTTP.
    explicit ScriptedRelay(Decide decide, std::shared_ptr<boost::asio::ssl::context> tls = nullptr);
    ~ScriptedRelay();
    ScriptedRelay(const ScriptedRelay&) = delete;
    ScriptedRelay& operator=(const ScriptedRelay&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string url() const;
    [[nodiscard]] std::size_t connections() const { return connections_; }
    /// Connections that hung until the client left them.
    [[nodiscard]] std::size_t abandoned() const { return abandoned_; }
    /// Bodies and signature headers, in order of arrival.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> requests() const;

private:
    void accept();
    template <typename Stream>
    void serve(std::shared_ptr<Stream> stream);

    boost::asio::io_context io_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::shared_ptr<boost::asio::ssl::context> tls_;
    Decide decide_;
    std::uint16_t port_ = 0;
    std::atomic<std::size_t> connections_ = 0;
    std::atomic<std::size_t> abandoned_ = 0;
    mutable std::mutex mutex_;
    std::vector<std::pair<std::string, std::string>> requests_;
    std::vector<std::shared_ptr<void>> held_; ///< connections that hang
    std::jthread thread_;
};

/// A fresh self-signed certificate for `host` (a name, or an IP address); writes it to `ca_file` as PEM.
[[nodiscard]] std::shared_ptr<boost::asio::ssl::context> self_signed_context(const std::string& host, const std::string& ca_file);

} // namespace jitbox::test
