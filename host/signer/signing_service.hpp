// The way of one signature: lease, policy, ledger, HSM, verification, release. Serves the signing socket.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "signer/config.hpp"
#include "signer/ledger.hpp"
#include "signer/menu.hpp"

#include <atomic>
#include <functional>
#include <mutex>

namespace jitbox::signer {

/// handle() on one thread; lanes() and the counters from any.
class SigningService {
public:
    using Send = std::function<bool(const std::string&)>; ///< one line, without blocking; false: could not
    using Report = std::function<void(const std::string& event, const std::string& text)>;

    SigningService(SigningLimits limits, std::vector<std::string> labels, ArmLatch& latch, Ledger ledger, HsmPool& hsm, Menu& menu,
                   Report report);

    /// Reads what the ledger knows of each lane. Errors: the ledger cannot be read.
    [[nodiscard]] Result<void> load();
    /// Answers one line of the signing socket through `send`, which is called exactly once.
    void handle(std::string_view line, const Send& send);

    [[nodiscard]] Lanes lanes() const;
    [[nodiscard]] std::uint64_t signed_bundles() const noexcept { return signed_bundles_; }
    [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }

private:
    struct Prepared {
        SignedBundle bundle;
        std::array<Binding, 2> bindings;
        std::array<chain::Signature, 2> signatures;
        Charge charge;
        chain::Eip1559Transaction mint;
        chain::Eip1559Transaction burn;
        std::uint64_t block_number = 0;
        std::uint64_t lease_number = 0;
        [[nodiscard]] MenuKey menu_key() const;
        bool fresh = false; ///< signatures are not in the ledger yet
    };
    /// Everything that is checked before a digest is bound or signed.
    [[nodiscard]] Answer<Prepared> check(std::uint32_t lane, BytesView mint_unsigned, BytesView burn_unsigned) const;
    [[nodiscard]] Answer<Prepared> prepare(std::uint32_t lane, BytesView mint_unsigned, BytesView burn_unsigned);
    [[nodiscard]] Answer<Prepared> recall(const RecallRequest& request);
    [[nodiscard]] Answer<void> sign(const std::array<LedgerEntry, 2>& entries, Prepared& out);
    [[nodiscard]] Answer<std::array<chain::Signature, 2>> ask_hsm(const Prepared& bundle);
    [[nodiscard]] Answer<MenuState> add_to_menu(const SignBundleRequest& request);
    [[nodiscard]] Answer<void> check_unbound(const Prepared& bundle);
    /// Keeps the signatures, then lets them out. `answered`: something was sent or tried to be.
    [[nodiscard]] Answer<void> release(const Prepared& prepared, const std::string& line, const Send& send, bool& answered);
    void answer_bundle(std::uint64_t id, Answer<Prepared> prepared, const Send& send);
    void note_nonce(std::uint32_t lane, std::uint64_t nonce);

    const SigningLimits limits_;
    ArmLatch& latch_;
    Ledger ledger_;
    HsmPool& hsm_;
    Menu& menu_;
    const Report report_;
    mutable PriorityMutex lanes_mutex_; ///< held for copies only, so that status never waits for a signature
    Lanes lanes_;
    std::atomic<std::uint64_t> signed_bundles_ = 0;
    std::atomic<std::uint64_t> refused_ = 0;
};

} // namespace jitbox::signer
