// JSON-RPC requests over one kept WebSocket connection, with deadlines and batches.
// SPDX-License-Identifier: Apache-2.0
#include "feed/rpc_client.hpp"

#include "base/printable.hpp"
#include "feed/ws_connection.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <simdjson.h>

namespace jitbox::feed {
namespace {

namespace asio = boost::asio;
namespace dom = simdjson::dom;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto deadline_check = 20ms; ///< how often deadlines are looked at while requests are pending

struct Pending {
    std::string method;
    RpcClient::Done done;
    Clock::time_point deadline;
    bool sent = false;
};

std::string request_text(std::uint64_t id, const RpcRequest& request) {
    return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":")" + request.method + R"(","params":)" +
           request.params_json + "}";
}

std::string error_text(dom::element error) {
    std::int64_t code = 0;
    std::string_view message;
    const bool has_code = error["code"].get(code) == simdjson::SUCCESS;
    const bool has_message = error["message"].get(message) == simdjson::SUCCESS;
    return (has_message ? printable(message, 500) : std::string("error without a message")) +
           (has_code ? " (code " + std::to_string(code) + ")" : "");
}

class Core : public std::enable_shared_from_this<Core> {
public:
    Core(asio::io_context& io, std::size_t max_batch) : io_(io), timer_(io), max_batch_(max_batch) {}

    void attach(std::unique_ptr<WsConnection> connection) { connection_ = std::move(connection); }
    void stop() {
        timer_.cancel();
        connection_.reset();
        pending_.clear();
    }
    [[nodiscard]] bool connected() const { return open_; }

    void call(const RpcRequest& request, RpcClient::Done done, std::chrono::milliseconds deadline) {
        const std::uint64_t id = enroll(request.method, std::move(done), deadline);
        post({id}, request_text(id, request));
    }

    void batch(const std::vector<RpcRequest>& requests, RpcClient::BatchDone done, std::chrono::milliseconds deadline) {
        struct Gathering {
            std::vector<Result<std::string>> answers;
            std::size_t missing;
            RpcClient::BatchDone done;
        };
        if (requests.empty()) return asio::post(io_, [done = std::move(done)] { done({}); });
        auto gathering = std::make_shared<Gathering>(Gathering{
            .answers = std::vector<Result<std::string>>(requests.size()), .missing = requests.size(), .done = std::move(done)});
        std::string text;
        std::vector<std::uint64_t> ids;
        for (std::size_t i = 0; i < requests.size(); ++i) {
            const auto gather = [gathering, i](Result<std::string> answer) {
                gathering->answers[i] = std::move(answer);
                if (--gathering->missing == 0) gathering->done(std::move(gathering->answers));
            };
            ids.push_back(enroll(requests[i].method, gather, deadline));
            text += (text.empty() ? "[" : ",") + request_text(ids.back(), requests[i]);
            if (ids.size() < max_batch_ && i + 1 < requests.size()) continue;
            post(ids, text + "]");
            text.clear();
            ids.clear();
        }
    }

    void on_open() {
        open_ = true;
        auto waiting = std::move(waiting_);
        waiting_.clear();
        for (auto& [ids, text] : waiting) post(ids, std::move(text));
    }

    void on_down(const std::string& why) {
        open_ = false;
        std::vector<std::uint64_t> lost;
        for (const auto& [id, entry] : pending_)
            if (entry.sent) lost.push_back(id);
        for (const std::uint64_t id : lost) finish(id, std::unexpected(Error{"connection lost: " + why, {}}));
    }

    void on_frame(std::string_view frame) {
        dom::element document;
        if (parser_.parse(frame.data(), frame.size(), false).get(document) != simdjson::SUCCESS) return; // its requests time out
        dom::array several;
        if (document.get(several) != simdjson::SUCCESS) return on_answer(document);
        std::vector<dom::element> answers(several.begin(), several.end());
        for (const dom::element answer : answers) on_answer(answer);
    }

private:
    std::uint64_t enroll(std::string method, RpcClient::Done done, std::chrono::milliseconds deadline) {
        const std::uint64_t id = ++last_id_;
        pending_.emplace(id, Pending{std::move(method), std::move(done), Clock::now() + deadline});
        watch_deadlines();
        return id;
    }

    void post(const std::vector<std::uint64_t>& ids, std::string text) {
        if (!open_) {
            waiting_.emplace_back(ids, std::move(text));
            return;
        }
        bool wanted = false;
        for (const std::uint64_t id : ids)
            if (const auto found = pending_.find(id); found != pending_.end()) wanted = found->second.sent = true;
        if (wanted) connection_->send(std::move(text));
    }

