// Owner keys through the signer's HSM worker.
// SPDX-License-Identifier: Apache-2.0
#include "apps/custody/token_key.hpp"

#include "signer/config.hpp"
#include "signer/hsm_pool.hpp"

#include <openssl/crypto.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace jitbox::apps {
namespace {

using Clock = std::chrono::steady_clock;

/// One answer of the worker, or why there is none.
Result<std::string> answer_of(const signer::HsmWorker& worker, std::chrono::milliseconds deadline, const char* what) {
    std::string packet;
    switch (signer::receive_packet(worker.fd(), packet, Clock::now() + deadline)) {
    case signer::Received::packet:
        return packet;
    case signer::Received::closed:
        return fail(std::string("pkcs11: the module ended the process instead of ") + what,
                    "is it the right library for this machine?");
    case signer::Received::deadline:
        break;
    }
    return fail(std::string("pkcs11: no answer in ") + std::to_string(deadline.count()) + " ms to " + what +
                    "; the module was killed",
                "is the HSM reachable? try again");
}

std::chrono::milliseconds deadline_of(const KeySource& source) {
    return std::chrono::milliseconds(source.deadline_ms);
}

struct Started {
    std::unique_ptr<signer::HsmWorker> worker;
    signer::HsmKey key;
};

std::unexpected<KeyFailure> no_key(Error error) {
    return std::unexpected(KeyFailure{std::move(error)});
}

std::expected<Started, KeyFailure> start(const KeySource& source) {
    auto pin = signer::read_pin_file(source.pin_file);
    if (!pin) return no_key(pin.error());
    auto worker = signer::HsmWorker::spawn("/proc/self/exe");
    if (!worker) return no_key(worker.error());
    std::string hello = signer::format_hello({.module = source.module,
                                              .token = source.token,
                                              .key_labels = {source.label},
                                              .pin = std::move(*pin),
                                              .network = source.network ? signer::Network::internet : signer::Network::none});
    const bool sent = signer::send_packet((*worker)->fd(), hello);
    OPENSSL_cleanse(hello.data(), hello.size());
    if (!sent) return no_key({.what = "pkcs11: the worker ended at its start", .hint = {}});
    const auto packet = answer_of(**worker, deadline_of(source), "opening the token");
    if (!packet) return no_key(packet.error());
    auto keys = signer::parse_ready(*packet);
    if (!keys) return std::unexpected(KeyFailure{keys.error().error, keys.error().pin != signer::PinVerdict::no_objection});
    if (keys->size() != 1) return no_key({.what = "pkcs11: no key " + source.label + " in token " + source.token, .hint = {}});
    return Started{.worker = std::move(*worker), .key = std::move(keys->front())};
}

class TokenKey final : public OwnerKey {
public:
    TokenKey(KeySource source, Started started, const chain::Address& address)
        : source_(std::move(source)), started_(std::move(started)), address_(address) {}

    [[nodiscard]] const chain::Address& address() const override { return address_; }

    [[nodiscard]] Result<chain::Signature> sign(const Bytes32& digest) override {
        if (auto open = reopen(); !open) return std::unexpected(open.error());
        auto signature = ask(digest);
        if (!signature) started_.worker.reset(); // kills it
        return signature;
    }

private:
    /// After a fault: another worker, for the same key.
    Result<void> reopen() {
        if (started_.worker) return {};
        if (refused_) return std::unexpected(*refused_);
        auto again = start(source_);
        if (!again) {
            if (again.error().pin_refused)
                refused_ = {again.error().error.what + "; it is not tried again", again.error().error.hint};
            return std::unexpected(again.error().error);
        }
        if (again->key != started_.key) return fail("pkcs11: the token holds another key " + source_.label + " than before");
        started_ = std::move(*again);
        return {};
    }

    Result<chain::Signature> ask(const Bytes32& digest) {
        if (!signer::send_packet(started_.worker->fd(), signer::format_job({.key = 0, .digest = digest})))
            return fail("pkcs11: the worker ended");
        const auto packet = answer_of(*started_.worker, deadline_of(source_), "signing");
        if (!packet) return std::unexpected(packet.error());
        const auto raw = signer::parse_signature(*packet);
        if (!raw) return std::unexpected(raw.error().error);
        return chain::complete_signature(raw->r, raw->s, digest, address_);
    }

    KeySource source_;
    Started started_;              ///< without a worker after a fault
    std::optional<Error> refused_; ///< the PIN is another than at the start
    chain::Address address_;
};

} // namespace

std::expected<std::unique_ptr<OwnerKey>, KeyFailure> open_token_key(const KeySource& source) {
    auto started = start(source);
    if (!started) return std::unexpected(started.error());
    const auto address = chain::address_of_public_key(started->key.public_key);
    if (!address) return no_key({.what = "pkcs11: key " + source.label + ": " + address.error().what, .hint = {}});
    return std::make_unique<TokenKey>(source, std::move(*started), *address);
}

} // namespace jitbox::apps
