// A mutex whose holder runs with the priority of the most urgent thread that waits for it; private to signer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pthread.h>

#include <cstdlib>

namespace jitbox::signer {

/// The control thread must not wait for a signing thread that was put aside for others while it held the latch
/// (PTHREAD_PRIO_INHERIT). Meets Lockable, for std::scoped_lock.
class PriorityMutex {
public:
    PriorityMutex() {
        pthread_mutexattr_t attributes;
        if (::pthread_mutexattr_init(&attributes) != 0 || ::pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT) != 0 ||
            ::pthread_mutex_init(&mutex_, &attributes) != 0)
            std::abort(); // a kernel without futexes
        ::pthread_mutexattr_destroy(&attributes);
    }
    ~PriorityMutex() { ::pthread_mutex_destroy(&mutex_); }
    PriorityMutex(const PriorityMutex&) = delete;
    PriorityMutex& operator=(const PriorityMutex&) = delete;

    void lock() {
        if (::pthread_mutex_lock(&mutex_) != 0) std::abort(); // only a programming error fails
    }
    bool try_lock() { return ::pthread_mutex_trylock(&mutex_) == 0; }
    void unlock() { ::pthread_mutex_unlock(&mutex_); }

private:
    pthread_mutex_t mutex_{};
};

} // namespace jitbox::signer
