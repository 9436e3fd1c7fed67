// balanceOf of every token at every head.
// SPDX-License-Identifier: Apache-2.0
#include "apps/watch/vault.hpp"

#include "chain/abi.hpp"
#include "risk/portfolio.hpp"

#include <utility>

namespace jitbox::apps {

struct Vault::Impl : std::enable_shared_from_this<Impl> {
    Impl(const Services& s, feed::NodeClient& n) : services(s), node(n) {}

    const Services& services;
    feed::NodeClient& node;
    std::uint64_t head = 0;
    std::uint64_t known_at = 0;
    std::vector<u256> amounts; ///< in the order of [[tokens]]; empty: never known

    void ask(const chain::Head& at) {
        head = at.number;
        const Bytes calldata =
            chain::AbiWriter(chain::selector_of("balanceOf(address)")).address(services.config.chain.executor).take();
        std::vector<pools::ContractCall> calls;
        calls.reserve(services.config.tokens.size());
        for (const TokenConfig& token : services.config.tokens) calls.push_back({.to = token.address, .data = calldata});
        node.call_many(std::move(calls), at.hash, [weak = weak_from_this(), at](const Result<std::vector<Bytes>>& answers) {
            if (const auto self = weak.lock()) self->take(at, answers);
        });
    }

    void take(const chain::Head& at, const Result<std::vector<Bytes>>& answers) {
        if (!answers) {
            telemetry::log(telemetry::Level::warning, "vault_not_read", {{"block", at.number}, {"error", answers.error().what}});
            return;
        }
        if (at.number < known_at) return;
        std::vector<u256> read;
        for (const Bytes& answer : *answers) {
            chain::AbiReader reader(answer);
            read.push_back(reader.uint("balance"));
            if (const auto whole = reader.finish(); !whole) return;
        }
        amounts = std::move(read);
        known_at = at.number;
    }
};

Vault::Vault(const Services& services, feed::NodeClient& node) : impl_(std::make_shared<Impl>(services, node)) {}

Vault::~Vault() = default;

void Vault::on_head(const chain::Head& head) {
    if (head.number < impl_->known_at) impl_->known_at = head.number; // a reorganisation: what was read is read again
    impl_->ask(head);
}

std::vector<VaultHolding> Vault::holdings() const {
    std::vector<VaultHolding> out;
    for (std::size_t i = 0; i < impl_->amounts.size(); ++i) {
        const TokenConfig& token = impl_->services.config.tokens[i];
        out.push_back({.token = &token, .amount = impl_->amounts[i], .price_x96 = impl_->services.prices.x96(token.address)});
    }
    return out;
}

std::optional<u256> Vault::value_wei() const {
    if (impl_->amounts.empty() || impl_->known_at + blocks_kept < impl_->head) return std::nullopt;
    std::vector<risk::Holding> held;
    for (const VaultHolding& holding : holdings()) held.push_back({.amount = holding.amount, .price_x96 = holding.price_x96});
    return risk::value_of(held);
}

} // namespace jitbox::apps
