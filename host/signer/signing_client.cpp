// The asynchronous client of the signing socket.
// SPDX-License-Identifier: Apache-2.0
#include "signer/client.hpp"

#include <boost/asio.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <charconv>
#include <deque>
#include <map>
#include <utility>

namespace jitbox::signer {

namespace asio = boost::asio;
using Protocol = asio::local::stream_protocol;

namespace {

std::unexpected<Refusal> refuse(RefusalCode code, std::string what, std::string hint = {}) {
    return std::unexpected(Refusal{.code = code, .what = std::move(what), .hint = std::move(hint)});
}

/// A request that waits for its answer. `finish` gets the answer's line, or why there is none.
struct Waiting {
    std::function<void(Answer<std::string_view>)> finish;
    std::unique_ptr<asio::steady_timer> timer;
};

template <typename T>
auto finisher(std::function<void(Answer<T>)> handler, Result<NumberedAnswer<T>> (*parse)(std::string_view)) {
    return [handler = std::move(handler), parse](Answer<std::string_view> line) {
        if (!line) return handler(std::unexpected(line.error()));
        auto answer = parse(*line);
        if (!answer) return handler(refuse(RefusalCode::internal, answer.error().what));
        handler(std::move(answer->answer));
    };
}

/// The id of an answer of any kind, without its content.
std::optional<std::uint64_t> id_of(std::string_view line) {
    const std::size_t at = line.find("\"id\":");
    if (at == std::string_view::npos) return std::nullopt;
    std::uint64_t id = 0;
    const auto parsed = std::from_chars(line.data() + at + 5, line.data() + line.size(), id);
    return parsed.ec == std::errc{} ? std::optional(id) : std::nullopt;
}

} // namespace

struct SigningClient::Impl : std::enable_shared_from_this<Impl> {
    Impl(asio::io_context& context, std::string socket_path, std::chrono::milliseconds limit)
        : io(context), path(std::move(socket_path)), deadline(limit), socket(context) {}

    void send(SigningRequest request, std::function<void(Answer<std::string_view>)> finish) {
        const std::uint64_t id = ++last_id;
        auto timer = std::make_unique<asio::steady_timer>(io, deadline);
        timer->async_wait([weak = weak_from_this(), id](const boost::system::error_code& error) {
            if (const auto self = weak.lock(); self && !error) self->expire(id);
        });
        waiting.emplace(id, Waiting{.finish = std::move(finish), .timer = std::move(timer)});
        if (auto connected = connect(); !connected) {
            // Later, so that a handler is never called inside the call that it was given to.
            asio::post(io, [weak = weak_from_this(), id, refusal = connected.error()] {
                if (const auto self = weak.lock()) self->finish(id, std::unexpected(refusal));
            });
            return;
        }
        output.push_back(format(Numbered<SigningRequest>{.id = id, .request = std::move(request)}));
        if (output.size() == 1) write();
    }

    /// A Unix socket connects at once or not at all.
    Answer<void> connect() {
        if (socket.is_open()) return {};
        boost::system::error_code error;
        socket.connect(Protocol::endpoint(path), error);
        if (error) {
            close();
            return refuse(RefusalCode::disconnected, "cannot connect to " + path + ": " + error.message(),
                          "is jit-signer running?");
        }
        ++generation;
        read();
        return {};
    }

    void write() {
        asio::async_write(socket, asio::buffer(output.front()),
                          [weak = weak_from_this(), at = generation](const boost::system::error_code& error, std::size_t) {
                              const auto self = weak.lock();
                              if (!self || self->generation != at) return;
                              if (error) return self->broke();
                              self->output.pop_front();
                              if (!self->output.empty()) self->write();
                          });
    }

    void read() {
        asio::async_read_until(
            socket, asio::dynamic_buffer(input, max_line_bytes), '\n',
            [weak = weak_from_this(), at = generation](const boost::system::error_code& error, std::size_t size) {
                const auto self = weak.lock();
                if (!self || self->generation != at) return;
                if (error) return self->broke();
                const std::string line = self->input.substr(0, size);
                self->input.erase(0, size);
                self->read();
                self->take(line);
            });
    }

    void take(const std::string& line) {
        // An answer that nobody waits for came after its deadline: its request was given up.
        if (const auto id = id_of(line)) finish(*id, std::string_view(line));
    }

    void finish(std::uint64_t id, Answer<std::string_view> answer) {
        auto found = waiting.extract(id);
        if (!found.empty()) found.mapped().finish(std::move(answer));
    }

    void expire(std::uint64_t id) {
        finish(id, refuse(RefusalCode::deadline, "no answer from the signer within " + std::to_string(deadline.count()) + " ms",
                          "the nonces may be bound: recall or void the lane"));
    }

    void close() {
        boost::system::error_code ignored; // closing a broken socket may fail; it is gone either way
        socket.close(ignored);
        input.clear();
        output.clear();
        ++generation;
    }

    void broke() {
        close();
        auto lost = std::exchange(waiting, {});
        for (auto& [id, request] : lost)
            request.finish(refuse(RefusalCode::disconnected, "the connection to the signer broke",
                                  "the nonces may be bound: recall or void the lane"));
    }

    asio::io_context& io;
    const std::string path;
    const std::chrono::milliseconds deadline;
    Protocol::socket socket;
    std::uint64_t generation = 0; ///< of the connection: completions of an older one are ignored
    std::uint64_t last_id = 0;
    std::string input;
    std::deque<std::string> output;
    std::map<std::uint64_t, Waiting> waiting;
};

SigningClient::SigningClient(asio::io_context& io, std::string socket_path, std::chrono::milliseconds deadline)
    : impl_(std::make_shared<Impl>(io, std::move(socket_path), deadline)) {}

SigningClient::~SigningClient() {
    impl_->waiting.clear();
    impl_->close();
}

void SigningClient::async_sign_bundle(SignBundleRequest request, BundleHandler handler) {
    impl_->send(std::move(request), finisher<SignedBundle>(std::move(handler), parse_bundle_answer));
}

void SigningClient::async_recall(RecallRequest request, BundleHandler handler) {
    impl_->send(request, finisher<SignedBundle>(std::move(handler), parse_bundle_answer));
}

void SigningClient::async_lanes(LanesHandler handler) {
    impl_->send(LanesRequest{}, finisher<Lanes>(std::move(handler), parse_lanes_answer));
}

void SigningClient::async_prepare(SignBundleRequest request, MenuHandler handler) {
    impl_->send(PrepareRequest{.bundle = std::move(request)}, finisher<MenuState>(std::move(handler), parse_menu_answer));
}

void SigningClient::async_block(std::uint64_t number, MenuHandler handler) {
    impl_->send(BlockRequest{.number = number}, finisher<MenuState>(std::move(handler), parse_menu_answer));
}

bool SigningClient::connected() const noexcept {
    return impl_->socket.is_open();
}

} // namespace jitbox::signer
