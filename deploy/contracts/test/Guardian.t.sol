// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { Listing } from "../src/Listing.sol";
import { Rights } from "../src/Rights.sol";
import { Base } from "./support/Base.sol";

/// @notice The guardian can stop everything and bring positions home, and nothing else.
contract GuardianTest is Base {
    event Paused(address indexed by);
    event Unwound(
        uint16 indexed poolId, int24 tickLower, int24 tickUpper, uint128 liquidity, uint256 amount0, uint256 amount1
    );

    function test_guardian_and_owner_pause() public {
        vm.expectEmit(true, false, false, true, address(executor));
        emit Paused(GUARDIAN);
        vm.prank(GUARDIAN);
        executor.pause();
        assertTrue(executor.paused(), "not paused by the guardian");
        executor.unpause();
        executor.pause();
        assertTrue(executor.paused(), "not paused by the owner");
    }

    function test_nobody_else_pauses_or_unwinds() public {
        address[2] memory others = [OPERATOR, STRANGER];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.startPrank(others[i]);
            vm.expectRevert(abi.encodeWithSelector(Rights.NotGuardian.selector, others[i]));
            executor.pause();
            vm.expectRevert(abi.encodeWithSelector(Rights.NotGuardian.selector, others[i]));
            executor.unwind(poolId, -60, 60, 1);
            vm.stopPrank();
        }
    }

    function test_the_guardian_cannot_unpause_list_or_withdraw() public {
        executor.pause();
        vm.startPrank(GUARDIAN);
        bytes memory refused = abi.encodeWithSelector(Rights.NotOwner.selector, GUARDIAN);
        vm.expectRevert(refused);
        executor.unpause();
        vm.expectRevert(refused);
        executor.withdraw(address(token0), 1);
        vm.expectRevert(refused);
        executor.setOperator(GUARDIAN, true);
        vm.stopPrank();
    }

    function test_a_zero_guardian_is_nobody() public {
        executor.setGuardian(address(0));
        vm.expectRevert(abi.encodeWithSelector(Rights.NotGuardian.selector, GUARDIAN));
        vm.prank(GUARDIAN);
        executor.pause();
        executor.pause();
    }

    function test_a_position_left_behind_comes_back_to_the_vault() public {
        (uint256 before0, uint256 before1) = _vault();
        _mint(-60, 60, LIQUIDITY);
        // The block ends without the burn; others trade there and back; the guardian comes a block later.
        _enterBlock(BLOCK + 1);
        trader.swap(pool, true, 1e18);
        trader.swap(pool, false, 1e18);
        vm.prank(GUARDIAN);
        (uint256 amount0, uint256 amount1) = executor.unwind(poolId, -60, 60, LIQUIDITY);
        (uint256 after0, uint256 after1) = _vault();
        (uint128 liquidity, uint128 owed0, uint128 owed1) = _position(-60, 60);
        assertEq(uint256(liquidity) + owed0 + owed1, 0, "left in the pool");
        assertTrue(after0 + after1 > before0 + before1, "fees of two swaps");
        assertTrue(amount0 > 0 && amount1 > 0, "amounts");
    }

    function test_unwind_works_while_paused_and_from_an_unlisted_pool() public {
        _mint(-60, 60, LIQUIDITY);
        executor.unlistPool(poolId);
        vm.startPrank(GUARDIAN);
        executor.pause();
        vm.expectEmit(true, false, false, true, address(executor));
        emit Unwound(poolId, -60, 60, LIQUIDITY, 2_995_354_955_910_780_937, 2_995_354_955_910_780_937);
        executor.unwind(poolId, -60, 60, LIQUIDITY);
        vm.stopPrank();
    }

    function test_unwind_of_nothing_only_collects_what_is_owed() public {
        _mint(-60, 60, LIQUIDITY);
        trader.swap(pool, true, 1e18);
        (uint256 amount0,) = executor.unwind(poolId, -60, 60, 0);
        (uint128 liquidity,,) = _position(-60, 60);
        assertEq(liquidity, LIQUIDITY, "liquidity");
        assertTrue(amount0 > 0, "fee");
    }

    function test_unwind_of_an_unknown_pool_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(Listing.UnknownPool.selector, 7));
        executor.unwind(7, -60, 60, 1);
    }
}
