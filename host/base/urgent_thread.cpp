// Real-time priority.
// SPDX-License-Identifier: Apache-2.0
#include "base/urgent_thread.hpp"

#include <sched.h>

namespace jitbox {

bool make_this_thread_urgent() {
    const sched_param priority{.sched_priority = 10};
    return ::sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &priority) == 0;
}

} // namespace jitbox
