// Bundles waiting for their block.
// SPDX-License-Identifier: Apache-2.0
#include "relay/tracker.hpp"

namespace jitbox::relay {

void Tracker::add(TrackedBundle bundle) {
    for (auto& [key, entry] : bundles_) {
        if (key.first != bundle.uuid || entry.bundle.target_block != bundle.target_block) continue;
        if (key.second < bundle.version) entry.bundle.withdrawn = true;
        if (key.second > bundle.version) bundle.withdrawn = true; // an earlier run's, in whatever order
    }
    Key key{bundle.uuid, bundle.version};
    bundles_.insert_or_assign(std::move(key), Entry{.bundle = std::move(bundle), .judged = false});
}

Tracker::Entry* Tracker::find(std::string_view uuid, std::uint32_t version) {
    const auto found = bundles_.find(Key{std::string(uuid), version});
    return found == bundles_.end() ? nullptr : &found->second;
}

void Tracker::note_answer(std::string_view uuid, std::uint32_t version, const Answer& answer) {
    Entry* const entry = find(uuid, version);
    if (entry == nullptr) return;
    const bool block_came = entry->bundle.target_block <= head_;
    if (!answer.accepted()) {
        entry->bundle.last_refusal = answer.relay_name + ": " + std::string(to_text(answer.status)) + ": " + answer.text;
        entry->bundle.too_late |= answer.status == AnswerStatus::refused && block_came;
    } else if (block_came) {
        entry->bundle.too_late = true;
    } else {
        entry->bundle.accepted_by.push_back(answer.relay_name);
    }
}

void Tracker::note_withdrawn(std::string_view uuid, std::uint32_t version) {
    if (Entry* const entry = find(uuid, version); entry != nullptr) entry->bundle.withdrawn = true;
}

void Tracker::note_head(std::uint64_t number) {
    head_ = number;
    std::erase_if(bundles_,
                  [&](const auto& item) { return item.second.judged && item.second.bundle.target_block + reorg_blocks < number; });
}

std::vector<TrackedBundle> Tracker::due(std::uint64_t head) const {
    std::vector<TrackedBundle> out;
    for (const auto& [key, entry] : bundles_)
        if (!entry.judged && entry.bundle.target_block <= head) out.push_back(entry.bundle);
    return out;
}

void Tracker::judged(std::string_view uuid, std::uint32_t version) {
    if (Entry* const entry = find(uuid, version); entry != nullptr) entry->judged = true;
}

void Tracker::reorganised(std::uint64_t from_block) {
    for (auto& [key, entry] : bundles_)
        if (entry.bundle.target_block >= from_block) entry.judged = false;
    if (from_block != 0 && head_ >= from_block) head_ = from_block - 1;
}

std::size_t Tracker::open() const {
    std::size_t count = 0;
    for (const auto& [key, entry] : bundles_) count += entry.judged ? 0 : 1;
    return count;
}

} // namespace jitbox::relay
