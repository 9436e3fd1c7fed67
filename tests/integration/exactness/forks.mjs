// The pools that the engine is judged by, and where they differ.
// SPDX-License-Identifier: Apache-2.0

const uniswap = '@uniswap/v3-core/artifacts/contracts';
const pancake = '@pancakeswap/v3-core/artifacts/contracts';

/**
 * pool_hash: mainnet's pool creation code (docs/kernel-contract.md). shares: what setFeeProtocol takes for a side, besides 0.
 * share_bits: bits of slot0.feeProtocol for a side.
 */
export const forks = {
  uniswap_v3: {
    kind: 'uniswap_v3', factory: `${uniswap}/UniswapV3Factory.sol/UniswapV3Factory.json`, pool: `${uniswap}/UniswapV3Pool.sol/UniswapV3Pool.json`,
    pool_hash: '0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54',
    shares: [4, 5, 6, 7, 8, 9, 10], share_bits: 4,
  },
  pancake_v3: {
    kind: 'pancake_v3', factory: `${pancake}/PancakeV3Factory.sol/PancakeV3Factory.json`, pool: `${pancake}/PancakeV3Pool.sol/PancakeV3Pool.json`,
    pool_hash: '0x6ce8eb472fa82df5469c6ab6d485f17c3ad13c8cd7af59b3d4a8026c5ce0f7e2',
    shares: [1000, 1001, 2000, 2500, 3200, 3333, 3999, 4000], share_bits: 16,
  },
};

/** The fork of that name. */
export function fork_of(kind) {
  if (!forks[kind]) throw new Error(`--pool ${kind}: one of ${Object.keys(forks).join(', ')}`);
  return forks[kind];
}
