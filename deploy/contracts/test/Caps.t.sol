// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { JitExecutor } from "../src/JitExecutor.sol";
import { Rights } from "../src/Rights.sol";
import { Weight } from "../src/Words.sol";
import { Base } from "./support/Base.sol";
import { Plan } from "./support/Plans.sol";

/// @notice The most that one mint, one block and one tip may cost, whoever holds the operator's key.
contract CapsTest is Base {
    /// What `_mint(-60, 60, LIQUIDITY)` takes of both tokens, at one wei a unit, in gwei and rounded up.
    uint56 internal constant COST_GWEI = 5_990_709_912;

    function test_a_mint_above_the_cap_of_a_transaction_reverts() public {
        executor.setCaps(COST_GWEI - 1, HIGH_CAP_GWEI, 0);
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.TransactionAboveCap.selector, COST_GWEI, COST_GWEI - 1));
        _mint(-60, 60, LIQUIDITY);
        executor.setCaps(COST_GWEI, HIGH_CAP_GWEI, 0);
        _mint(-60, 60, LIQUIDITY);
        assertEq(executor.spentInBlock(), COST_GWEI, "spent");
    }

    function test_mints_and_tips_together_stay_below_the_cap_of_a_block() public {
        executor.setCaps(HIGH_CAP_GWEI, 2 * COST_GWEI + 3, TIP_CAP_GWEI);
        _mint(-60, 60, LIQUIDITY);
        _mint(-60, 60, LIQUIDITY);
        _burn(-60, 60, LIQUIDITY, 2 gwei + 1); // three gwei: rounded up
        assertEq(executor.spentInBlock(), 2 * COST_GWEI + 3, "what came back gives no room");
        vm.expectRevert(abi.encodeWithSelector(Rights.BlockAboveCap.selector, 2 * COST_GWEI + 4, 2 * COST_GWEI + 3));
        _burn(-60, 60, LIQUIDITY, 1);
        vm.expectPartialRevert(Rights.BlockAboveCap.selector);
        _mint(-60, 60, LIQUIDITY);
        _burn(-60, 60, LIQUIDITY, 0);
    }

    function test_every_block_begins_anew() public {
        executor.setCaps(HIGH_CAP_GWEI, COST_GWEI, 0);
        _mint(-60, 60, LIQUIDITY);
        for (uint64 number = BLOCK + 1; number < BLOCK + 3; ++number) {
            _enterBlock(number);
            assertEq(executor.spentInBlock(), 0, "spent");
            Plan memory plan = _plan(-60, 60, LIQUIDITY);
            plan.blockNumber = number;
            _mint(plan);
            _look();
            assertEq(executor.spentInBlock(), COST_GWEI, "spent");
            vm.expectPartialRevert(Rights.BlockAboveCap.selector);
            plan.poolLiquidity = seenLiquidity;
            _mint(plan);
        }
    }

    function test_caps_of_zero_stop_everything_that_costs() public {
        _mint(-60, 60, LIQUIDITY);
        executor.setCaps(0, 0, 0);
        vm.expectPartialRevert(JitExecutor.TransactionAboveCap.selector);
        _mint(-60, 60, LIQUIDITY);
        executor.setCaps(HIGH_CAP_GWEI, 0, 1);
        vm.expectPartialRevert(Rights.BlockAboveCap.selector);
        _mint(-60, 60, LIQUIDITY);
        vm.expectPartialRevert(Rights.BlockAboveCap.selector);
        _burn(-60, 60, LIQUIDITY, 1);
        _burn(-60, 60, LIQUIDITY, 0);
    }

    function test_what_counts_against_caps_is_rounded_up_and_proceeds_down() public pure {
        Weight half = Weight.wrap((1 << 31) << 8 | 64);
        for (uint256 amount = 0; amount < 5; ++amount) {
            assertEq(half.up(amount), (amount + 1) / 2, "up");
            assertEq(half.down(amount), amount / 2, "down");
        }
        Weight least = Weight.wrap((1 << 31) << 8 | 255);
        assertEq(least.up(1), 1, "the least counts");
        assertEq(least.down(type(uint128).max), 0, "the least is worth nothing");
        Weight highest = Weight.wrap(uint40(type(uint32).max) << 8);
        assertEq(highest.up(type(uint128).max), uint256(type(uint128).max) * type(uint32).max * 2 ** 32, "no overflow");
    }

    /// Each token counts with its own weight, rounded up to a wei and then to a gwei.
    function testFuzz_weights_are_prices(uint128 amount, uint32 mantissa, uint8 shift) public pure {
        Weight weight = Weight.wrap(uint40(mantissa) << 8 | shift);
        uint256 product = uint256(amount) * mantissa * 2 ** 32;
        uint256 unit = 2 ** uint256(shift);
        assertEq(weight.down(amount), product / unit, "down");
        assertEq(weight.up(amount), product / unit + (product % unit == 0 ? 0 : 1), "up");
    }

    function testFuzz_weights_compare_as_prices(uint32 mantissa, uint8 shift, uint32 otherMantissa, uint8 otherShift)
        public
        pure
    {
        (mantissa, otherMantissa) = (mantissa | (1 << 31), otherMantissa | (1 << 31));
        bool less = uint256(mantissa) << (otherShift > shift ? otherShift - shift : 0)
            < uint256(otherMantissa) << (shift > otherShift ? shift - otherShift : 0);
        // Beyond 224 places the shifts above lose bits; the normalised mantissas decide nothing there.
        if (shift > otherShift && shift - otherShift > 200) less = true;
        if (otherShift > shift && otherShift - shift > 200) less = false;
        Weight weight = Weight.wrap(uint40(mantissa) << 8 | shift);
        Weight other = Weight.wrap(uint40(otherMantissa) << 8 | otherShift);
        assertTrue(weight.below(other) == less, "order");
    }

    function test_the_weights_of_both_tokens_count() public {
        Weight three = Weight.wrap((3 << 30) << 8 | 62);
        executor.setWeights(poolId, three, ONE);
        _mint(-60, 60, LIQUIDITY);
        assertEq(executor.spentInBlock(), 2 * uint256(COST_GWEI), "3 + 1");
        _enterBlock(BLOCK + 1);
        executor.setWeights(poolId, ONE, Weight.wrap((1 << 31) << 8 | 60));
        Plan memory plan = _plan(-60, 60, LIQUIDITY);
        plan.blockNumber = BLOCK + 1;
        _mint(plan);
        assertEq(executor.spentInBlock(), 26_958_194_604, "1 + 8");
    }
}
