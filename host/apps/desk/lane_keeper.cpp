// Lanes against signer and node.
// SPDX-License-Identifier: Apache-2.0
#include "apps/desk/lane_keeper.hpp"

#include "base/hex.hpp"
#include "strategy/lanes_start.hpp"

#include <fmt/format.h>

#include <utility>

namespace jitbox::apps {
namespace {

using telemetry::Level;

constexpr std::size_t gap_bundles = 256; ///< newest of the journal: more than 64 blocks of reorganisation can take back

} // namespace

struct LaneKeeper::Impl : std::enable_shared_from_this<Impl> {
    Impl(const Services& s, strategy::Lanes& l, signer::SigningClient& c, strategy::SigningStep& step, feed::NodeClient& n,
         OnVoided v)
        : services(s), lanes(l), client(c), signing(step), node(n), on_voided(std::move(v)) {}

    const Services& services;
    strategy::Lanes& lanes;
    signer::SigningClient& client;
    strategy::SigningStep& signing;
    feed::NodeClient& node;
    OnVoided on_voided;
    bool ready = false;
    bool asking = false;
    bool recovering = false;

    // ---- start

    struct Preparation {
        signer::Lanes at_signer;
        std::map<std::uint32_t, std::uint64_t> nonces;
        std::size_t waiting = 0;
    };

    void prepare() {
        if (ready || asking) return;
        asking = true;
        client.async_lanes([weak = weak_from_this()](const signer::Answer<signer::Lanes>& answer) {
            const auto self = weak.lock();
            if (!self) return;
            if (!answer || answer->empty()) {
                self->asking = false;
                return;
            }
            self->ask_nonces(*answer);
        });
    }

    void ask_nonces(const signer::Lanes& at_signer) {
        const auto work =
            std::make_shared<Preparation>(Preparation{.at_signer = at_signer, .nonces = {}, .waiting = at_signer.size()});
        for (const signer::Lane& lane : at_signer) {
            node.transaction_count(lane.address, false,
                                   [weak = weak_from_this(), work, index = lane.lane](Result<std::uint64_t> nonce) {
                                       const auto self = weak.lock();
                                       if (!self) return;
                                       if (nonce) work->nonces[index] = *nonce;
                                       if (--work->waiting == 0) self->fill(*work);
                                   });
        }
    }

    void fill(const Preparation& work) {
        asking = false;
        if (ready || work.nonces.size() != work.at_signer.size()) return;
        const auto open = services.journal.open_bundles();
        const auto filled = open ? strategy::start_lanes(lanes, work.at_signer, work.nonces, *open) : std::unexpected(open.error());
        if (!filled) {
            services.events.note(Level::error, "alert", "lanes: " + filled.error().text(), {});
            return;
        }
        ready = true;
        for (const strategy::Lane& lane : lanes.all()) {
            services.events.note(Level::info, "state",
                                 fmt::format("lane {} {} is {}, next nonce {}", lane.index, to_hex(lane.address),
                                             strategy::to_text(lane.state), lane.next_nonce),
                                 {{"lane", lane.index}});
        }
    }

    // ---- running

    void on_head(const chain::Head& head) {
        for (const strategy::Lane& lane : lanes.to_void(head.number)) {
            publish(lane.mint_raw);
            publish(lane.burn_raw);
        }
        for (const strategy::Lane& lane : lanes.all()) {
            // A free lane is asked for too: a key that somebody else used must not sign a nonce that is gone.
            if (lane.state == strategy::LaneState::busy && lane.target_block > head.number) continue;
            observe(lane);
        }
    }

    void publish(const Bytes& raw) {
        if (raw.empty()) return;
        node.send_raw_transaction(raw, [](const Result<Bytes32>& sent) {
            // "already known" and "nonce too low" are what is hoped for from the second block on.
            if (!sent) telemetry::log(Level::debug, "void_publish_refused", {{"error", sent.error().what}});
        });
    }

    void observe(const strategy::Lane& lane) {
        node.transaction_count(lane.address, false, [weak = weak_from_this(), before = lane](Result<std::uint64_t> nonce) {
            const auto self = weak.lock();
            if (!self || !nonce) return;
            if (*nonce < before.next_nonce) self->fill_gap(before, *nonce);
            const bool was_voiding = before.state == strategy::LaneState::voiding;
            if (!self->lanes.observe_nonce(before.index, *nonce)) return;
            self->services.events.note(Level::info, "voided",
                                       fmt::format("lane {} is free again, next nonce {}", before.index, *nonce),
                                       {{"lane", before.index}, {"bundle", before.bundle}});
            if (was_voiding) self->ask_cost(before);
        });
    }

    /// A reorganisation took back transactions of this lane, also below those of a bundle that it has signed since: its later ones
    /// could never be mined. The very same are published again.
    void fill_gap(const strategy::Lane& lane, std::uint64_t account_nonce) {
        const auto bundles = services.journal.bundles(gap_bundles);
        if (!bundles) return;
        services.events.note(Level::warning, "voided",
                             fmt::format("lane {}: the chain went back to nonce {}, {} is next: publishing again", lane.index,
                                         account_nonce, lane.next_nonce),
                             {{"lane", lane.index}});
        for (const store::BundleView& view : *bundles) {
            const store::BundleEntry& entry = view.bundle;
            if (entry.lane != lane.index || entry.mint_nonce + 1 < account_nonce || entry.mint_nonce >= lane.next_nonce) continue;
            publish(entry.mint_raw);
            publish(entry.burn_raw);
        }
    }

    void ask_cost(const strategy::Lane& lane) {
        if (lane.mint_hash == Bytes32{} || lane.burn_hash == Bytes32{}) return; // nothing was signed on it
        const auto cost = std::make_shared<VoidingCost>(VoidingCost{.bundle = lane.bundle});
        const auto left = std::make_shared<int>(2);
        for (const Bytes32& hash : {lane.mint_hash, lane.burn_hash}) {
            node.receipt(hash, [weak = weak_from_this(), cost, left](const Result<std::optional<feed::Receipt>>& receipt) {
                const auto self = weak.lock();
                if (receipt && *receipt) cost->gas_cost_wei += (*receipt)->effective_gas_price * (*receipt)->gas_used;
                if (--*left == 0 && self) self->on_voided(*cost);
            });
        }
    }

    void recover() {
        if (!ready || recovering || lanes.to_recall().empty()) return;
        recovering = true;
        signing.recover([weak = weak_from_this()](const Result<void>& done) {
            const auto self = weak.lock();
            if (!self) return;
            self->recovering = false;
            if (!done) self->services.events.note(Level::warning, "alert", "lanes: " + done.error().text(), {});
        });
    }
};

LaneKeeper::LaneKeeper(const Services& services, strategy::Lanes& lanes, signer::SigningClient& signer,
                       strategy::SigningStep& signing, feed::NodeClient& node, OnVoided on_voided)
    : impl_(std::make_shared<Impl>(services, lanes, signer, signing, node, std::move(on_voided))) {}

LaneKeeper::~LaneKeeper() = default;

void LaneKeeper::prepare() {
    impl_->prepare();
}

bool LaneKeeper::ready() const {
    return impl_->ready;
}

void LaneKeeper::on_head(const chain::Head& head) {
    if (impl_->ready) impl_->on_head(head);
}

void LaneKeeper::recover() {
    impl_->recover();
}

} // namespace jitbox::apps
