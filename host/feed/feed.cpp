// The node's stream of pending transactions, heads and logs: subscriptions, gap fills, stall watch.
// SPDX-License-Identifier: Apache-2.0
#include "feed/feed.hpp"

#include "base/hex.hpp"
#include "feed/frame_reader.hpp"
#include "feed/head_line.hpp"
#include "feed/node_client.hpp"
#include "feed/node_json.hpp"
#include "feed/ws_connection.hpp"

#include <boost/asio/io_context.hpp>

#include <set>

namespace jitbox::feed {
namespace {

namespace dom = simdjson::dom;
using namespace std::chrono_literals;
using chain::Head;

constexpr auto pool_content_deadline = 15'000ms;
constexpr auto subscribe_deadline = 5'000ms;
constexpr std::uint64_t warnings_in_full = 20; ///< of one kind; then every thousandth, so that a hostile node cannot fill the disk

/// Request ids of the subscriptions on a connection.
constexpr std::uint64_t id_pending = 1;
constexpr std::uint64_t id_heads = 2;
constexpr std::uint64_t id_logs = 3;

std::string subscribe_text(std::uint64_t id, const std::string& params) {
    return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":"eth_subscribe","params":)" + params + "}";
}

class Core : public std::enable_shared_from_this<Core> {
public:
    Core(RpcClient& rpc, FeedOptions options, FeedCallbacks callbacks)
        : node_(rpc), options_(std::move(options)), callbacks_(std::move(callbacks)), frames_(options_.remembered_hashes) {}

    void start(boost::asio::io_context& io, WsOptions ws) {
        ws.max_frame_bytes = options_.max_frame_bytes;
        ws.min_backoff = options_.min_backoff;
        ws.max_backoff = options_.max_backoff;
        connection_ = make_ws_connection(
            io, std::move(ws),
            {.on_open = [this] { on_open(); },
             .on_frame = [this](std::string_view frame, std::uint64_t received_ns) { on_frame(frame, received_ns); },
             .on_down = [this](const std::string& why) { on_down(why); }});
        watch_stall();
    }
    void stop() {
        connection_.reset();
        callbacks_ = {};
    }
    [[nodiscard]] const FeedCounters& counters() const { return counters_; }

private:
    /// A callback that does nothing once the feed is gone or, with a generation, once the connection is another one.
    auto guarded(auto action) {
        return [weak = weak_from_this(), action = std::move(action)](auto&&... answer) {
            if (auto self = weak.lock(); self && self->connection_) action(*self, std::forward<decltype(answer)>(answer)...);
        };
    }

    void warn(const std::string& what, std::uint64_t occurrence) {
        if (callbacks_.on_warning && (occurrence <= warnings_in_full || occurrence % 1000 == 0))
            callbacks_.on_warning("feed: " + what);
    }

    // ---- connection

    void on_open() {
        frames_.forget_subscriptions();
        unanswered_ = {id_pending, id_heads};
        if (!options_.log_addresses.empty()) unanswered_.insert(id_logs);
        ++generation_;
        connection_->send(subscribe_text(id_pending, R"(["newPendingTransactions",true])"));
        connection_->send(subscribe_text(id_heads, R"(["newHeads"])"));
        if (!options_.log_addresses.empty())
            connection_->send(subscribe_text(id_logs, R"(["logs",)" + pool_log_filter(options_.log_addresses, "") + "]"));
        node_.after(subscribe_deadline, guarded([generation = generation_](Core& self) {
                        if (self.generation_ == generation && !self.unanswered_.empty())
                            self.connection_->restart("the node did not answer the subscriptions");
                    }));
    }

    void on_down(const std::string& why) {
        ++generation_;
        const bool was_connected = counters_.connected;
        counters_.connected = false;
        const bool news =
            was_connected || counters_.connects == 0 || why != last_reason_; // an attempt that fails like the one before is none
        last_reason_ = why;
        if (callbacks_.on_connection && news) callbacks_.on_connection(false, why);
    }

