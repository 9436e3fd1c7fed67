// Verifies the whole file of an open log on a thread of its own: soon where opening it has verified the end alone, and then again
// and again, because a log stays open for months. Private to audit. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audit/log.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include <sys/types.h>

namespace jitbox::audit {

class Scrubber {
public:
    /// What has been written and is durable: so many bytes, which end with this record.
    struct End {
        off_t size = 0;
        Head head;
    };

    /// `end` is called from the thread. `verified`: the whole file has just been, so that the first round has time.
    Scrubber(std::string path, std::function<End()> end, bool verified, std::chrono::milliseconds every);
    /// Ends a round in the middle.
    ~Scrubber();
    Scrubber(const Scrubber&) = delete;
    Scrubber& operator=(const Scrubber&) = delete;

    [[nodiscard]] ScrubStatus status() const;

private:
    void run();
    /// What is wrong with the file; empty: nothing is, or it was told to end. Errors: it cannot be read.
    [[nodiscard]] Result<std::string> round();
    /// False when it was told to end meanwhile.
    [[nodiscard]] bool pause(std::chrono::milliseconds time);

    const std::string path_;
    const std::function<End()> end_;
    const std::chrono::milliseconds every_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    ScrubStatus status_;
    bool stopping_ = false;
    std::thread thread_; ///< the last: it uses the others
};

} // namespace jitbox::audit