    void on_answer(dom::element answer) {
        std::uint64_t id = 0;
        if (answer["id"].get(id) != simdjson::SUCCESS) return;
        dom::element part;
        if (answer["error"].get(part) == simdjson::SUCCESS && !part.is_null())
            return finish(id, std::unexpected(Error{error_text(part), {}}));
        if (answer["result"].get(part) == simdjson::SUCCESS) return finish(id, std::string(simdjson::minify(part)));
        finish(id, std::unexpected(Error{"the answer has neither result nor error", {}}));
    }

    void finish(std::uint64_t id, Result<std::string> answer) {
        const auto found = pending_.find(id);
        if (found == pending_.end()) return; // too late, or nobody asked
        Pending entry = std::move(found->second);
        pending_.erase(found);
        if (!answer) answer = fail("rpc: " + entry.method + ": " + answer.error().what, answer.error().hint);
        asio::post(io_, [weak = weak_from_this(), done = std::move(entry.done), answer = std::move(answer)]() mutable {
            if (!weak.expired()) done(std::move(answer));
        });
    }

    void watch_deadlines() {
        if (watching_) return;
        watching_ = true;
        timer_.expires_after(deadline_check);
        timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
            const auto self = weak.lock();
            if (!self || error) return;
            self->watching_ = false;
            self->expire();
        });
    }

    void expire() {
        const auto now = Clock::now();
        std::vector<std::uint64_t> late;
        for (const auto& [id, entry] : pending_)
            if (entry.deadline <= now) late.push_back(id);
        for (const std::uint64_t id : late)
            finish(id, std::unexpected(Error{open_ ? "no answer within the deadline" : "not connected within the deadline",
                                             "is the node running and its WebSocket reachable?"}));
        std::erase_if(waiting_, [&](const auto& frame) {
            return std::ranges::none_of(frame.first, [&](std::uint64_t id) { return pending_.contains(id); });
        });
        if (!pending_.empty()) watch_deadlines();
    }

    asio::io_context& io_;
    asio::steady_timer timer_;
    std::size_t max_batch_;
    std::unique_ptr<WsConnection> connection_;
    dom::parser parser_;
    std::map<std::uint64_t, Pending> pending_;
    std::vector<std::pair<std::vector<std::uint64_t>, std::string>> waiting_; ///< frames made while not connected
    std::uint64_t last_id_ = 0;
    bool open_ = false;
    bool watching_ = false;
};

class WsRpcClient final : public RpcClient {
public:
    WsRpcClient(asio::io_context& io, WsOptions ws, std::size_t max_batch) : io_(io), core_(std::make_shared<Core>(io, max_batch)) {
        core_->attach(
            make_ws_connection(io, std::move(ws),
                               {.on_open = [core = core_.get()] { core->on_open(); },
                                .on_frame = [core = core_.get()](std::string_view frame, std::uint64_t) { core->on_frame(frame); },
                                .on_down = [core = core_.get()](const std::string& why) { core->on_down(why); }}));
    }
    ~WsRpcClient() override { core_->stop(); }
    WsRpcClient(const WsRpcClient&) = delete;
    WsRpcClient& operator=(const WsRpcClient&) = delete;

    void call(RpcRequest request, Done done, std::chrono::milliseconds deadline) override {
        core_->call(request, std::move(done), deadline);
    }
    void batch(std::vector<RpcRequest> requests, BatchDone done, std::chrono::milliseconds deadline) override {
        core_->batch(requests, std::move(done), deadline);
    }
    void after(std::chrono::milliseconds delay, std::function<void()> run) override {
        auto timer = std::make_shared<asio::steady_timer>(io_, delay);
        timer->async_wait([timer, weak = std::weak_ptr(core_), run = std::move(run)](boost::system::error_code error) {
            if (!error && !weak.expired()) run();
        });
    }
    [[nodiscard]] bool connected() const override { return core_->connected(); }

private:
    asio::io_context& io_;
    std::shared_ptr<Core> core_;
};

} // namespace

Result<std::unique_ptr<RpcClient>> make_rpc_client(asio::io_context& io, const RpcOptions& options) {
    auto ws = ws_options(options.url, options.ca_file);
    if (!ws) return std::unexpected(ws.error());
    ws->max_frame_bytes = options.max_frame_bytes;
    ws->min_backoff = options.min_backoff;
    ws->max_backoff = options.max_backoff;
    return std::make_unique<WsRpcClient>(io, std::move(*ws), std::max<std::size_t>(options.max_batch, 1));
}

} // namespace jitbox::feed
