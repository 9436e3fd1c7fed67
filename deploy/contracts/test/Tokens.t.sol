// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { JitExecutor } from "../src/JitExecutor.sol";
import { Rights } from "../src/Rights.sol";
import { Base } from "./support/Base.sol";
import { Plans } from "./support/Plans.sol";
import {
    AnsweringToken,
    FalseToken,
    FeeOnTransferToken,
    GreedyToken,
    HookToken,
    SilentToken,
    Token
} from "./support/Tokens.sol";

/// @notice Tokens that do not do what they say revert the call; nothing is lost.
contract TokensTest is Base {
    function test_a_fee_on_transfer_at_mint_reverts() public {
        FeeOnTransferToken odd = new FeeOnTransferToken();
        _market(address(odd), address(new Token()), 500);
        odd.setFee(true);
        vm.expectRevert(); // the pool finds it: M0 or M1
        _mint(-60, 60, LIQUIDITY);
    }

    function test_a_fee_on_transfer_that_begins_after_the_mint_reverts_at_burn() public {
        FeeOnTransferToken odd = new FeeOnTransferToken();
        _market(address(odd), address(new Token()), 500);
        _mint(-60, 60, LIQUIDITY);
        odd.setFee(true);
        vm.expectPartialRevert(JitExecutor.BalanceMismatch.selector);
        _burn(-60, 60, LIQUIDITY, 0);
    }

    function test_a_position_in_a_token_that_takes_a_fee_by_now_can_be_unwound() public {
        FeeOnTransferToken odd = new FeeOnTransferToken();
        _market(address(odd), address(new Token()), 500);
        _mint(-60, 60, LIQUIDITY);
        odd.setFee(true);
        uint256 before = odd.balanceOf(address(executor));
        vm.prank(GUARDIAN);
        (uint256 amount0, uint256 amount1) = executor.unwind(poolId, -60, 60, LIQUIDITY);
        uint256 paid = address(odd) == address(token0) ? amount0 : amount1;
        assertEq(odd.balanceOf(address(executor)) - before, paid - paid / 100, "what the token leaves");
    }

    function test_a_token_that_takes_more_than_was_asked_for_reverts() public {
        GreedyToken odd = new GreedyToken();
        Token plain = new Token();
        (token0, token1) = address(odd) < address(plain) ? (Token(odd), plain) : (plain, Token(odd));
        _market(address(odd), address(plain), 500);
        vm.expectPartialRevert(JitExecutor.BalanceMismatch.selector);
        _mint(-60, 60, LIQUIDITY);
    }

    function test_a_token_that_answers_false_reverts() public {
        FalseToken odd = new FalseToken();
        _market(address(odd), address(new Token()), 500);
        odd.setRefusing(true);
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.TransferFailed.selector, address(odd)));
        _mint(-60, 60, LIQUIDITY);
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.TransferFailed.selector, address(odd)));
        executor.withdraw(address(odd), 1);
    }

    function test_a_token_that_answers_nothing_is_accepted() public {
        SilentToken odd = new SilentToken();
        odd.mint(address(executor), 10);
        executor.withdraw(address(odd), 10);
        assertEq(odd.balanceOf(OWNER), 10, "owner");
    }

    function test_only_the_word_for_true_is_a_yes() public {
        executor.withdraw(address(new AnsweringToken(abi.encode(true), false)), 1);
        executor.withdraw(address(new AnsweringToken(abi.encode(true, "and more"), false)), 1);
    }

    function test_no_other_answer_is_a_yes() public {
        _refused(abi.encode(uint256(2)), false);
        _refused(abi.encode(type(uint256).max), false);
        _refused(hex"01", false);
        _refused(new bytes(31), false);
        _refused("", true);
        _refused(abi.encode(true), true);
    }

    function _refused(bytes memory answer, bool reverts) private {
        address odd = address(new AnsweringToken(answer, reverts));
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.TransferFailed.selector, odd));
        executor.withdraw(odd, 1);
    }

    function test_a_token_cannot_reenter() public {
        HookToken odd = new HookToken();
        _market(address(odd), address(new Token()), 500);
        executor.setOperator(address(odd), true);
        bytes memory again = Plans.burnCall(_plan(-60, 60, 0));
        odd.setHook(address(executor), again);
        _mint(-60, 60, LIQUIDITY);
        assertTrue(!odd.succeeded() && bytes4(odd.answer()) == JitExecutor.Reentered.selector, "reentered");
    }

    function test_a_token_cannot_act_as_operator_while_the_owner_withdraws_it() public {
        HookToken odd = new HookToken();
        _market(address(odd), address(new Token()), 500);
        executor.setOperator(address(odd), true);
        odd.setHook(address(executor), Plans.mintCall(_plan(-60, 60, LIQUIDITY)));
        executor.withdraw(address(odd), 1);
        assertTrue(!odd.succeeded() && bytes4(odd.answer()) == JitExecutor.Reentered.selector, "reentered");
    }

    function test_the_owner_being_called_by_a_token_is_not_a_way_in() public {
        HookToken odd = new HookToken();
        _market(address(odd), address(new Token()), 500);
        odd.setHook(address(executor), abi.encodeCall(JitExecutor.withdraw, (address(token0), 1)));
        _mint(-60, 60, LIQUIDITY);
        assertTrue(!odd.succeeded() && bytes4(odd.answer()) == Rights.NotOwner.selector, "withdrawn");
    }
}
