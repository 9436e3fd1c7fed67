// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { IV3Pool } from "../src/Interfaces.sol";
import { JitExecutor } from "../src/JitExecutor.sol";
import { Listing } from "../src/Listing.sol";
import { Fork } from "../src/Words.sol";
import { Base } from "./support/Base.sol";
import { ICanonicalFactory, ICanonicalPool, PancakeDeployer } from "./support/Canonical.sol";

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

    /// SushiSwap's pools are Uniswap's code, made by a factory of its own.
    function testFuzz_everything_comes_back_on_sushi(
        uint256 lower,
        uint256 width,
        uint128 liquidity,
        bool zeroForOne,
        uint256 amount
    ) public {
        ICanonicalFactory sushi = ICanonicalFactory(
            _create(vm.getCode(string.concat(V3_CORE, "UniswapV3Factory.sol/UniswapV3Factory.json")))
        );
        pool = sushi.createPool(address(token0), address(token1), 3000);
        ICanonicalPool(pool).initialize(PRICE_ONE);
        IV3Pool(pool).mint(address(this), -60_000, 60_000, LIQUIDITY, "");
        vm.expectPartialRevert(Listing.NotFactoryPool.selector);
        _list(pool);
        poolId = executor.listPool(pool, address(sushi), V3_INIT_CODE_HASH, Fork.SushiV3, ONE, ONE);
        _look();
        _go(_bounded(lower, width, liquidity, zeroForOne, amount));
    }

    function test_pancake_pools_are_proved_by_their_deployer_and_code() public {
        ICanonicalFactory pancake = _pancake();
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
        _pancake();
        vm.expectPartialRevert(JitExecutor.UnexpectedCallback.selector);
        vm.prank(pool);
        executor.uniswapV3MintCallback(1, 1, "");
    }

    /// A pool of the 0.25 % tier at PancakeSwap's own factory.
    function _pancake() internal returns (ICanonicalFactory pancake) {
        string memory artifacts = "../../node_modules/@pancakeswap/v3-core/artifacts/contracts/";
        bytes memory poolCode = vm.getCode(string.concat(artifacts, "PancakeV3Pool.sol/PancakeV3Pool.json"));
        bytes memory factoryCode = vm.getCode(string.concat(artifacts, "PancakeV3Factory.sol/PancakeV3Factory.json"));
        PancakeDeployer deployer = new PancakeDeployer(poolCode);
        pancake = ICanonicalFactory(_create(bytes.concat(factoryCode, abi.encode(deployer))));
        pool = pancake.createPool(address(token0), address(token1), 2500);
        ICanonicalPool(pool).initialize(PRICE_ONE);
        poolId = executor.listPool(pool, address(pancake), PANCAKE_INIT_CODE_HASH, Fork.PancakeV3, ONE, ONE);
        IV3Pool(pool).mint(address(this), -60_000, 60_000, LIQUIDITY, "");
        _look();
    }

    function pancakeV3MintCallback(uint256 amount0, uint256 amount1, bytes calldata) external {
        token0.transfer(msg.sender, amount0);
        token1.transfer(msg.sender, amount1);
    }
}