    void on_answer(const Answer& answer) {
        if (unanswered_.erase(answer.id) == 0)
            return warn("answer to a request that was not made, or a second one", ++counters_.malformed_frames);
        if (!answer.result) return connection_->restart("the node refused a subscription: " + answer.result.error().what);
        const Subscription kind = answer.id == id_pending ? Subscription::pending
                                  : answer.id == id_heads ? Subscription::heads
                                                          : Subscription::logs;
        frames_.add_subscription(*answer.result, kind);
        if (!unanswered_.empty()) return;
        ++counters_.connects;
        counters_.connected = true;
        last_head_ns_ = steady_now_ns();
        if (callbacks_.on_connection) callbacks_.on_connection(true, "subscribed");
        if (counters_.connects > 1) note_gap("the connection was lost");
        fill_from_pool();
        fill_to_latest();
    }

    void on_frame(std::string_view frame, std::uint64_t received_ns) {
        ++counters_.frames;
        handle(frames_.read(frame, received_ns));
    }

    void handle(FrameContent&& content) {
        if (std::holds_alternative<Ignored>(content)) {
            ++counters_.duplicates;
        } else if (auto* pending = std::get_if<PendingTransaction>(&content)) {
            deliver(std::move(*pending));
        } else if (const auto* head = std::get_if<Head>(&content)) {
            on_head(*head);
        } else if (const auto* log = std::get_if<chain::Log>(&content)) {
            ++counters_.logs;
            if (callbacks_.on_log) callbacks_.on_log(*log);
        } else if (const auto* answer = std::get_if<Answer>(&content)) {
            on_answer(*answer);
        } else if (const auto* lie = std::get_if<Lying>(&content)) {
            counters_.suspicious = true;
            warn("the source lies: " + lie->what + "; it is marked suspicious", ++counters_.lying_hashes);
        } else if (const auto* malformed = std::get_if<Malformed>(&content)) {
            const bool transaction = malformed->what.starts_with("transaction");
            warn(malformed->what, ++(transaction ? counters_.malformed_transactions : counters_.malformed_frames));
        }
    }

    void deliver(PendingTransaction&& pending) {
        ++counters_.pending;
        if (pending.from_gap_fill) ++counters_.gap_transactions;
        if (callbacks_.on_pending) callbacks_.on_pending(std::move(pending));
    }

    // ---- gaps

    void note_gap(const std::string& why) { warn("gap: " + why + "; filled from the node", ++counters_.gaps); }

    void fill_from_pool() {
        node_.rpc().call({.method = "txpool_content", .params_json = "[]"},
                         guarded([](Core& self, const Result<std::string>& content) { self.on_pool_content(content); }),
                         pool_content_deadline);
    }

    void on_pool_content(const Result<std::string>& content) {
        if (!content) return warn("gap fill: " + content.error().text(), ++failed_fills_);
        const std::uint64_t now = steady_now_ns();
        dom::parser parser;
        dom::object senders;
        if (parser.parse(*content)["pending"].get(senders) != simdjson::SUCCESS)
            return warn("gap fill: txpool_content has no object \"pending\"", ++failed_fills_);
        for (const auto sender : senders) {
            dom::object by_nonce;
            if (sender.value.get(by_nonce) != simdjson::SUCCESS) continue;
            for (const auto transaction : by_nonce) handle(frames_.read_transaction(transaction.value, now, true));
        }
    }

    /// Asks for the node's latest block and takes it like an announced one, so that what is missing before it is noticed.
    void fill_to_latest() {
        node_.latest_head(guarded([](Core& self, const Result<Head>& head) {
            if (head) return self.on_head(*head);
            self.warn("latest block: " + head.error().text(), ++self.failed_fills_);
        }));
    }

    // ---- heads

    void on_head(const Head& head) {
        last_head_ns_ = steady_now_ns();
        waiting_heads_.push_back(head);
        if (!filling_) take_heads();
    }

    void take_heads() {
        while (!waiting_heads_.empty()) {
            const Head head = waiting_heads_.front();
            const HeadLine::Verdict verdict = line_.judge(head);
            const auto last = line_.last();
            if (verdict == HeadLine::Verdict::gap && last && may_fill(last->number, head)) return fill_heads(last->number, head);
            waiting_heads_.pop_front();
            if (verdict != HeadLine::Verdict::stale) deliver_head(head);
        }
    }

