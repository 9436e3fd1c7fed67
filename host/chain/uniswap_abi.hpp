// Protocol facts of Uniswap-V3-style pools: event topics, selectors and deployment constants (from the npm packages
// @uniswap/v3-core and @pancakeswap/v3-core; tests recompute every hash from its signature).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/abi.hpp"

namespace jitbox::chain::uniswap {

struct NamedTopic {
    std::string_view signature;
    Bytes32 topic;
};

/// Events that change what a swap does. The Pancake forms differ from Uniswap's in signature and so in topic.
inline constexpr NamedTopic swap_event{"Swap(address,address,int256,int256,uint160,uint128,int24)",
                                       hex_constant<32>("c42079f94a6350d7e6235f29174924f928cc2ac818eb64fed8004e115fbcca67")};
inline constexpr NamedTopic pancake_swap_event{
    "Swap(address,address,int256,int256,uint160,uint128,int24,uint128,uint128)",
    hex_constant<32>("19b47279256b2a23a1665c810c8d55a1758940ee09377d4f8d26497a3577dc83")};
inline constexpr NamedTopic mint_event{"Mint(address,address,int24,int24,uint128,uint256,uint256)",
                                       hex_constant<32>("7a53080ba414158be7ec69b987b5fb7d07dee101fe85488f0853ae16239d0bde")};
inline constexpr NamedTopic burn_event{"Burn(address,int24,int24,uint128,uint256,uint256)",
                                       hex_constant<32>("0c396cd989a39f4459b5fa1aed6a9a8dcdbc45908acfd67e028cd568da98982c")};
inline constexpr NamedTopic set_fee_protocol_event{
    "SetFeeProtocol(uint8,uint8,uint8,uint8)",
    hex_constant<32>("973d8d92bb299f4af6ce49b52a8adb85ae46b9f214c4c4fc06ac77401237b133")};
inline constexpr NamedTopic pancake_set_fee_protocol_event{
    "SetFeeProtocol(uint32,uint32,uint32,uint32)",
    hex_constant<32>("b3159fed3ddfba67bae294599eafe2d0ec98c08bb38e0e5fb87d33154b6e05aa")};
inline constexpr NamedTopic initialize_event{"Initialize(uint160,int24)",
                                             hex_constant<32>("98636036cb66a9c19a37435efc1e90142190214e8abeb821bdba3f2990dd4c95")};
inline constexpr NamedTopic collect_event{"Collect(address,address,int24,int24,uint128,uint128)",
                                          hex_constant<32>("70935338e69775456a85ddef226c395fb668b63fa0115f5f20610b388e6ca9c0")};
/// The ones that pool truth is kept from.
inline constexpr std::array<NamedTopic, 7> pool_state_events = {swap_event,
                                                                pancake_swap_event,
                                                                mint_event,
                                                                burn_event,
                                                                set_fee_protocol_event,
                                                                initialize_event,
                                                                pancake_set_fee_protocol_event};

struct NamedSelector {
    std::string_view signature;
    Selector selector;
};

inline constexpr NamedSelector slot0_call{"slot0()", hex_constant<4>("3850c7bd")};
inline constexpr NamedSelector liquidity_call{"liquidity()", hex_constant<4>("1a686502")};
inline constexpr NamedSelector tick_bitmap_call{"tickBitmap(int16)", hex_constant<4>("5339c296")};
inline constexpr NamedSelector ticks_call{"ticks(int24)", hex_constant<4>("f30dba93")};
inline constexpr NamedSelector tick_spacing_call{"tickSpacing()", hex_constant<4>("d0c93a7c")};
inline constexpr std::array<NamedSelector, 5> pool_calls = {slot0_call, liquidity_call, tick_bitmap_call, ticks_call,
                                                            tick_spacing_call};

/// Mainnet's deployers. Chains and forks with other ones are configured.
inline constexpr PoolDeployer mainnet_uniswap{hex_constant<20>("1F98431c8aD98523631AE4a59f267346ea31F984"),
                                              hex_constant<32>("e34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54")};
inline constexpr PoolDeployer mainnet_pancake{hex_constant<20>("41ff9AA7e16B8B1a8a8dc4f0eFacd93D02d071c9"),
                                              hex_constant<32>("6ce8eb472fa82df5469c6ab6d485f17c3ad13c8cd7af59b3d4a8026c5ce0f7e2")};

} // namespace jitbox::chain::uniswap
