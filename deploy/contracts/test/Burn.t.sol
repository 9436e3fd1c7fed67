// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { JitExecutor } from "../src/JitExecutor.sol";
import { Base } from "./support/Base.sol";
import { Producer } from "./support/Pools.sol";

/// @notice A burn brings everything back to the vault, or nothing happens.
contract BurnTest is Base {
    function setUp() public override {
        super.setUp();
        _mint(-60, 60, LIQUIDITY);
    }

    function test_burn_collects_principal_and_fees_to_the_vault() public {
        (uint256 before0, uint256 before1) = _vault();
        trader.swap(pool, true, 1e18);
        _burn(-60, 60, LIQUIDITY, 0);
        (uint256 after0, uint256 after1) = _vault();
        (uint128 liquidity, uint128 owed0, uint128 owed1) = _position(-60, 60);
        assertEq(uint256(liquidity) + owed0 + owed1, 0, "left in the pool");
        // Half of the liquidity in range is ours: so is half of the fee, 0.15 % of 1e18, less what rounding takes.
        assertTrue(after0 - before0 > 2_995_354_955_910_780_938 + 0.4985e18 + 0.00149e18, "token0 back");
        assertTrue(after1 > before1, "token1 back");
    }

    function test_only_an_operator_burns() public {
        address[3] memory others = [OWNER, GUARDIAN, STRANGER];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(JitExecutor.NotOperator.selector, others[i]));
            vm.prank(others[i]);
            executor.burn(poolId, -60, 60, LIQUIDITY, BLOCK, 0, 0, 0);
        }
    }

    function test_a_burn_for_another_block_reverts() public {
        for (uint64 number = BLOCK - 1; number <= BLOCK + 1; number += 2) {
            _enterBlock(number);
            vm.expectRevert(abi.encodeWithSelector(JitExecutor.WrongBlock.selector, BLOCK, number));
            _burn(-60, 60, LIQUIDITY, 0);
        }
    }

    function test_the_block_number_is_checked_before_anything_else() public {
        executor.pause();
        _enterBlock(BLOCK + 1);
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.WrongBlock.selector, BLOCK, BLOCK + 1));
        vm.prank(STRANGER);
        executor.burn(99, -60, 60, LIQUIDITY, BLOCK, 0, 0, type(uint256).max);
    }

    function test_nothing_is_burned_while_paused() public {
        executor.pause();
        vm.expectPartialRevert(JitExecutor.IsPaused.selector);
        _burn(-60, 60, LIQUIDITY, 0);
    }

    function test_a_burn_that_brings_less_than_the_minimum_reverts() public {
        uint256 expected = 2_995_354_955_910_780_937; // burn rounds down: one less than was paid
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.AmountBelowMin.selector, expected, expected));
        vm.prank(OPERATOR);
        executor.burn(poolId, -60, 60, LIQUIDITY, BLOCK, expected + 1, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.AmountBelowMin.selector, expected, expected));
        vm.prank(OPERATOR);
        executor.burn(poolId, -60, 60, LIQUIDITY, BLOCK, 0, expected + 1, 0);
        vm.prank(OPERATOR);
        executor.burn(poolId, -60, 60, LIQUIDITY, BLOCK, expected, expected, 0);
    }

    function test_an_unlisted_pool_reverts() public {
        executor.unlistPool(poolId);
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.UnlistedPool.selector, poolId));
        _burn(-60, 60, LIQUIDITY, 0);
    }

    function test_more_than_there_is_cannot_be_burned() public {
        vm.expectRevert();
        _burn(-60, 60, LIQUIDITY + 1, 0);
    }

    function test_the_tip_reaches_the_producer_from_the_ether_of_the_vault() public {
        _burn(-60, 60, LIQUIDITY, 1.5 ether);
        assertEq(PRODUCER.balance, 1.5 ether, "producer");
        assertEq(address(executor).balance, 8.5 ether, "vault");
    }

    function test_a_tip_above_the_cap_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.TipAboveCap.selector, TIP_CAP + 1, TIP_CAP));
        _burn(-60, 60, LIQUIDITY, TIP_CAP + 1);
        _burn(-60, 60, LIQUIDITY, TIP_CAP);
    }

    function test_a_tip_that_the_vault_cannot_pay_reverts() public {
        vm.deal(address(executor), 1 ether);
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.TipFailed.selector, 2 ether));
        _burn(-60, 60, LIQUIDITY, 2 ether);
    }

    function test_a_producer_that_refuses_the_tip_gets_no_burn() public {
        Producer producer = new Producer();
        producer.behave(true, address(0), "");
        vm.coinbase(address(producer));
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.TipFailed.selector, 1));
        _burn(-60, 60, LIQUIDITY, 1);
    }

    function test_a_producer_cannot_reenter_from_the_tip() public {
        Producer producer = new Producer();
        executor.setOperator(address(producer), true);
        bytes memory again = abi.encodeCall(JitExecutor.burn, (poolId, -60, 60, 0, BLOCK, 0, 0, 1));
        producer.behave(false, address(executor), again);
        vm.coinbase(address(producer));
        _burn(-60, 60, LIQUIDITY, 1);
        assertEq(address(producer).balance, 1, "producer");
        assertTrue(bytes4(producer.answer()) == JitExecutor.Reentered.selector, "reentered");
    }
}
