// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { IV3Pool } from "../src/Interfaces.sol";
import { JitExecutor } from "../src/JitExecutor.sol";
import { Listing } from "../src/Listing.sol";
import { Rights } from "../src/Rights.sol";
import { Base } from "./support/Base.sol";
import { Plan, Plans } from "./support/Plans.sol";

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
            vm.expectRevert(abi.encodeWithSelector(Rights.NotOperator.selector, others[i]));
            _call(others[i], Plans.mintCall(_plan(-60, 60, LIQUIDITY)));
        }
    }

    function test_a_removed_operator_mints_no_more() public {
        executor.setOperator(OPERATOR, false);
        vm.expectRevert(abi.encodeWithSelector(Rights.NotOperator.selector, OPERATOR));
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
        Plan memory plan = _plan(-60, 60, LIQUIDITY);
        (plan.poolId, plan.price, plan.parent) = (99, 0, 0);
        _call(STRANGER, Plans.mintCall(plan));
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

    /// At a price on an initialised tick, the tick says on which side of it the pool's liquidity is.
    function test_a_moved_tick_reverts() public {
        Plan memory plan = _plan(-60, 60, LIQUIDITY);
        plan.tick = -1;
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.WrongTick.selector, -1, 0));
        _mint(plan);
    }

    function test_liquidity_that_somebody_added_first_reverts() public {
        Plan memory plan = _plan(-60, 60, LIQUIDITY);
        IV3Pool(pool).mint(address(this), -60, 60, 1, "");
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.WrongLiquidity.selector, LIQUIDITY, LIQUIDITY + 1));
        _mint(plan);
    }

    function test_calldata_of_another_length_reverts() public {
        bytes memory data = Plans.mintCall(_plan(-60, 60, LIQUIDITY));
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.WrongLength.selector, data.length + 1));
        _call(OPERATOR, bytes.concat(data, hex"00"));
        assembly ("memory-safe") {
            mstore(data, sub(mload(data), 1))
        }
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.WrongLength.selector, data.length));
        _call(OPERATOR, data);
    }

    function test_an_unknown_pool_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(Listing.UnknownPool.selector, poolId + 1));
        Plan memory plan = _plan(-60, 60, LIQUIDITY);
        plan.poolId = poolId + 1;
        _mint(plan);
    }

    function test_an_unlisted_pool_reverts() public {
        executor.unlistPool(poolId);
        vm.expectRevert(abi.encodeWithSelector(Listing.UnlistedPool.selector, poolId));
        _mint(-60, 60, LIQUIDITY);
    }

    function test_nothing_is_minted_while_paused() public {
        vm.prank(GUARDIAN);
        executor.pause();
        vm.expectPartialRevert(Rights.IsPaused.selector);
        _mint(-60, 60, LIQUIDITY);
    }

    function test_the_pool_gets_at_most_the_amounts_of_the_call() public {
        uint128 need = 2_995_354_955_910_780_938;
        Plan memory plan = _plan(-60, 60, LIQUIDITY);
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.AmountAboveMax.selector, address(token0), need, need - 1));
        (plan.max0, plan.max1) = (need - 1, need);
        _mint(plan);
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.AmountAboveMax.selector, address(token1), need, need - 1));
        (plan.max0, plan.max1) = (need, need - 1);
        _mint(plan);
        (plan.max0, plan.max1) = (need, need);
        _mint(plan);
    }

    function test_a_position_beside_the_price_takes_one_token_only() public {
        (uint256 before0, uint256 before1) = _vault();
        Plan memory plan = _plan(60, 120, LIQUIDITY);
        plan.max1 = 0;
        _mint(plan);
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
