// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { JitExecutor } from "../src/JitExecutor.sol";
import { Listing } from "../src/Listing.sol";
import { Fork } from "../src/Words.sol";
import { ICanonicalFactory, ICanonicalPool } from "./support/Canonical.sol";
import { Forks } from "./support/Forks.sol";

/// @notice mint, swap, burn in one block, on the canonical pools.
contract RoundTripTest is Forks {
    uint24[4] internal fees = [uint24(100), 500, 3000, 10_000];

    struct Trip {
        int24 lower;
        int24 upper;
        uint128 liquidity;
        bool zeroForOne;
        int256 amount;
    }

    /// A range near the price on the pool's spacing, and amounts that it can take.
    function _bounded(uint256 lower, uint256 width, uint256 liquidity, bool zeroForOne, uint256 amount)
        internal
        view
        returns (Trip memory trip)
    {
        int24 spacing = ICanonicalPool(pool).tickSpacing();
        trip.lower = (int24(int256(bound(lower, 0, 100))) - 50) * spacing;
        trip.upper = trip.lower + int24(int256(bound(width, 1, 50))) * spacing;
        trip.liquidity = uint128(bound(liquidity, 1, 1e24));
        trip.zeroForOne = zeroForOne;
        trip.amount = int256(bound(amount, 1e6, 5e20));
    }

    function _go(Trip memory trip) internal {
        (uint256 before0, uint256 before1) = _vault();
        _mint(trip.lower, trip.upper, trip.liquidity);
        (int256 paid0, int256 paid1) = trader.swap(pool, trip.zeroForOne, trip.amount);
        _burn(trip.lower, trip.upper, trip.liquidity, 1 wei);
        (uint128 left, uint128 owed0, uint128 owed1) = _position(trip.lower, trip.upper);
        assertEq(uint256(left) + owed0 + owed1, 0, "left in the pool");
        (uint256 after0, uint256 after1) = _vault();
        int256 gained0 = int256(after0) - int256(before0);
        int256 gained1 = int256(after1) - int256(before1);
        // The swapper pays for every gain, and a loss buys a gain in the other token: prices here are within a factor of eight,
        // so 16 units are worth more than what rounding takes.
        assertTrue(gained0 <= 0 || gained0 <= paid0, "more token0 than the swapper paid");
        assertTrue(gained1 <= 0 || gained1 <= paid1, "more token1 than the swapper paid");
        assertTrue(gained0 > -16 || gained1 > 0, "lost token0 for nothing");
        assertTrue(gained1 > -16 || gained0 > 0, "lost token1 for nothing");
    }

    function testFuzz_everything_comes_back_on_uniswap(
        uint8 tier,
        uint256 lower,
        uint256 width,
        uint128 liquidity,
        bool zeroForOne,
        uint256 amount,
        bool protocolFee
    ) public {
        uint24 fee = fees[tier % 4];
        if (fee == 100) factory.enableFeeAmount(100, 1);
        if (fee != 3000) _market(address(token0), address(token1), fee);
        if (protocolFee) ICanonicalPool(pool).setFeeProtocol(4, 10);
        _go(_bounded(lower, width, liquidity, zeroForOne, amount));
    }

    function testFuzz_everything_comes_back_on_pancake(
        uint256 lower,
        uint256 width,
        uint128 liquidity,
        bool zeroForOne,
        uint256 amount
    ) public {
        _pancakePool();
        _go(_bounded(lower, width, liquidity, zeroForOne, amount));
    }

    function testFuzz_everything_comes_back_on_sushi(
        uint256 lower,
        uint256 width,
        uint128 liquidity,
        bool zeroForOne,
        uint256 amount
    ) public {
        ICanonicalFactory sushi = _sushiPool();
        vm.expectPartialRevert(Listing.NotFactoryPool.selector);
        _list(pool);
        _listSushi(sushi);
        _go(_bounded(lower, width, liquidity, zeroForOne, amount));
    }

    function test_pancake_pools_are_proved_by_their_deployer_and_code() public {
        ICanonicalFactory pancake = _pancakePool();
        executor.unlistPool(poolId);
        vm.expectPartialRevert(Listing.NotFactoryPool.selector);
        executor.listPool(pool, address(pancake), PANCAKE_INIT_CODE_HASH, Fork.UniswapV3, ONE, ONE);
        vm.expectPartialRevert(Listing.NotFactoryPool.selector);
        executor.listPool(pool, address(pancake), V3_INIT_CODE_HASH, Fork.PancakeV3, ONE, ONE);
        vm.expectRevert(); // Uniswap's factory has no pool deployer
        executor.listPool(pool, address(factory), PANCAKE_INIT_CODE_HASH, Fork.PancakeV3, ONE, ONE);
        executor.listPool(pool, address(pancake), PANCAKE_INIT_CODE_HASH, Fork.PancakeV3, ONE, ONE);
    }

    function test_a_pancake_pool_does_not_use_the_callback_of_uniswap() public {
        _pancakePool();
        vm.expectPartialRevert(JitExecutor.UnexpectedCallback.selector);
        vm.prank(pool);
        executor.uniswapV3MintCallback(1, 1, "");
    }
}
