// What the executor holds of each token, and it and the lanes of ether, asked at every head; and what that is worth by the prices
// in use. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/runtime/services.hpp"
#include "feed/node_client.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace jitbox::apps {

struct VaultHolding {
    const TokenConfig* token = nullptr;
    u256 amount = 0;
    u256 price_x96 = 0;
};

class Vault {
public:
    /// Balances that are more blocks behind than this are not known any more.
    static constexpr std::uint64_t blocks_kept = 2;

    /// `lanes`: the operators' accounts as they are known now; they hold the ether for gas.
    Vault(const Services& services, feed::NodeClient& node, std::function<std::vector<Bytes20>()> lanes);
    ~Vault();
    Vault(const Vault&) = delete;
    Vault& operator=(const Vault&) = delete;

    void on_head(const chain::Head& head);
    /// Several times a second: asks for what waited for the lanes to be known.
    void on_tick();
    /// Empty while not known.
    [[nodiscard]] std::optional<u256> value_wei() const;
    [[nodiscard]] std::vector<VaultHolding> holdings() const;
    /// Native ether of executor and lanes together. Empty while not known.
    [[nodiscard]] std::optional<u256> ether_wei() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace jitbox::apps
