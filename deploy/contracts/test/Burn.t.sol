// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { JitExecutor } from "../src/JitExecutor.sol";
import { Listing } from "../src/Listing.sol";
import { Rights } from "../src/Rights.sol";
import { Weight } from "../src/Words.sol";
import { Base } from "./support/Base.sol";
import { Plan, Plans } from "./support/Plans.sol";
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
            vm.expectRevert(abi.encodeWithSelector(Rights.NotOperator.selector, others[i]));
            _call(others[i], Plans.burnCall(_plan(-60, 60, LIQUIDITY)));
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
        Plan memory plan = _plan(-60, 60, LIQUIDITY);
        (plan.poolId, plan.tipWei) = (99, type(uint80).max);
        _call(STRANGER, Plans.burnCall(plan));
    }

    function test_nothing_is_burned_while_paused() public {
        executor.pause();
        vm.expectPartialRevert(Rights.IsPaused.selector);
        _burn(-60, 60, LIQUIDITY, 0);
    }

    function test_a_burn_that_brings_less_than_the_minimum_reverts() public {
        Plan memory plan = _plan(-60, 60, LIQUIDITY);
        uint128 expected = 2_995_354_955_910_780_937; // burn rounds down: one less than was paid
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.AmountBelowMin.selector, expected, expected));
        (plan.min0, plan.min1) = (expected + 1, 0);
        _burn(plan);
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.AmountBelowMin.selector, expected, expected));
        (plan.min0, plan.min1) = (0, expected + 1);
        _burn(plan);
        (plan.min0, plan.min1) = (expected, expected);
        _burn(plan);
    }

    /// Both tokens at one wei: the proceeds are worth 5,990,709,911,821,561,874 wei.
    function test_a_burn_that_brings_less_than_the_profit_reverts() public {
        Plan memory plan = _plan(-60, 60, LIQUIDITY);
        (plan.price0, plan.price1) = (ONE, ONE);
        uint96 proceeds = 5_990_709_911_821_561_874;
        plan.minProceedsWei = proceeds + 1;
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.ProceedsBelowMin.selector, proceeds, proceeds + 1));
        _burn(plan);
        plan.minProceedsWei = proceeds;
        _burn(plan);
    }

    /// Token0 at three wei, token1 at a quarter: 2,995,354,955,910,780,937 * 3.25, rounded down for each token.
    function test_the_profit_is_measured_at_the_prices_of_the_call() public {
        Plan memory plan = _plan(-60, 60, LIQUIDITY);
        (plan.price0, plan.price1) = (Weight.wrap((3 << 30) << 8 | 62), Weight.wrap((1 << 31) << 8 | 65));
        uint96 proceeds = 2_995_354_955_910_780_937 * 3 + 748_838_738_977_695_234;
        plan.minProceedsWei = proceeds + 1;
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.ProceedsBelowMin.selector, proceeds, proceeds + 1));
        _burn(plan);
        plan.minProceedsWei = proceeds;
        _burn(plan);
    }

    function test_calldata_of_another_length_reverts() public {
        bytes memory data = Plans.burnCall(_plan(-60, 60, LIQUIDITY));
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.WrongLength.selector, data.length + 1));
        _call(OPERATOR, bytes.concat(data, hex"00"));
        assembly ("memory-safe") {
            mstore(data, sub(mload(data), 1))
        }
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.WrongLength.selector, data.length));
        _call(OPERATOR, data);
    }

    function test_an_unlisted_pool_reverts() public {
        executor.unlistPool(poolId);
        vm.expectRevert(abi.encodeWithSelector(Listing.UnlistedPool.selector, poolId));
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
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.TipAboveCap.selector, TIP_CAP_GWEI + 1, TIP_CAP_GWEI));
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
        bytes memory again = Plans.burnCall(_plan(-60, 60, 0));
        producer.behave(false, address(executor), again);
        vm.coinbase(address(producer));
        _burn(-60, 60, LIQUIDITY, 1);
        assertEq(address(producer).balance, 1, "producer");
        assertTrue(bytes4(producer.answer()) == JitExecutor.Reentered.selector, "reentered");
    }
}
