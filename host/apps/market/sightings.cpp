// Counting, journalling and showing what the engine says.
// SPDX-License-Identifier: Apache-2.0
#include "apps/market/sightings.hpp"

#include "base/hex.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <utility>

namespace jitbox::apps {
namespace {

namespace json = boost::json;
using telemetry::Stage;

constexpr std::size_t most_open = 65'536; ///< as the planner's max_pending: an engine that stops answering must not eat the memory

std::string short_hash(const Bytes32& hash) {
    return to_hex(hash).substr(0, 10);
}

std::string microseconds(std::int64_t duration_ns) {
    return fmt::format("{:.0f} us", static_cast<double>(duration_ns) / 1000);
}

std::string ether(chain::i256 wei) {
    return fmt::format("{:.6f} ether", chain::to_double(wei) / 1e18);
}

std::string decision_detail(const accel::Decision& d) {
    const auto text = [](auto value) { return chain::to_decimal(value); };
    return json::serialize(json::object{{"leg", d.leg_index},
                                        {"zero_for_one", d.zero_for_one},
                                        {"exact_in", d.exact_in},
                                        {"amount_specified", text(d.amount_specified)},
                                        {"candidates", d.candidates},
                                        {"profitable", d.profitable},
                                        {"state_version", d.state_version},
                                        {"alone0", text(d.alone0)},
                                        {"alone1", text(d.alone1)},
                                        {"swap0", text(d.swap0)},
                                        {"swap1", text(d.swap1)},
                                        {"mint0", text(d.mint0)},
                                        {"mint1", text(d.mint1)},
                                        {"burn0", text(d.burn0)},
                                        {"burn1", text(d.burn1)},
                                        {"fee0", text(d.fee0)},
                                        {"fee1", text(d.fee1)},
                                        {"gross_profit_wei", text(d.gross_profit_wei)},
                                        {"tip_wei", text(d.tip_wei)},
                                        {"gas_cost_wei", text(d.gas_cost_wei)},
                                        {"sqrt_price_before", text(d.sqrt_price_before)},
                                        {"sqrt_price_after", text(d.sqrt_price_after)},
                                        {"sqrt_price_alone", text(d.sqrt_price_alone)}});
}

telemetry::Counter counted(const Services& services, const char* what, std::string_view reason) {
    return services.metrics.counter("jitbox_engine_answers_total", "what the engine said, by reason",
                                    {{"what", what}, {"reason", std::string(reason)}});
}

} // namespace

Sightings::Sightings(const Services& services)
    : services_(services),
      decide_latency_(services.metrics.latency("jitbox_frame_to_decision_seconds", "arrival of a frame to its DECISION")) {}

void Sightings::keep(std::uint64_t sequence, Sighting sighting) {
    open_.emplace(sequence, std::move(sighting));
    while (open_.size() > most_open) open_.erase(open_.begin());
}

Sightings::Sighting Sightings::find(std::uint64_t sequence) const {
    const auto found = open_.find(sequence);
    return found == open_.end() ? Sighting{} : found->second;
}

void Sightings::heard(std::uint64_t sequence, const feed::PendingTransaction& transaction, const telemetry::StageClock& clock) {
    keep(sequence, Sighting{.hash = transaction.hash, .clock = clock});
    if (!services_.events.watched()) return;
    const std::string to = transaction.transaction.to ? to_hex(*transaction.transaction.to).substr(0, 10) : "a new contract";
    services_.events.show("heard",
                          fmt::format("{} to {}, {} bytes, read and checked in {}", short_hash(transaction.hash), to,
                                      transaction.raw.size(), microseconds(clock.duration(Stage::parsed))),
                          {{"hash", to_hex(transaction.hash)}});
}

void Sightings::again(std::uint64_t sequence, const Bytes32& hash, const telemetry::StageClock& clock) {
    keep(sequence, Sighting{.hash = hash, .clock = clock, .again = true});
}

void Sightings::decided(const accel::Decision& decision) {
    const auto found = open_.find(decision.sequence);
    if (found == open_.end()) return;
    Sighting& sighting = found->second;
    sighting.clock.mark(Stage::decided);
    sighting.judged = true;
    sighting.decisions.push_back(decision);
}

void Sightings::record(const accel::Decision& decision, const Sighting& sighting) {
    if (!sighting.again) decide_latency_.observe(sighting.clock.between(Stage::frame, Stage::decided));
    counted(services_, "decision", "none").add();
    // A full journal queue drops decisions before it slows the way to the relay down; Journal::dropped counts them.
    (void)services_.journal.enqueue(store::DecisionEntry{.time_ns = wall_ns(),
                                                         .block = decision.block_number,
                                                         .pool = to_hex(decision.pool_address),
                                                         .target_hash = sighting.hash,
                                                         .kind = "decision",
                                                         .reason = {},
                                                         .tick_lower = decision.tick_lower,
                                                         .tick_upper = decision.tick_upper,
                                                         .liquidity = chain::to_decimal(chain::u256{decision.liquidity}),
                                                         .profit_wei = chain::to_decimal(decision.profit_wei),
                                                         .detail_json = decision_detail(decision)});
    if (!services_.events.watched()) return;
    services_.events.show("decided",
                          fmt::format("{} ticks {}..{}, profit {} after gas and tip, {} of {} candidates pay, in {}",
                                      short_hash(sighting.hash), decision.tick_lower, decision.tick_upper,
                                      ether(decision.profit_wei), decision.profitable, decision.candidates,
                                      microseconds(sighting.clock.duration(Stage::decided))),
                          {{"hash", to_hex(sighting.hash)}});
}

void Sightings::rejected(const accel::Reject& reject) {
    const Sighting sighting = find(reject.sequence);
    counted(services_, "reject", accel::name_of(reject.reason)).add();
    if (const auto found = open_.find(reject.sequence); found != open_.end()) found->second.judged = true;
    if (reject.stage != accel::Stage::range) return; // envelopes and calldata: TX_SEEN says it once for the transaction
    if (!sighting.again) journal_reject(reject, sighting);
    if (!services_.events.watched()) return;
    const std::string best = reject.reason == accel::Reason::unprofitable ? ", best " + ether(reject.best_profit_wei) : "";
    services_.events.show(
        "rejected",
        fmt::format("{} leg {}: {}{}", short_hash(sighting.hash), reject.leg_index, accel::name_of(reject.reason), best),
        {{"hash", to_hex(sighting.hash)}, {"reason", accel::name_of(reject.reason)}});
}

void Sightings::journal_reject(const accel::Reject& reject, const Sighting& sighting) {
    const bool known_pool = reject.pool_index < services_.config.pools.size();
    (void)services_.journal.enqueue( // as in decided()
        store::DecisionEntry{.time_ns = wall_ns(),
                             .block = block_number_,
                             .pool = known_pool ? to_hex(services_.config.pools[reject.pool_index].address) : "",
                             .target_hash = sighting.hash,
                             .kind = "reject",
                             .reason = std::string(accel::name_of(reject.reason)),
                             .liquidity = {},
                             .profit_wei = chain::to_decimal(reject.best_profit_wei),
                             .detail_json = {}});
}

void Sightings::skipped(const strategy::Skip& skip) {
    services_.metrics
        .counter("jitbox_plans_skipped_total", "decisions that became no plan, by reason",
                 {{"reason", std::string(strategy::to_text(skip.reason))}})
        .add();
    services_.events.show("skipped",
                          fmt::format("{}: {} {}", short_hash(skip.target_hash), strategy::to_text(skip.reason), skip.text),
                          {{"hash", to_hex(skip.target_hash)}, {"reason", strategy::to_text(skip.reason)}});
}

void Sightings::ended(const accel::TxSeen& seen) {
    const Sighting sighting = find(seen.sequence);
    open_.erase(seen.sequence);
    for (const accel::Decision& decision : sighting.decisions) record(decision, sighting);
    if (sighting.again || sighting.judged) return;
    if (seen.status == accel::TxStatus::rejected) {
        services_.events.show("rejected", fmt::format("{}: {}", short_hash(seen.hash), accel::name_of(seen.reason)),
                              {{"hash", to_hex(seen.hash)}, {"reason", accel::name_of(seen.reason)}});
    } else if (seen.status == accel::TxStatus::no_swap) {
        services_.events.show("rejected", fmt::format("{}: no swap", short_hash(seen.hash)),
                              {{"hash", to_hex(seen.hash)}, {"reason", "no_swap"}});
    }
}

void Sightings::pool_changed(const pools::PoolView& view, const std::string& name) const {
    services_.events.show("pool",
                          fmt::format("{}: tick {}, version {}, {}", name, view.tick, view.state_version,
                                      view.in_service ? "in service" : "OUT OF SERVICE"),
                          {{"pool", to_hex(view.address)}});
}

} // namespace jitbox::apps
