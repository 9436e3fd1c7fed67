// The way of one signature.
// SPDX-License-Identifier: Apache-2.0
#include "signer/signing_service.hpp"

#include "chain/keccak.hpp"

#include <openssl/crypto.h>

#include <algorithm>

namespace jitbox::signer {
namespace {

std::unexpected<Refusal> refuse(RefusalCode code, std::string what, std::string hint = {}) {
    return std::unexpected(Refusal{.code = code, .what = std::move(what), .hint = std::move(hint)});
}

SignedTransaction assemble(const chain::Eip1559Transaction& transaction, const LedgerEntry& entry,
                           const chain::Signature& signature) {
    SignedTransaction out{.raw = chain::encode_signed(transaction, signature),
                          .hash = {},
                          .digest = entry.digest,
                          .replayed = entry.signature.has_value()};
    out.hash = chain::keccak256(out.raw);
    return out;
}

} // namespace

SigningService::SigningService(SigningLimits limits, std::vector<std::string> labels, ArmLatch& latch, Ledger ledger, HsmPool& hsm,
                               Menu& menu, Report report)
    : limits_(limits), latch_(latch), ledger_(std::move(ledger)), hsm_(hsm), menu_(menu), report_(std::move(report)) {
    for (std::size_t i = 0; i < labels.size(); ++i)
        lanes_.push_back({.lane = static_cast<std::uint32_t>(i),
                          .label = std::move(labels[i]),
                          .address = hsm.addresses()[i],
                          .highest_nonce = {}});
}

Result<void> SigningService::load() {
    for (Lane& lane : lanes_) {
        const auto nonce = ledger_.highest_nonce(lane.address, limits_.chain_id);
        if (!nonce) return std::unexpected(nonce.error());
        lane.highest_nonce = *nonce;
    }
    return {};
}

Lanes SigningService::lanes() const {
    const std::scoped_lock lock(lanes_mutex_);
    return lanes_;
}

void SigningService::note_nonce(std::uint32_t lane, std::uint64_t nonce) {
    const std::scoped_lock lock(lanes_mutex_);
    auto& highest = lanes_[lane].highest_nonce;
    highest = std::max(highest.value_or(0), nonce);
}

void SigningService::handle(std::string_view line, const Send& send) {
    const auto parsed = parse_signing_request(line);
    if (!parsed) {
        ++refused_;
        send(format_answer(0, Answer<Lanes>(refuse(RefusalCode::bad_request, parsed.error().what))));
        return;
    }
    const std::uint64_t id = parsed->id;
    if (const auto* request = std::get_if<SignBundleRequest>(&parsed->request))
        answer_bundle(id, prepare(request->lane, request->mint_unsigned, request->burn_unsigned), send);
    else if (const auto* recalled = std::get_if<RecallRequest>(&parsed->request))
        answer_bundle(id, recall(*recalled), send);
    else if (const auto* candidate = std::get_if<PrepareRequest>(&parsed->request))
        send(format_answer(id, add_to_menu(candidate->bundle)));
    else if (const auto* block = std::get_if<BlockRequest>(&parsed->request)) {
        menu_.drop_up_to_block(block->number);
        send(format_answer(id, Answer<MenuState>(MenuState{.candidates = menu_.size()})));
    } else
        send(format_answer(id, Answer<Lanes>(lanes())));
}

MenuKey SigningService::Prepared::menu_key() const {
    return {.lane = bundle.lane,
            .nonce = mint.nonce,
            .digests = {bindings[0].digest, bindings[1].digest},
            .lease_number = lease_number,
            .block = block_number};
}

Answer<SigningService::Prepared> SigningService::check(std::uint32_t lane, BytesView mint_unsigned, BytesView burn_unsigned) const {
    const auto lease = latch_.lease();
    if (!lease) return std::unexpected(lease.error());
    if (lane >= lanes_.size())
        return refuse(RefusalCode::unknown_lane, "lane " + std::to_string(lane) + " of " + std::to_string(lanes_.size()));
    auto bundle = check_bundle(limits_, *lease, mint_unsigned, burn_unsigned);
    if (!bundle) return std::unexpected(bundle.error());

    Prepared out;
    out.charge = bundle->charge;
    out.block_number = bundle->block_number;
    out.lease_number = lease->number;
    out.bundle.lane = lane;
    out.bundle.address = lanes_[lane].address;
    const auto binding = [&](const chain::Eip1559Transaction& transaction, BytesView payload) {
        return Binding{.address = out.bundle.address,
                       .chain_id = transaction.chain_id,
                       .nonce = transaction.nonce,
                       .digest = chain::keccak256(payload),
                       .payload = Bytes(payload.begin(), payload.end())};
    };
    out.bindings = {binding(bundle->mint, mint_unsigned), binding(bundle->burn, burn_unsigned)};
    out.mint = std::move(bundle->mint);
    out.burn = std::move(bundle->burn);
    return out;
}

Answer<SigningService::Prepared> SigningService::prepare(std::uint32_t lane, BytesView mint_unsigned, BytesView burn_unsigned) {
    auto out = check(lane, mint_unsigned, burn_unsigned);
    if (!out) return out;
    if (out->block_number > 0)
        menu_.drop_up_to_block(out->block_number - 1); // that there is a bundle for it ends the blocks before
    const auto entries = ledger_.bind(out->bindings);
    if (!entries) return std::unexpected(entries.error());
    note_nonce(lane, out->burn.nonce);
    if (auto signed_ = sign(*entries, *out); !signed_) return std::unexpected(signed_.error());
    out->bundle.mint = assemble(out->mint, (*entries)[0], out->signatures[0]);
    out->bundle.burn = assemble(out->burn, (*entries)[1], out->signatures[1]);
    return out;
}

Answer<std::array<chain::Signature, 2>> SigningService::ask_hsm(const Prepared& bundle) {
    const std::uint32_t key = bundle.bundle.lane;
    return hsm_.sign(
        {SignJob{.key = key, .digest = bundle.bindings[0].digest}, SignJob{.key = key, .digest = bundle.bindings[1].digest}},
        // a stop during the ledger's fsync starts nothing
        [&](const HsmPool::HandOver& hand_over) { return latch_.begin(bundle.lease_number, hand_over); });
}

Answer<void> SigningService::sign(const std::array<LedgerEntry, 2>& entries, Prepared& out) {
    const auto& known_mint = entries[0].signature;
    const auto& known_burn = entries[1].signature;
    out.fresh = !known_mint || !known_burn;
    if (known_mint && known_burn) {
        out.signatures = {*known_mint, *known_burn};
        return {};
    }
    // Bound: whatever else the menu holds for these nonces can never be released, and goes.
    const auto ready = menu_.take(out.menu_key(), std::chrono::steady_clock::now());
    const auto made = ready ? Answer<std::array<chain::Signature, 2>>(*ready) : ask_hsm(out);
    if (!made) return std::unexpected(made.error());
    for (std::size_t i = 0; i < 2; ++i) out.signatures[i] = entries[i].signature.value_or((*made)[i]);
    return {};
}

/// The menu is for nonces that are free: what is bound comes from the ledger or not at all.
Answer<void> SigningService::check_unbound(const Prepared& bundle) {
    for (const Binding& binding : bundle.bindings) {
        const auto held = ledger_.find(binding.address, binding.chain_id, binding.nonce);
        if (!held) return refuse(RefusalCode::ledger_unavailable, held.error().what, held.error().hint);
        if (held->has_value())
            return refuse(RefusalCode::nonce_bound, "menu: nonce " + std::to_string(binding.nonce) + " is bound already");
    }
    return {};
}

Answer<MenuState> SigningService::add_to_menu(const SignBundleRequest& request) {
    if (menu_.capacity() == 0) return refuse(RefusalCode::bad_request, "the menu is off", "[menu] candidates = ... turns it on");
    const auto bundle = check(request.lane, request.mint_unsigned, request.burn_unsigned);
    if (!bundle) return std::unexpected(bundle.error());
    if (auto free = check_unbound(*bundle); !free) return std::unexpected(free.error());
    const MenuKey key = bundle->menu_key();
    if (!menu_.make_room(key))
        return refuse(RefusalCode::bad_request, "the menu is full, or of a later block than " + std::to_string(key.block),
                      "it has room for [menu] candidates = " + std::to_string(menu_.capacity()));
    auto made = ask_hsm(*bundle);
    if (!made) return std::unexpected(made.error());
    // Inside the latch: a stop that came meanwhile finds the candidate in the menu, which it empties, or keeps it out.
    const auto kept = latch_.begin(bundle->lease_number, [&] {
        menu_.put(key, *made, std::chrono::steady_clock::now());
        return Answer<void>();
    });
    OPENSSL_cleanse(made->data(), sizeof *made);
    if (!kept) return std::unexpected(kept.error());
    return MenuState{.candidates = menu_.size()};
}

Answer<SigningService::Prepared> SigningService::recall(const RecallRequest& request) {
    if (request.lane >= lanes_.size())
        return refuse(RefusalCode::unknown_lane, "lane " + std::to_string(request.lane) + " of " + std::to_string(lanes_.size()));
    std::array<Bytes, 2> payloads;
    for (std::uint64_t i = 0; i < 2; ++i) {
        const auto entry = ledger_.find(lanes_[request.lane].address, limits_.chain_id, request.nonce + i);
        if (!entry) return refuse(RefusalCode::ledger_unavailable, entry.error().what, entry.error().hint);
        const auto& held = *entry;
        if (!held)
            return refuse(RefusalCode::bad_request, "the ledger holds nothing for nonce " + std::to_string(request.nonce + i));
        payloads[i] = held->payload;
    }
    return prepare(request.lane, payloads[0], payloads[1]);
}

Answer<void> SigningService::release(const Prepared& prepared, const std::string& line, const Send& send, bool& answered) {
    if (prepared.fresh)
        if (const auto stored = ledger_.store(prepared.bindings, prepared.signatures); !stored)
            return refuse(RefusalCode::ledger_unavailable, "ledger: " + stored.error().what + ": nothing was released",
                          stored.error().hint);
    return latch_.release(prepared.lease_number, prepared.charge, [&] {
        answered = true;
        const bool sent = send(line);
        if (sent) ++signed_bundles_;
        return sent;
    });
}

void SigningService::answer_bundle(std::uint64_t id, Answer<Prepared> prepared, const Send& send) {
    bool answered = false;
    if (prepared) {
        const auto released = release(*prepared, format_answer(id, Answer<SignedBundle>(prepared->bundle)), send, answered);
        if (released) return;
        prepared = std::unexpected(released.error());
    }
    ++refused_;
    report_("refused", std::string(to_text(prepared.error().code)) + ": " + prepared.error().what);
    if (!answered) send(format_answer(id, Answer<SignedBundle>(std::unexpected(prepared.error()))));
}

} // namespace jitbox::signer
