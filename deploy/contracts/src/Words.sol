// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// The packed words of the executor: calldata of its operator calls, its settings, its list of pools. Reading a part of a word is
/// a cast that drops the rest on purpose.
// forge-lint: disable-start(unsafe-typecast)

/// @notice Whose pool it is: what its mint callback is called, and who is the CREATE2 deployer of its address.
/// UniswapV3 and SushiswapV3: `uniswapV3MintCallback`, the factory. PancakeV3: `pancakeV3MintCallback`, the factory's pool deployer.
enum Fork {
    UniswapV3,
    PancakeV3,
    SushiV3
}

/// @notice Wei for the smallest unit of a token, as a float of 40 bits: mantissa (32) | shift (8); the price is
/// mantissa * 2^(32 - shift). In force for caps it is normalised (the mantissa's highest bit is set), so that it has one form only.
type Weight is uint40;

/// @notice First word of both operator calls: pool id (16) | lower tick (24) | upper tick (24) | block number (64) | liquidity (128).
type Head is uint256;

/// @notice Paused (8) | block of the spending (40) | spent in it (56) | cap of a transaction (56) | cap of a block (56) | cap of a
/// tip (40); all amounts in gwei.
type Settings is uint256;

/// @notice A listed pool: address (160) | weight of token0 (40) | of token1 (40) | fork (8) | listed (8).
type PoolWord is uint256;

using { Weights.mantissa, Weights.shift, Weights.up, Weights.down, Weights.below } for Weight global;
using { Heads.poolId, Heads.tickLower, Heads.tickUpper, Heads.blockNumber, Heads.liquidity } for Head global;
using {
    SettingsWord.paused,
    SettingsWord.withPaused,
    SettingsWord.spentGwei,
    SettingsWord.withSpent,
    SettingsWord.transactionCapGwei,
    SettingsWord.blockCapGwei,
    SettingsWord.tipCapGwei,
    SettingsWord.withCaps
} for Settings global;
using { PoolWords.pool, PoolWords.weight0, PoolWords.weight1, PoolWords.fork, PoolWords.listed } for PoolWord global;

library Weights {
    function mantissa(Weight weight) internal pure returns (uint256) {
        return Weight.unwrap(weight) >> 8;
    }

    function shift(Weight weight) internal pure returns (uint256) {
        return uint8(Weight.unwrap(weight));
    }

    /// @return wei for `amount` (of 128 bits) units, rounded up
    function up(Weight weight, uint256 amount) internal pure returns (uint256) {
        unchecked {
            uint256 by = shift(weight);
            // 128 + 32 + 32 bits, and less than 2^255 more: no overflow.
            // forge-lint: disable-next-line(incorrect-shift) -- two to the power of the shift is meant
            return ((amount * mantissa(weight) << 32) + (1 << by) - 1) >> by;
        }
    }

    /// @return wei for `amount` (of 128 bits) units, rounded down
    function down(Weight weight, uint256 amount) internal pure returns (uint256) {
        unchecked {
            return (amount * mantissa(weight) << 32) >> shift(weight);
        }
    }

    /// @return whether a normalised weight is a lower price than another
    function below(Weight weight, Weight other) internal pure returns (bool) {
        return shift(weight) == shift(other) ? mantissa(weight) < mantissa(other) : shift(weight) > shift(other);
    }
}

library Heads {
    function poolId(Head head) internal pure returns (uint16) {
        return uint16(Head.unwrap(head) >> 240);
    }

    function tickLower(Head head) internal pure returns (int24) {
        return int24(uint24(Head.unwrap(head) >> 216));
    }

    function tickUpper(Head head) internal pure returns (int24) {
        return int24(uint24(Head.unwrap(head) >> 192));
    }

    function blockNumber(Head head) internal pure returns (uint64) {
        return uint64(Head.unwrap(head) >> 128);
    }

    function liquidity(Head head) internal pure returns (uint128) {
        return uint128(Head.unwrap(head));
    }
}

library SettingsWord {
    uint256 private constant SPENDING = (1 << 96) - 1; // block and amount, behind the flag

    function paused(Settings settings) internal pure returns (bool) {
        return Settings.unwrap(settings) >> 248 != 0;
    }

    function withPaused(Settings settings, bool on) internal pure returns (Settings) {
        uint256 rest = Settings.unwrap(settings) & ((1 << 248) - 1);
        return Settings.wrap(on ? rest | (1 << 248) : rest);
    }

    /// @return what was spent in the block that runs
    function spentGwei(Settings settings) internal view returns (uint256) {
        uint256 word = Settings.unwrap(settings);
        return uint40(word >> 208) == uint40(block.number) ? uint56(word >> 152) : 0;
    }

    /// @param gwei_ of 56 bits
    function withSpent(Settings settings, uint256 gwei_) internal view returns (Settings) {
        uint256 rest = Settings.unwrap(settings) & ~(SPENDING << 152);
        return Settings.wrap(rest | uint256(uint40(block.number)) << 208 | gwei_ << 152);
    }

    function transactionCapGwei(Settings settings) internal pure returns (uint56) {
        return uint56(Settings.unwrap(settings) >> 96);
    }

    function blockCapGwei(Settings settings) internal pure returns (uint56) {
        return uint56(Settings.unwrap(settings) >> 40);
    }

    function tipCapGwei(Settings settings) internal pure returns (uint40) {
        return uint40(Settings.unwrap(settings));
    }

    function withCaps(Settings settings, uint56 transactionGwei, uint56 blockGwei, uint40 tipGwei)
        internal
        pure
        returns (Settings)
    {
        uint256 rest = Settings.unwrap(settings) >> 152 << 152;
        return Settings.wrap(rest | uint256(transactionGwei) << 96 | uint256(blockGwei) << 40 | tipGwei);
    }
}

library PoolWords {
    function make(address pool_, Weight weight0_, Weight weight1_, Fork fork_, bool listed_)
        internal
        pure
        returns (PoolWord)
    {
        uint256 weights = uint256(Weight.unwrap(weight0_)) << 56 | uint256(Weight.unwrap(weight1_)) << 16;
        return PoolWord.wrap(uint256(uint160(pool_)) << 96 | weights | uint256(fork_) << 8 | (listed_ ? 1 : 0));
    }

    function pool(PoolWord word) internal pure returns (address) {
        return address(uint160(PoolWord.unwrap(word) >> 96));
    }

    function weight0(PoolWord word) internal pure returns (Weight) {
        return Weight.wrap(uint40(PoolWord.unwrap(word) >> 56));
    }

    function weight1(PoolWord word) internal pure returns (Weight) {
        return Weight.wrap(uint40(PoolWord.unwrap(word) >> 16));
    }

    function fork(PoolWord word) internal pure returns (Fork) {
        return Fork(uint8(PoolWord.unwrap(word) >> 8));
    }

    function listed(PoolWord word) internal pure returns (bool) {
        return uint8(PoolWord.unwrap(word)) != 0;
    }
}
// forge-lint: disable-end(unsafe-typecast)
