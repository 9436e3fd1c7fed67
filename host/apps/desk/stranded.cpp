// The record of positions left behind.
// SPDX-License-Identifier: Apache-2.0
#include "apps/desk/stranded.hpp"

#include "apps/custody/positions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace jitbox::apps {
namespace {

using telemetry::Level;

} // namespace

struct Stranded::Impl : std::enable_shared_from_this<Impl> {
    Impl(const Services& s, feed::NodeClient& n) : services(s), node(n) {}

    const Services& services;
    feed::NodeClient& node;
    std::map<Position, std::string> left; ///< with the words about where it came from

    void record(Level level, const char* severity, const char* rule, const std::string& text) const {
        services.events.note(level, rule, text, {});
        // What the journal cannot take is still in the log.
        (void)services.journal.enqueue(
            store::RiskEventEntry{.time_ns = wall_ns(), .level = severity, .rule = rule, .text = text, .detail_json = {}});
    }

    void add(const relay::TrackedBundle& bundle) {
        const Position position{.pool = bundle.pool, .tick_lower = bundle.tick_lower, .tick_upper = bundle.tick_upper};
        std::string text = fmt::format("{}, left by bundle {} in block {}", to_text(position), bundle.uuid, bundle.target_block);
        if (!left.try_emplace(position, text).second) return;
        const auto& pools = services.config.pools;
        const auto pool = std::ranges::find(pools, bundle.pool, &PoolConfig::address);
        const std::string id = pool == pools.end() ? "POOL_ID" : std::to_string(pool->executor_pool_id);
        record(Level::error, "CRITICAL", "stranded",
               fmt::format("{}; the guardian unwinds it, or: jit-guardian --config FILE --unwind {} {} {}", text, id,
                           position.tick_lower, position.tick_upper));
    }

    void on_head(const chain::Head& head) {
        for (const auto& entry : left) {
            const Position& position = entry.first;
            node.call({position.pool, positions_call(services.config.chain.executor, position)},
                      [weak = weak_from_this(), position, number = head.number](const Result<Bytes>& answer) {
                          if (const auto self = weak.lock(); self && answer) self->take(position, *answer, number);
                      });
        }
    }

    void take(const Position& position, const Bytes& answer, std::uint64_t block) {
        const auto remainder = read_remainder(answer);
        const auto found = left.find(position);
        if (!remainder || !remainder->empty() || found == left.end()) return;
        record(Level::info, "INFO", "unwound", fmt::format("{}: back in the vault at block {}", found->second, block));
        left.erase(found);
    }
};

Stranded::Stranded(const Services& services, feed::NodeClient& node) : impl_(std::make_shared<Impl>(services, node)) {}

Stranded::~Stranded() = default;

void Stranded::add(const relay::TrackedBundle& bundle) {
    impl_->add(bundle);
}

void Stranded::on_head(const chain::Head& head) {
    impl_->on_head(head);
}

} // namespace jitbox::apps
