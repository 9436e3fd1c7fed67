// Puts heads in order: repeated and late ones are dropped, missing ones are noticed. No I/O. Private to host/feed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/block.hpp"

#include <deque>
#include <optional>

namespace jitbox::feed {

class HeadLine {
public:
    enum class Verdict : std::uint8_t {
        next,  ///< deliver it
        stale, ///< the last one again, or one of its ancestors
        gap,   ///< numbers between the last one and it are missing
    };

    [[nodiscard]] Verdict judge(const chain::Head& head) const {
        if (!last_) return Verdict::next;
        Bytes32 ancestor = last_->hash;
        for (auto known = recent_.rbegin(); known != recent_.rend(); ++known) {
            if (known->hash != ancestor) continue; // of a branch that was left
            if (known->hash == head.hash) return Verdict::stale;
            ancestor = known->parent_hash;
        }
        return head.number > last_->number + 1 ? Verdict::gap : Verdict::next;
    }
    void delivered(const chain::Head& head) {
        last_ = head;
        recent_.push_back(head);
        if (recent_.size() > remembered) recent_.pop_front();
    }
    [[nodiscard]] const std::optional<chain::Head>& last() const { return last_; }

private:
    static constexpr std::size_t remembered = 256;

    std::optional<chain::Head> last_;
    std::deque<chain::Head> recent_; ///< in order of delivery
};

} // namespace jitbox::feed
