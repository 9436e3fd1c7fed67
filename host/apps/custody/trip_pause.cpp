// The pause after a trip.
// SPDX-License-Identifier: Apache-2.0
#include "apps/custody/trip_pause.hpp"

#include "base/hex.hpp"

namespace jitbox::apps {

void TripPause::look(bool new_head) {
    if (what_ == OnTrip::off) return;
    if (silent_ && !new_head) return act(new_head); // waiting for nobody must not hold up the unwinding
    const auto tripped = is_tripped(sources_);
    if (!tripped && !silent_) calls_.report("error", tripped.error().text() + ": a trip would not be seen");
    silent_ = !tripped;
    if (!tripped) return act(new_head); // what has begun goes on
    if (*tripped && !tripped_) calls_.report("tripped", "the appliance is TRIPPED");
    if (!*tripped) settled_ = false;
    tripped_ = *tripped;
    act(new_head);
}

void TripPause::act(bool new_head) {
    if (!tripped_ || settled_) return;
    const auto paused = calls_.paused();
    if (!paused) return; // the node's silence is said by the guardian's own rounds
    if (*paused) {
        calls_.report("paused", "the executor is paused; only its owner can undo it");
        settled_ = true;
        nonce_.reset();
    } else if (what_ == OnTrip::ask) {
        calls_.report("pause_wanted", "run: jit-guardian --config FILE --pause");
        settled_ = true;
    } else if (!nonce_ || new_head) {
        send();
    }
}

void TripPause::send() {
    const auto mined = calls_.mined_nonce();
    if (mined && nonce_ && *nonce_ < *mined) nonce_.reset(); // something else took it
    if (!nonce_) {
        const auto next = calls_.free_nonce();
        if (!next) return calls_.report("error", "pause: no nonce: " + next.error().text());
        nonce_ = *next;
    }
    const auto sent = calls_.submit(*nonce_);
    if (sent)
        calls_.report("pause_sent", to_hex(*sent));
    else
        calls_.report("error", "pause: " + sent.error().text());
}

} // namespace jitbox::apps
