// The menu.
// SPDX-License-Identifier: Apache-2.0
#include "signer/menu.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <type_traits>

namespace jitbox::signer {

struct Menu::Entry {
    bool used = false;
    MenuKey key;
    std::array<chain::Signature, 2> signatures;
    Time since;
};

Menu::Menu(std::size_t capacity, std::chrono::milliseconds max_age) : capacity_(capacity), max_age_(max_age) {
    static_assert(std::is_trivially_copyable_v<Entry> && std::is_trivially_destructible_v<Entry>);
    if (capacity_ == 0) return;
    if (::sodium_init() < 0) std::abort(); // no random numbers, no guard pages: nothing may go on
    store_ = static_cast<Entry*>(::sodium_allocarray(capacity_, sizeof(Entry)));
    if (store_ == nullptr) std::abort();
    ::sodium_memzero(store_, capacity_ * sizeof(Entry));
}

Menu::~Menu() {
    ::sodium_free(store_); // zeroes it
}

std::span<Menu::Entry> Menu::entries() const {
    return {store_, capacity_};
}

template <typename Goes>
void Menu::drop_if(Goes goes) {
    for (Entry& entry : entries())
        if (entry.used && goes(entry)) ::sodium_memzero(&entry, sizeof entry);
}

bool Menu::make_room(const MenuKey& key) {
    const std::scoped_lock lock(mutex_);
    drop_if([&](const Entry& entry) { return entry.key.lease_number != key.lease_number || entry.key.block < key.block; });
    const auto all = entries();
    return std::ranges::none_of(all, [&](const Entry& entry) { return entry.used && entry.key.block > key.block; }) &&
           std::ranges::any_of(all, [](const Entry& entry) { return !entry.used; });
}

void Menu::put(const MenuKey& key, const std::array<chain::Signature, 2>& signatures, Time now) {
    const std::scoped_lock lock(mutex_);
    const auto all = entries();
    const auto free = std::ranges::find(all, false, &Entry::used);
    if (free == all.end()) return;
    free->used = true;
    free->key = key;
    free->signatures = signatures;
    free->since = now;
}

std::optional<std::array<chain::Signature, 2>> Menu::take(const MenuKey& key, Time now) {
    const std::scoped_lock lock(mutex_);
    drop_if([&](const Entry& entry) { return now - entry.since >= max_age_; });
    std::optional<std::array<chain::Signature, 2>> out;
    for (const Entry& entry : entries())
        if (entry.used && entry.key == key) out = entry.signatures;
    if (out) ++hits_;
    drop_if([&](const Entry& entry) { return entry.key.lane == key.lane && entry.key.nonce == key.nonce; });
    return out;
}

void Menu::drop_all() {
    const std::scoped_lock lock(mutex_);
    drop_if([](const Entry&) { return true; });
}

void Menu::drop_up_to_block(std::uint64_t block) {
    const std::scoped_lock lock(mutex_);
    drop_if([&](const Entry& entry) { return entry.key.block <= block; });
}

void Menu::keep_only(std::uint64_t lease_number, Time now) {
    const std::scoped_lock lock(mutex_);
    drop_if([&](const Entry& entry) { return entry.key.lease_number != lease_number || now - entry.since >= max_age_; });
}

std::size_t Menu::size() const {
    const std::scoped_lock lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count(entries(), true, &Entry::used));
}

std::uint64_t Menu::hits() const {
    const std::scoped_lock lock(mutex_);
    return hits_;
}

bool Menu::is_blank() const {
    const std::scoped_lock lock(mutex_);
    return capacity_ == 0 || ::sodium_is_zero(reinterpret_cast<const unsigned char*>(store_), capacity_ * sizeof(Entry)) == 1;
}

} // namespace jitbox::signer
