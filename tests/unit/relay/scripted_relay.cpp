// A scripted relay for the client's tests.
// SPDX-License-Identifier: Apache-2.0
#include "scripted_relay.hpp"

#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdio>
#include <stdexcept>

namespace jitbox::test {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using TlsStream = asio::ssl::stream<tcp::socket>;

std::string with_id(std::string text, const std::string& request) {
    const auto at = text.find("$ID");
    if (at == std::string::npos) return text;
    error_code failed;
    const auto value = boost::json::parse(request, failed);
    return text.replace(at, 3, failed ? "0" : boost::json::serialize(value.at("id")));
}

} // namespace

ScriptedRelay::ScriptedRelay(Decide decide, std::shared_ptr<asio::ssl::context> tls)
    : acceptor_(io_, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)), tls_(std::move(tls)), decide_(std::move(decide)),
      port_(acceptor_.local_endpoint().port()) {
    accept();
    thread_ = std::jthread([this] { io_.run(); });
}

ScriptedRelay::~ScriptedRelay() {
    io_.stop();
}

std::string ScriptedRelay::url() const {
    return (tls_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_);
}

std::vector<std::pair<std::string, std::string>> ScriptedRelay::requests() const {
    const std::scoped_lock lock(mutex_);
    return requests_;
}

void ScriptedRelay::accept() {
    acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
        if (error) return;
        ++connections_;
        if (tls_) {
            auto stream = std::make_shared<TlsStream>(std::move(socket), *tls_);
            stream->async_handshake(asio::ssl::stream_base::server, [this, stream](const error_code& failed) {
                if (!failed) serve(stream);
            });
        } else {
            serve(std::make_shared<tcp::socket>(std::move(socket)));
        }
        accept();
    });
}

template <typename Stream>
void ScriptedRelay::serve(std::shared_ptr<Stream> stream) {
    auto buffer = std::make_shared<boost::beast::flat_buffer>();
    auto request = std::make_shared<http::request<http::string_body>>();
    http::async_read(*stream, *buffer, *request, [this, stream, buffer, request](const error_code& error, std::size_t) {
        if (error) return;
        std::size_t number = 0;
        {
            const std::scoped_lock lock(mutex_);
            number = requests_.size();
            requests_.emplace_back(request->body(), std::string((*request)["X-Flashbots-Signature"]));
        }
        const Script script = decide_(number, request->body());
        if (script.hang_up) return;
        if (script.hang) {
            held_.push_back(stream);
            const auto byte = std::make_shared<std::array<char, 1>>();
            stream->async_read_some(asio::buffer(*byte), [this, byte](const error_code& ended, std::size_t) {
                if (ended) ++abandoned_;
            });
            return;
        }
        auto response = std::make_shared<http::response<http::string_body>>(static_cast<http::status>(script.status), 11);
        response->body() = with_id(script.body, request->body());
        response->keep_alive(!script.close_after);
        response->prepare_payload();
        http::async_write(*stream, *response, [this, stream, response](const error_code& failed, std::size_t) {
            if (!failed && response->keep_alive()) serve(stream);
        });
    });
}

std::shared_ptr<asio::ssl::context> self_signed_context(const std::string& host, const std::string& ca_file) {
    using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
    using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
    const Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const Certificate certificate(X509_new(), X509_free);
    X509* const raw = certificate.get();
    X509_set_version(raw, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(raw), 1);
    X509_gmtime_adj(X509_getm_notBefore(raw), -60);
    X509_gmtime_adj(X509_getm_notAfter(raw), 3'600);
    X509_set_pubkey(raw, key.get());
    X509_NAME* const name = X509_get_subject_name(raw);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(host.c_str()), -1, -1, 0);
    X509_set_issuer_name(raw, name);
    const bool is_ip = host.find_first_not_of("0123456789.") == std::string::npos;
    const std::string alternative = (is_ip ? "IP:" : "DNS:") + host;
    const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alternative.c_str()), X509_EXTENSION_free);
    X509_add_ext(raw, extension.get(), -1);
    if (X509_sign(raw, key.get(), EVP_sha256()) == 0) throw std::runtime_error("the certificate cannot be signed");

    const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(ca_file.c_str(), "w"), std::fclose);
    if (!file || PEM_write_X509(file.get(), raw) != 1) throw std::runtime_error("the certificate cannot be written");
    auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
    SSL_CTX_use_certificate(context->native_handle(), raw);
    SSL_CTX_use_PrivateKey(context->native_handle(), key.get());
    return context;
}

} // namespace jitbox::test
