// What the vault's tokens gain and lose by their prices alone: between two looks, what it held at the first by how the prices
// moved. A deposit, a withdrawal or a trade moves nothing here; a price that falls is a loss before anything is sold. Outlives the
// process. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/watch/vault.hpp"
#include "risk/portfolio.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace jitbox::apps {

/// On the loop.
class MarkKeeper {
public:
    using Remember = std::function<void(const std::string& key, const std::string& value)>;

    /// `history`: where gains and losses are added; `remember`: writes to the journal's risk_state.
    MarkKeeper(risk::ProfitHistory& history, Remember remember) : history_(history), remember_(std::move(remember)) {}

    /// Gives `history` what earlier runs saw from `since` on: the realised results, oldest first, and from the journal's risk_state
    /// each day's sum of gains and losses, how high the day ever stood, and the last look, so that a fall while jitd was down
    /// counts too. What cannot be read has moved nothing.
    void restore(const std::vector<store::ProfitEntry>& realised, const std::map<std::string, std::string>& state,
                 risk::TimePoint since);
    /// The vault as it is now, at prices that may be traded on.
    void look(const std::vector<VaultHolding>& holdings, risk::TimePoint now);
    /// A realised result that `history` has been given.
    void booked(const chain::i256& profit_wei, risk::TimePoint now);
    /// Of the UTC day of `now`.
    [[nodiscard]] chain::i256 today_wei(risk::TimePoint now) const {
        return day_ == std::chrono::floor<std::chrono::days>(now) ? marked_ : 0;
    }

private:
    struct Seen {
        u256 amount = 0;
        u256 price_x96 = 0;
        bool operator==(const Seen&) const = default;
    };
    void begin_day(risk::TimePoint now);
    void restore_day(std::chrono::sys_days day, const std::string& text, const chain::i256& realised);
    void restore_last(const std::string& text);
    [[nodiscard]] chain::i256 gain_of(const std::map<std::string, Seen>& now) const;
    void keep_day();

    risk::ProfitHistory& history_;
    Remember remember_;
    std::map<std::string, Seen> last_; ///< by the token's address
    std::chrono::sys_days day_{};
    chain::i256 marked_ = 0;  ///< of day_
    chain::i256 sum_ = 0;     ///< of day_, with what was realised
    chain::i256 highest_ = 0; ///< of sum_, at least 0
};

} // namespace jitbox::apps
