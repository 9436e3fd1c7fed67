// Ages of the lanes' keys.
// SPDX-License-Identifier: Apache-2.0
#include "signer/lane_keys.hpp"

#include "signer/key_log.hpp"

#include <algorithm>

namespace jitbox::signer {

Result<void> LaneKeys::know(const Config& config, const std::vector<std::string>& labels,
                            const std::vector<chain::Address>& addresses, const std::function<void(const std::string& why)>& told) {
    const auto book = open_key_book(config, told);
    if (!book) return std::unexpected(book.error());
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const auto fresh = book->registry->add(labels[i], addresses[i], std::chrono::system_clock::now(), KeyOrigin::found);
        if (!fresh) return std::unexpected(fresh.error());
        if (*fresh) note_("key_first_seen", labels[i] + " " + chain::to_checksum(addresses[i]) + ": its age counts from now");
    }
    const auto known = book->registry->all();
    if (!known) return std::unexpected(known.error());
    for (const chain::Address& address : addresses) keys_.push_back(*std::ranges::find(*known, address, &KeyRecord::address));
    return {};
}

std::string LaneKeys::objection(std::chrono::system_clock::time_point now) const {
    for (const KeyRecord& key : keys_)
        if (auto objection = key_objection(key, now); !objection.empty()) return objection;
    return {};
}

void LaneKeys::look_at_ages() {
    if (std::chrono::steady_clock::now() < next_look_) return;
    next_look_ = std::chrono::steady_clock::now() + std::chrono::hours(24);
    const auto now = std::chrono::system_clock::now();
    for (const KeyRecord& key : keys_)
        if (now - std::chrono::system_clock::time_point(std::chrono::seconds(key.created_s)) >= key_warning_age)
            note_("key_age", "key '" + key.label + "' is " + std::to_string(age_days(key, now)) +
                                 " days old, past 30 it does not arm: `jitctl key rotate`");
}

} // namespace jitbox::signer
