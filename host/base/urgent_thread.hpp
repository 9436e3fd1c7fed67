// Threads that go before all others of the machine, for what must not wait.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace jitbox {

/// Gives the calling thread real-time priority (SCHED_FIFO). Only for threads that sleep nearly always. False where the system does
/// not allow it (RLIMIT_RTPRIO, systemd's LimitRTPRIO=): then it goes on as it was.
bool make_this_thread_urgent();

} // namespace jitbox
