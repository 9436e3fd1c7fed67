// Positions of the executor on chain.
// SPDX-License-Identifier: Apache-2.0
#include "apps/custody/positions.hpp"

#include "chain/abi.hpp"
#include "chain/keccak.hpp"
#include "chain/uniswap_abi.hpp"

namespace jitbox::apps {
namespace {

void append_int24(Bytes& out, std::int32_t value) {
    const auto bits = static_cast<std::uint32_t>(value);
    for (const unsigned shift : {16U, 8U, 0U}) out.push_back(static_cast<std::uint8_t>(bits >> shift));
}

} // namespace

std::set<Position> minted_by(const chain::Address& owner, const std::vector<chain::Log>& logs) {
    std::set<Position> out;
    for (const chain::Log& log : logs) {
        if (log.topics.size() != 4 || log.topics[0] != chain::uniswap::mint_event.topic) continue;
        chain::AbiReader whose(log.topics[1]);
        chain::AbiReader lower(log.topics[2]);
        chain::AbiReader upper(log.topics[3]);
        if (whose.address("owner") != owner) continue;
        out.insert({.pool = log.address,
                    .tick_lower = static_cast<std::int32_t>(lower.sint("tickLower", 24)),
                    .tick_upper = static_cast<std::int32_t>(upper.sint("tickUpper", 24))});
    }
    return out;
}

Bytes positions_call(const chain::Address& owner, const Position& position) {
    Bytes packed(owner.begin(), owner.end());
    append_int24(packed, position.tick_lower);
    append_int24(packed, position.tick_upper);
    return chain::AbiWriter(chain::selector_of("positions(bytes32)")).word(chain::keccak256(packed)).take();
}

Result<Remainder> read_remainder(BytesView answer) {
    chain::AbiReader in(answer);
    Remainder out;
    out.liquidity = static_cast<chain::u128>(in.uint("liquidity", 128));
    in.uint("feeGrowthInside0LastX128");
    in.uint("feeGrowthInside1LastX128");
    out.owed0 = static_cast<chain::u128>(in.uint("tokensOwed0", 128));
    out.owed1 = static_cast<chain::u128>(in.uint("tokensOwed1", 128));
    if (auto ok = in.finish(); !ok) return fail("positions(): " + ok.error().what, "is this a Uniswap V3 pool?");
    return out;
}

Bytes unwind_call(std::uint16_t pool_id, const Position& position, chain::u128 liquidity) {
    return chain::AbiWriter(chain::selector_of("unwind(uint16,int24,int24,uint128)"))
        .uint(pool_id)
        .sint(position.tick_lower)
        .sint(position.tick_upper)
        .uint(liquidity)
        .take();
}

std::string to_text(const Position& position) {
    return "pool " + chain::to_checksum(position.pool) + ", ticks " + std::to_string(position.tick_lower) + ".." +
           std::to_string(position.tick_upper);
}

} // namespace jitbox::apps
