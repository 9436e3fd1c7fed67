// Fan-out: one body, one signature, every relay at once.
// SPDX-License-Identifier: Apache-2.0
#include "relay/client.hpp"

#include "relay/link.hpp"

#include <set>

namespace jitbox::relay {
namespace {

namespace ssl = boost::asio::ssl;

Result<std::shared_ptr<ssl::context>> tls_context(const RelayConfig& config) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    boost::system::error_code error;
    context->set_options(ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1 | ssl::context::no_sslv3, error);
    if (!error && config.ca_file.empty()) context->set_default_verify_paths(error);
    if (!error && !config.ca_file.empty()) context->load_verify_file(config.ca_file, error);
    if (error) return fail("relay " + config.name + ": ca_file " + config.ca_file + ": " + error.message());
    return context;
}

} // namespace

struct Client::Impl {
    boost::asio::io_context& io;
    AuthKey auth;
    std::vector<RelayConfig> relays;
    std::vector<std::shared_ptr<Link>> links;
    std::uint64_t next_id = 1;

    Impl(boost::asio::io_context& context, AuthKey key) : io(context), auth(std::move(key)) {}
    [[nodiscard]] std::shared_ptr<const Message> message(std::string body, std::uint64_t id) const {
        auto out = std::make_shared<Message>();
        out->signature = auth.signature_header(body);
        out->body = std::move(body);
        out->id = id;
        return out;
    }
};

Client::Client(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Client::~Client() {
    for (const auto& link : impl_->links) link->close();
}

Result<std::unique_ptr<Client>> Client::create(boost::asio::io_context& io, std::vector<RelayConfig> relays, AuthKey auth) {
    auto impl = std::make_shared<Impl>(io, std::move(auth));
    std::string problems;
    std::set<std::string> names;
    const auto problem = [&problems](const std::string& text) { problems += problems.empty() ? text : "; " + text; };
    for (const RelayConfig& config : relays) {
        if (!names.insert(config.name).second) problem("relay " + config.name + ": the name stands twice");
        if (config.deadline.count() <= 0) problem("relay " + config.name + ": deadline must be positive");
        if (config.max_connections == 0) problem("relay " + config.name + ": max_connections must be positive");
        auto endpoint = parse_endpoint(config.url);
        if (!endpoint) {
            problem(endpoint.error().text());
            continue;
        }
        std::shared_ptr<ssl::context> tls;
        if (endpoint->tls) {
            auto context = tls_context(config);
            if (!context) {
                problem(context.error().text());
                continue;
            }
            tls = std::move(*context);
        }
        impl->links.push_back(std::make_shared<Link>(io, impl->links.size(), config, std::move(*endpoint), std::move(tls)));
    }
    if (!problems.empty()) return fail(problems, "see [[relays]] in docs/configuration.md");
    impl->relays = std::move(relays);
    return std::unique_ptr<Client>(new Client(std::move(impl)));
}

void Client::warm_up() {
    for (const auto& link : impl_->links) link->warm_up();
}

void Client::rehearse(BytesView target_raw) const {
    Bundle bundle;
    bundle.transactions.emplace_back(target_raw.begin(), target_raw.end());
    bundle.block_number = 1;
    (void)impl_->message(send_bundle_body(bundle, 0), 0);
}

Result<void> Client::send_bundle(const Bundle& bundle, const Handler& handler) {
    if (auto ok = check_bundle(bundle); !ok) return ok;
    const std::uint64_t id = impl_->next_id++;
    const auto message = impl_->message(send_bundle_body(bundle, id), id);
    for (const auto& link : impl_->links) link->post(message, handler);
    return {};
}

void Client::cancel(const std::string& replacement_uuid, std::uint64_t block_number, const Handler& handler) {
    std::array<std::shared_ptr<const Message>, 2> by_style;
    for (const auto& link : impl_->links) {
        const CancelStyle style = link->config().cancel_style;
        auto& message = by_style[style == CancelStyle::cancel_bundle ? 0 : 1];
        if (!message) {
            const std::uint64_t id = impl_->next_id++;
            message = impl_->message(cancel_body(style, replacement_uuid, block_number, id), id);
        }
        link->post(message, handler);
    }
}

const std::vector<RelayConfig>& Client::relays() const {
    return impl_->relays;
}

std::vector<RelayStats> Client::stats() const {
    std::vector<RelayStats> out;
    for (const auto& link : impl_->links) out.push_back(link->stats());
    return out;
}

} // namespace jitbox::relay
