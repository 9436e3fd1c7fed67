// balanceOf of every token and the accounts' ether at every head.
// SPDX-License-Identifier: Apache-2.0
#include "apps/watch/vault.hpp"

#include "chain/abi.hpp"
#include "risk/portfolio.hpp"

#include <algorithm>
#include <utility>

namespace jitbox::apps {

struct Vault::Impl : std::enable_shared_from_this<Impl> {
    Impl(const Services& s, feed::NodeClient& n, std::function<std::vector<Bytes20>()> l)
        : services(s), node(n), lanes(std::move(l)) {}

    const Services& services;
    feed::NodeClient& node;
    std::function<std::vector<Bytes20>()> lanes;
    std::uint64_t head = 0;
    std::uint64_t known_at = 0;
    std::vector<u256> amounts; ///< in the order of [[tokens]]; empty: never known
    std::optional<u256> ether;
    std::uint64_t ether_at = 0;
    std::optional<chain::Head>
        without_lanes; ///< last head, when the lanes were not known at it: the executor's ether alone is no sum

    /// The accounts of one question; the answer counts when all are there.
    struct EtherQuestion {
        std::uint64_t block = 0;
        std::size_t open = 0;
        u256 sum = 0;
    };

    [[nodiscard]] bool is_old(std::uint64_t read_at) const { return read_at + blocks_kept < head; }

    void ask_ether(const chain::Head& at) {
        std::vector<Bytes20> accounts = lanes();
        without_lanes = accounts.empty() ? std::optional(at) : std::nullopt;
        if (accounts.empty()) return;
        accounts.push_back(services.config.chain.executor);
        const auto question = std::make_shared<EtherQuestion>(EtherQuestion{.block = at.number, .open = accounts.size(), .sum = 0});
        for (const Bytes20& account : accounts) {
            node.balance(account, [weak = weak_from_this(), question](const Result<u256>& wei) {
                const auto self = weak.lock();
                if (!self || !wei) return; // what is not read grows old
                question->sum += *wei;
                if (--question->open == 0) self->take_ether(*question);
            });
        }
    }

    void take_ether(const EtherQuestion& answered) {
        if (answered.block < ether_at) return;
        ether = answered.sum;
        ether_at = answered.block;
    }

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

Vault::Vault(const Services& services, feed::NodeClient& node, std::function<std::vector<Bytes20>()> lanes)
    : impl_(std::make_shared<Impl>(services, node, std::move(lanes))) {}

Vault::~Vault() = default;

void Vault::on_head(const chain::Head& head) {
    impl_->known_at = std::min(impl_->known_at, head.number); // a reorganisation: what was read is read again
    impl_->ether_at = std::min(impl_->ether_at, head.number);
    impl_->ask(head);
    impl_->ask_ether(head);
}

void Vault::on_tick() {
    if (const auto at = impl_->without_lanes) impl_->ask_ether(*at);
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
    const auto ether = ether_wei();
    if (!ether || impl_->amounts.empty() || impl_->is_old(impl_->known_at)) return std::nullopt;
    std::vector<risk::Holding> held{{.amount = *ether, .price_x96 = u256{1} << 96}};
    for (const VaultHolding& holding : holdings()) held.push_back({.amount = holding.amount, .price_x96 = holding.price_x96});
    return risk::value_of(held);
}

std::optional<u256> Vault::ether_wei() const {
    return impl_->is_old(impl_->ether_at) ? std::nullopt : impl_->ether;
}

} // namespace jitbox::apps
