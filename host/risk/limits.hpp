// The limits of RISK-1, and how protection levels (RISK-2) scale them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/u256.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jitbox::risk {

using chain::i256;
using chain::u256;

/// RISK-2. Each level lets less through than the one before; emergency lets nothing through.
enum class Protection : std::uint8_t { none, conservative, aggressive, emergency };
[[nodiscard]] std::string_view to_text(Protection level);
[[nodiscard]] std::optional<Protection> protection_from_text(std::string_view text);

/// Limits that compare an order with what the appliance owns. Inclusive.
struct PortfolioLimits {
    std::uint32_t max_leverage_ppm = 0;      ///< values of all open positions and the new one together, of the portfolio's value
    std::uint32_t max_concentration_ppm = 0; ///< value of one position, of the portfolio's value
    std::uint32_t max_drawdown_ppm = 0;      ///< fall from the highest value of the window
    u256 max_value_at_risk_wei = 0;          ///< 95 %, historical simulation
};

/// Limits that are checked before anything is signed. All inclusive: a value equal to its limit passes.
struct Limits {
    u256 max_position_value_wei = 0;         ///< value of what one mint takes out of the vault
    u256 max_gas_price_wei = 0;              ///< maxFeePerGas of our transactions
    std::uint64_t max_gas_limit = 0;         ///< gas limits of mint and burn together
    std::uint32_t max_price_impact_ppm = 0;  ///< how far the target moves the pool's price
    std::uint32_t max_slippage_ppm = 0;      ///< what the plan's minimum amounts leave unprotected, of the position value
    std::uint32_t max_orders_per_second = 0; ///< approvals in any window of one second
    std::uint32_t max_concurrent_bundles = 0;
    u256 max_pool_value_wei = 0;                ///< values of all open positions on one pool together
    std::uint32_t max_retries = 0;              ///< further bundles for the same target after its first, within Gate::retry_window
    u256 min_profit_wei = 0;                    ///< predicted, after gas and tip
    u256 max_daily_loss_wei = 0;                ///< realised loss of the UTC day plus the worst loss of all that is open
    std::optional<PortfolioLimits> portfolio{}; ///< set: nothing passes before the portfolio is known

    /// Every limit that would stop all trading by mistake (zero) or is absurd (impact over 100 %), one text each; empty when sound.
    [[nodiscard]] std::vector<std::string> problems() const;
};

/// CONSERVATIVE halves and AGGRESSIVE quarters position value, pool budget, leverage, concentration, concurrent bundles and orders
/// a second (at least one), and asks for two and four times the profit. Loss limits are not scaled: they are what moves the ladder.
[[nodiscard]] Limits scaled(const Limits& limits, Protection level);

/// The ladder of protection levels. By itself it only tightens; loosening is an operator's act.
class Ladder {
public:
    struct Steps { ///< use of the most used loss limit, in ppm of it, from which a level holds
        std::uint32_t conservative_ppm = 500'000;
        std::uint32_t aggressive_ppm = 750'000;
        std::uint32_t emergency_ppm = 1'000'000;
    };

    Ladder() = default;
    Ladder(Protection start, const Steps& steps) : level_(start), steps_(steps) {}

    [[nodiscard]] Protection level() const { return level_; }
    /// The use of the most used loss limit. True when that tightened the level.
    bool observe(std::uint32_t use_ppm);
    /// At least this level, for what is no use of a limit (an anomaly, an unbundling). True when that tightened it.
    bool tighten(Protection at_least);
    /// An operator sets the level. Loosened, it tightens again when the use grows beyond what it is now, or reaches emergency.
    void set(Protection level);

private:
    [[nodiscard]] Protection wanted(std::uint32_t use_ppm) const;

    Protection level_ = Protection::none;
    Steps steps_{};
    std::uint32_t last_use_ppm_ = 0;
    std::uint32_t accepted_use_ppm_ = 0; ///< what the operator knew when loosening
};

} // namespace jitbox::risk
