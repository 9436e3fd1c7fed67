// A menu of bundles that are signed before somebody asks for them, for one block (docs/signer.md, "The menu").
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "chain/secp256k1.hpp"
#include "signer/priority_mutex.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace jitbox::signer {

/// What a candidate is signed for.
struct MenuKey {
    std::uint32_t lane = 0;
    std::uint64_t nonce = 0; ///< the mint's
    std::array<Bytes32, 2> digests{};
    std::uint64_t lease_number = 0;
    std::uint64_t block = 0; ///< the only one in which the bundle can do anything
    bool operator==(const MenuKey&) const = default;
};

/// Candidates lie in locked memory between guard pages (libsodium), left out of core files, and are zeroed when they are taken or
/// dropped. They leave by take() alone. All are of one lease and one block. Thread-safe; nothing here waits for disk or HSM.
class Menu {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// `capacity` 0: off. Ends the process when there is no memory.
    Menu(std::size_t capacity, std::chrono::milliseconds max_age);
    ~Menu();
    Menu(const Menu&) = delete;
    Menu& operator=(const Menu&) = delete;

    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
    /// Room for one more of this lease and block, after those of another lease or an earlier block are gone. False: full, or the
    /// menu is of a later block.
    [[nodiscard]] bool make_room(const MenuKey& key);
    /// After make_room(); `now` begins its age.
    void put(const MenuKey& key, const std::array<chain::Signature, 2>& signatures, Time now);
    /// The signatures of exactly this candidate, when it is there and not too old. It and every other candidate for the same nonce
    /// are zeroed: one digest a nonce.
    [[nodiscard]] std::optional<std::array<chain::Signature, 2>> take(const MenuKey& key, Time now);
    void drop_all();
    void drop_up_to_block(std::uint64_t block);
    /// All that are of another lease, or too old.
    void keep_only(std::uint64_t lease_number, Time now);

    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] std::uint64_t hits() const;
    /// That every byte of the store is zero.
    [[nodiscard]] bool is_blank() const;

private:
    struct Entry;
    template <typename Goes>
    void drop_if(Goes goes); ///< with the mutex held
    [[nodiscard]] std::span<Entry> entries() const;

    const std::size_t capacity_;
    const std::chrono::milliseconds max_age_;
    mutable PriorityMutex mutex_;
    Entry* store_ = nullptr; ///< capacity_ of them, of libsodium's memory
    std::uint64_t hits_ = 0;
};

} // namespace jitbox::signer