    void deliver_head(const Head& head) {
        fill_tried_ = false;
        line_.delivered(head);
        ++counters_.heads;
        if (callbacks_.on_head) callbacks_.on_head(head);
    }

    [[nodiscard]] bool may_fill(std::uint64_t last, const Head& head) const {
        return !fill_tried_ && head.number - last - 1 <= options_.max_head_gap;
    }

    /// Reads the numbers between the `last` head and this one; then, or when the node does not know them, goes on.
    void fill_heads(std::uint64_t last, const Head& up_to) {
        filling_ = fill_tried_ = true;
        note_gap("heads " + std::to_string(last + 1) + " to " + std::to_string(up_to.number - 1) + " were not announced");
        fill_from_pool();
        fill_next(last + 1, up_to.number, std::make_shared<std::vector<Head>>());
    }

    void fill_next(std::uint64_t number, std::uint64_t end, const std::shared_ptr<std::vector<Head>>& filled) {
        if (number == end) return filled_heads(*filled);
        node_.head_by_number(number, guarded([number, end, filled](Core& self, const Result<Head>& head) {
                                 if (!head) {
                                     self.warn("gap fill: " + head.error().text(), ++self.failed_fills_);
                                     return self.filled_heads(*filled);
                                 }
                                 filled->push_back(*head);
                                 self.fill_next(number + 1, end, filled);
                             }));
    }

    void filled_heads(const std::vector<Head>& filled) {
        filling_ = false;
        for (const Head& head : filled) {
            if (line_.judge(head) == HeadLine::Verdict::stale) continue;
            ++counters_.gap_heads;
            deliver_head(head);
        }
        fill_tried_ = true; // what could not be read now is not asked for again for this head
        take_heads();
    }

    // ---- stall

    void watch_stall() {
        node_.after(options_.stall / 4, guarded([](Core& self) {
                        self.check_stall();
                        self.watch_stall();
                    }));
    }

    void check_stall() {
        const auto silent_ns = static_cast<std::int64_t>(steady_now_ns() - last_head_ns_);
        if (!counters_.connected || silent_ns < std::chrono::nanoseconds(options_.stall).count()) return;
        last_head_ns_ = steady_now_ns();
        node_.latest_head(guarded([](Core& self, const Result<Head>& head) {
            if (!head || !self.counters_.connected || !self.line_.last() || head->number <= self.line_.last()->number) return;
            self.connection_->restart("the subscription is silent although the node has moved on to block " +
                                      std::to_string(head->number));
        }));
    }

    NodeClient node_;
    FeedOptions options_;
    FeedCallbacks callbacks_;
    FrameReader frames_;
    HeadLine line_;
    FeedCounters counters_;
    std::unique_ptr<WsConnection> connection_;
    std::deque<Head> waiting_heads_; ///< while a gap is filled
    bool filling_ = false;
    bool fill_tried_ = false;            ///< for the gap before the next head
    std::string last_reason_;            ///< why the connection was down last
    std::set<std::uint64_t> unanswered_; ///< subscriptions that the connection waits for
    std::uint64_t generation_ = 0;       ///< of the connection
    std::uint64_t failed_fills_ = 0;
    std::uint64_t last_head_ns_ = 0;
};

class NodeFeed final : public Feed {
public:
    explicit NodeFeed(std::shared_ptr<Core> core) : core_(std::move(core)) {}
    ~NodeFeed() override { core_->stop(); }
    NodeFeed(const NodeFeed&) = delete;
    NodeFeed& operator=(const NodeFeed&) = delete;

    [[nodiscard]] FeedCounters counters() const override { return core_->counters(); }

private:
    std::shared_ptr<Core> core_;
};

} // namespace

Result<std::unique_ptr<Feed>> Feed::start(boost::asio::io_context& io, RpcClient& rpc, FeedOptions options,
                                          FeedCallbacks callbacks) {
    auto ws = ws_options(options.url, options.ca_file);
    if (!ws) return std::unexpected(ws.error());
    auto core = std::make_shared<Core>(rpc, std::move(options), std::move(callbacks));
    core->start(io, std::move(*ws));
    return std::make_unique<NodeFeed>(std::move(core));
}

} // namespace jitbox::feed
