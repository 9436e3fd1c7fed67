// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { IV3Pool } from "../src/Interfaces.sol";
import { JitExecutor } from "../src/JitExecutor.sol";
import { Base } from "./support/Base.sol";
import { ICanonicalPool, PancakeDeployer } from "./support/Canonical.sol";

/// @notice mint, swap, burn in one block, on the canonical pools.
contract RoundTripTest is Base {
    /// Mainnet's code hash of PancakeSwap V3 pools.
    bytes32 internal constant PANCAKE_INIT_CODE_HASH =
        0x6ce8eb472fa82df5469c6ab6d485f17c3ad13c8cd7af59b3d4a8026c5ce0f7e2;

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
        _pancake();
        _go(_bounded(lower, width, liquidity, zeroForOne, amount));
    }

    function test_pancake_pools_are_proved_by_their_deployer_and_code() public {
        PancakeDeployer deployer = _pancake();
        executor.unlistPool(poolId);
        vm.expectPartialRevert(JitExecutor.NotFactoryPool.selector);
        executor.listPool(pool, address(factory), V3_INIT_CODE_HASH);
        vm.expectPartialRevert(JitExecutor.NotFactoryPool.selector);
        executor.listPool(pool, address(deployer), V3_INIT_CODE_HASH);
    }

    function _pancake() internal returns (PancakeDeployer deployer) {
        bytes memory code = vm.getCode(
            "../../node_modules/@pancakeswap/v3-core/artifacts/contracts/PancakeV3Pool.sol/PancakeV3Pool.json"
        );
        deployer = new PancakeDeployer();
        pool = deployer.deploy(code, address(token0), address(token1), 2500, 50);
        ICanonicalPool(pool).initialize(PRICE_ONE);
        poolId = executor.listPool(pool, address(deployer), PANCAKE_INIT_CODE_HASH);
        IV3Pool(pool).mint(address(this), -60_000, 60_000, LIQUIDITY, "");
    }

    function pancakeV3MintCallback(uint256 amount0, uint256 amount1, bytes calldata) external {
        token0.transfer(msg.sender, amount0);
        token1.transfer(msg.sender, amount1);
    }
}
