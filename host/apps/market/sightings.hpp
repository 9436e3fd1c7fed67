// What is known of each transaction while the engine works on it, and what of it is counted, journalled and shown.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/records.hpp"
#include "apps/runtime/services.hpp"
#include "feed/feed.hpp"
#include "pools/pool_view.hpp"
#include "strategy/planner.hpp"
#include "telemetry/stage_clock.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace jitbox::apps {

class Sightings {
public:
    explicit Sightings(const Services& services);

    /// What is refused from now on was judged after this block.
    void on_head(std::uint64_t block_number) { block_number_ = block_number; }
    void heard(std::uint64_t sequence, const feed::PendingTransaction& transaction, const telemetry::StageClock& clock);
    /// Judged once more because of a new head.
    void again(std::uint64_t sequence, const Bytes32& hash, const telemetry::StageClock& clock);
    void decided(const accel::Decision& decision);
    void rejected(const accel::Reject& reject);
    void skipped(const strategy::Skip& skip);
    /// Nothing more comes for this transaction.
    void ended(const accel::TxSeen& seen);
    void pool_changed(const pools::PoolView& view, const std::string& name) const;

private:
    struct Sighting {
        Bytes32 hash{};
        telemetry::StageClock clock;
        bool again = false;
        bool judged = false;                      ///< something was said about one of its legs
        std::vector<accel::Decision> decisions{}; ///< journalled when the transaction ends: the plan does not wait for that
    };
    void keep(std::uint64_t sequence, Sighting sighting);
    [[nodiscard]] Sighting find(std::uint64_t sequence) const;
    void record(const accel::Decision& decision, const Sighting& sighting);
    void journal_reject(const accel::Reject& reject, const Sighting& sighting);

    const Services& services_;
    telemetry::Latency decide_latency_;
    std::map<std::uint64_t, Sighting> open_;
    std::uint64_t block_number_ = 0;
};

} // namespace jitbox::apps
