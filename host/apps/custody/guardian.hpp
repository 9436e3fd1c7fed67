// The guardian: watches the chain for positions of the executor that outlived their block, and takes them back into the vault. It
// trusts nothing but its node, and needs neither jitd nor jit-signer to be alive.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/custody/node_session.hpp"
#include "apps/custody/positions.hpp"
#include "apps/custody/trip_pause.hpp"
#include "base/error.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace jitbox::apps {

struct GuardianSettings {
    std::string node_ws;
    std::uint64_t chain_id = 0;
    chain::Address executor{};
    bool acts = false; ///< false: it only reports; a person unwinds
    KeySource key;     ///< not needed when it only reports
    chain::u256 priority_fee_wei = 0;
    chain::u256 max_fee_per_gas_wei = 0; ///< never bid above
    std::uint64_t lookback_blocks = 0;   ///< read at the start: what was left behind while it was down
    std::uint64_t poll_ms = 0;
    OnTrip on_trip = OnTrip::off;
    TripSources trip; ///< who is asked whether the appliance has tripped
};

/// Every mistake of the file at once. Format: docs/guardian.md.
[[nodiscard]] std::expected<GuardianSettings, std::vector<Error>> load_guardian(const std::string& file);

class Guardian {
public:
    /// What happens, for the log: an event's name ("stranded", "unwind_sent", "unwound", ...) and its words.
    using Report = std::function<void(std::string_view event, const std::string& text)>;

    /// Connects; checks the chain, that the executor is there, and that the key is its guardian or owner. Errors: each of these.
    [[nodiscard]] static std::expected<std::unique_ptr<Guardian>, KeyFailure> start(const GuardianSettings& settings,
                                                                                    Report report);

    /// Looks at the appliance, and at a new head, if there is one, and acts on both. Errors: the node did not answer; try again.
    [[nodiscard]] Result<void> step();

    [[nodiscard]] Result<feed::Receipt> pause();
    /// By hand: the whole position, wherever its liquidity stands now.
    [[nodiscard]] Result<feed::Receipt> unwind(std::uint16_t pool_id, std::int32_t tick_lower, std::int32_t tick_upper);

private:
    struct Attempt {
        chain::u256 max_fee_per_gas = 0;
        unsigned count = 0;
    };

    Guardian(const GuardianSettings& settings, Report report) : settings_(settings), report_(std::move(report)) {}
    [[nodiscard]] Result<void> check_chain();
    [[nodiscard]] Result<void> check_key();
    void watch_trips();
    [[nodiscard]] Result<bool> paused();
    [[nodiscard]] Result<void> learn_pools();
    [[nodiscard]] Result<chain::Address> executor_address(std::string_view view_signature);
    [[nodiscard]] Result<void> scan(const chain::Head& head);
    [[nodiscard]] Result<Remainder> remainder(const Position& position);
    [[nodiscard]] Result<void> sort_out(const chain::Head& head);
    void act(const chain::Head& head, const std::vector<std::pair<Position, Remainder>>& left);
    [[nodiscard]] NodeSession::Price price(const chain::Head& head, Attempt& attempt, std::uint64_t nonce) const;
    [[nodiscard]] NodeSession::Send call(Bytes calldata) const;

    GuardianSettings settings_;
    Report report_;
    std::unique_ptr<NodeSession> node_;
    std::unique_ptr<OwnerKey> key_; ///< null when it only reports
    std::map<chain::Address, std::uint16_t> pools_;
    std::set<Position> watched_; ///< minted in a block that was read, not yet seen empty
    std::map<Position, Attempt> attempts_;
    std::optional<Bytes32> seen_;     ///< the newest head
    std::optional<chain::Head> last_; ///< the newest head after which everything was asked that had to be
    Attempt pause_bid_;
    std::unique_ptr<TripPause> trips_;
};

} // namespace jitbox::apps
