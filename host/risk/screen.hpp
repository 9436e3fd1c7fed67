// Anomaly rules (RISK-4): what is allowed but unusual is told, held back for an operator, or refused.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "chain/u256.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jitbox::risk {

using chain::u256;
using TimePoint = std::chrono::system_clock::time_point;

/// alert: the order passes and somebody is told. review: the pattern is held until an operator has decided on it. block: refused.
enum class Response : std::uint8_t { alert, review, block };
[[nodiscard]] std::string_view to_text(Response response);
[[nodiscard]] std::optional<Response> response_from_text(std::string_view text);

enum class Anomaly : std::uint8_t {
    unusual_amount,
    unusual_frequency,
    unusual_destination,
    success_rate,         ///< fewer bundles are included than before
    timing_pattern,       ///< frames take longer to become bundles than before
    configuration_change, ///< limits are not those of the last run
    access_pattern,       ///< refusals, wrong approvals or floods at the doors
};
[[nodiscard]] std::string_view to_text(Anomaly anomaly);
[[nodiscard]] std::optional<Anomaly> anomaly_from_text(std::string_view text);

struct ScreenRules {
    u256 unusual_amount_wei = 0; ///< a position of more value; 0 turns the rule off
    Response amount = Response::block;
    std::uint32_t unusual_orders_per_hour = 0; ///< more orders in an hour; 0 turns the rule off
    Response frequency = Response::alert;
    Response destination = Response::alert; ///< a pool without an included bundle in the journal
};

/// A plan is good for one block and is gone before anybody has read about it. So what is held for review is not the plan but its
/// pattern, the rule and the pool (no pool where a rule is about all of them): the next plans of that pattern are refused until an
/// operator approves it, and after a rejection.
struct Review {
    enum class State : std::uint8_t { waiting, approved, rejected };
    std::uint64_t id = 0;
    Anomaly anomaly = Anomaly::unusual_amount;
    Bytes20 pool{};
    State state = State::waiting;
    TimePoint first{};
    std::uint64_t held = 0; ///< plans that it has stopped
    std::string decided_by{};
};
[[nodiscard]] std::string_view to_text(Review::State state);
[[nodiscard]] std::optional<Review::State> review_state_from_text(std::string_view text);

struct Finding {
    Anomaly anomaly = Anomaly::unusual_amount;
    Response response = Response::alert;
    Bytes20 pool{};
    std::string text;
};

/// Not thread-safe: owned by jitd's loop. Costs a comparison or two and a look-up in a small set where nothing is unusual.
class Screen {
public:
    explicit Screen(const ScreenRules& rules) : rules_(rules) {}

    /// What forbids this order; empty when it may pass. Alerts are kept for take_alerts().
    [[nodiscard]] std::optional<Finding> judge(const Bytes20& pool, const u256& position_value_wei, TimePoint now);
    /// The order was approved: it counts.
    void passed(TimePoint now);
    /// A behavioural rule begins or ends to hold: while it does, every order is weighed by it. A review of an earlier time that it
    /// held does not count any more.
    void condition(Anomaly anomaly, Response response, bool holds, const std::string& text);
    /// A bundle on this pool was included, now or in the journal.
    void known(const Bytes20& pool) { known_.insert(pool); }

    [[nodiscard]] std::vector<Review> reviews() const;
    /// False: no review with this id.
    bool decide(std::uint64_t id, bool approve, std::string who);
    /// What an earlier run held and what was decided. After condition() for the rules that hold again: a review of a rule about all
    /// pools that does not hold any more is of an earlier time.
    void restore(std::vector<Review> reviews);
    /// Grows with every review that is made or decided on.
    [[nodiscard]] std::uint64_t changes() const { return changes_; }
    /// What has been found since the last call, each rule and pool at most once an hour; at most 64 between two calls.
    [[nodiscard]] std::vector<Finding> take_alerts();

private:
    [[nodiscard]] std::optional<Finding> weigh(Anomaly anomaly, Response response, const Bytes20& pool, TimePoint now,
                                               const std::string& text);
    void tell(const Finding& finding, TimePoint now);

    struct Condition {
        Response response = Response::alert;
        std::string text;
    };
    using Pattern = std::pair<Anomaly, Bytes20>;
    ScreenRules rules_;
    std::deque<TimePoint> orders_; ///< of the last hour
    std::set<Bytes20> known_;
    std::map<Anomaly, Condition> conditions_; ///< that hold now
    std::map<Pattern, Review> reviews_;
    std::map<Pattern, TimePoint> told_;
    std::vector<Finding> alerts_;
    std::uint64_t next_id_ = 1;
    std::uint64_t changes_ = 0;
};

/// Tells when the mean of the last results has drifted from the mean of those before. For inclusion (1 or 0) and durations.
class Drift {
public:
    static constexpr std::size_t recent_count = 40;
    /// `low`: told when the recent mean is under low x the mean before; `high`: when it is over high x. 0 turns a side off.
    Drift(double low, double high) : low_(low), high_(high) {}
    /// True when the drift begins with this value: once, until it is over.
    bool add(double value);
    [[nodiscard]] double recent() const;
    [[nodiscard]] double before() const;
    [[nodiscard]] bool drifted() const { return drifted_; }

    /// What was usual: survives a restart.
    struct State {
        std::deque<double> recent{};
        double before_sum = 0;
        std::size_t before_count = 0;
        bool operator==(const State&) const = default;
    };
    [[nodiscard]] const State& state() const { return state_; }
    void restore(State state);

private:
    [[nodiscard]] bool judge() const;

    double low_;
    double high_;
    State state_;
    bool drifted_ = false;
};

} // namespace jitbox::risk
