// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { JitExecutor } from "../src/JitExecutor.sol";
import { Base } from "./support/Base.sol";

/// @notice A mint happens only as the operator planned it.
contract MintTest is Base {
    function test_mint_puts_the_position_in_the_name_of_the_vault_and_pays_from_it() public {
        (uint256 before0, uint256 before1) = _vault();
        _mint(-60, 60, LIQUIDITY);
        (uint256 after0, uint256 after1) = _vault();
        (uint128 liquidity,,) = _position(-60, 60);
        assertEq(liquidity, LIQUIDITY, "liquidity");
        // L * (1 - 1/sqrt(1.0001^60)) on either side, with the canonical TickMath's digits, rounded up.
        assertEq(before0 - after0, 2_995_354_955_910_780_938, "token0 paid");
        assertEq(before1 - after1, 2_995_354_955_910_780_938, "token1 paid");
    }

    function test_only_an_operator_mints() public {
        address[3] memory others = [OWNER, GUARDIAN, STRANGER];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(JitExecutor.NotOperator.selector, others[i]));
            vm.prank(others[i]);
            executor.mint(poolId, -60, 60, LIQUIDITY, PRICE_ONE, BLOCK, PARENT, STOCK, STOCK);
        }
    }

    function test_a_removed_operator_mints_no_more() public {
        executor.setOperator(OPERATOR, false);
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.NotOperator.selector, OPERATOR));
        _mint(-60, 60, LIQUIDITY);
    }

    function test_a_plan_for_another_block_reverts() public {
        for (uint64 number = BLOCK - 1; number <= BLOCK + 1; number += 2) {
            _enterBlock(number);
            vm.expectRevert(abi.encodeWithSelector(JitExecutor.WrongBlock.selector, BLOCK, number));
            _mint(-60, 60, LIQUIDITY);
        }
    }

    function test_the_block_number_is_checked_before_anything_else() public {
        executor.pause();
        _enterBlock(BLOCK + 1);
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.WrongBlock.selector, BLOCK, BLOCK + 1));
        vm.prank(STRANGER);
        executor.mint(99, -60, 60, LIQUIDITY, 0, BLOCK, 0, 0, 0);
    }

    function test_a_plan_on_another_parent_reverts() public {
        bytes32 other = keccak256("another branch");
        vm.setBlockhash(BLOCK - 1, other);
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.WrongParent.selector, PARENT, other));
        _mint(-60, 60, LIQUIDITY);
    }

    function test_a_moved_price_reverts() public {
        trader.swap(pool, true, 1e18);
        vm.expectPartialRevert(JitExecutor.WrongPrice.selector);
        _mint(-60, 60, LIQUIDITY);
    }

    function test_an_unknown_pool_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.UnknownPool.selector, poolId + 1));
        vm.prank(OPERATOR);
        executor.mint(poolId + 1, -60, 60, LIQUIDITY, PRICE_ONE, BLOCK, PARENT, STOCK, STOCK);
    }

    function test_an_unlisted_pool_reverts() public {
        executor.unlistPool(poolId);
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.UnlistedPool.selector, poolId));
        _mint(-60, 60, LIQUIDITY);
    }

    function test_nothing_is_minted_while_paused() public {
        vm.prank(GUARDIAN);
        executor.pause();
        vm.expectPartialRevert(JitExecutor.IsPaused.selector);
        _mint(-60, 60, LIQUIDITY);
    }

    function test_the_pool_gets_at_most_the_amounts_of_the_call() public {
        uint256 need = 2_995_354_955_910_780_938;
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.AmountAboveMax.selector, address(token0), need, need - 1));
        vm.prank(OPERATOR);
        executor.mint(poolId, -60, 60, LIQUIDITY, PRICE_ONE, BLOCK, PARENT, need - 1, need);
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.AmountAboveMax.selector, address(token1), need, need - 1));
        vm.prank(OPERATOR);
        executor.mint(poolId, -60, 60, LIQUIDITY, PRICE_ONE, BLOCK, PARENT, need, need - 1);
        vm.prank(OPERATOR);
        executor.mint(poolId, -60, 60, LIQUIDITY, PRICE_ONE, BLOCK, PARENT, need, need);
    }

    function test_a_position_beside_the_price_takes_one_token_only() public {
        (uint256 before0, uint256 before1) = _vault();
        vm.prank(OPERATOR);
        executor.mint(poolId, 60, 120, LIQUIDITY, PRICE_ONE, BLOCK, PARENT, STOCK, 0);
        (uint256 after0, uint256 after1) = _vault();
        assertTrue(after0 < before0, "token0 not paid");
        assertEq(after1, before1, "token1");
    }

    function test_two_positions_in_one_block_do_not_mix() public {
        _mint(-60, 60, LIQUIDITY);
        _mint(-120, 120, 3 * LIQUIDITY);
        (uint128 inner,,) = _position(-60, 60);
        (uint128 outer,,) = _position(-120, 120);
        assertEq(inner, LIQUIDITY, "inner");
        assertEq(outer, 3 * LIQUIDITY, "outer");
    }
}
