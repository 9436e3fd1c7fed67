// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { JitExecutor } from "../src/JitExecutor.sol";
import { Fork } from "../src/Words.sol";
import { Base } from "./support/Base.sol";
import { Plan, Plans } from "./support/Plans.sol";
import { HostileDeployer, HostilePool } from "./support/Pools.sol";

/// @notice The mint callback pays only the pool in flight, once, and only what the call allows.
contract CallbackTest is Base {
    HostileDeployer internal deployer;
    HostilePool internal hostile;
    uint16 internal hostileId;

    function setUp() public override {
        super.setUp();
        deployer = new HostileDeployer();
        hostile = deployer.deploy(address(token0), address(token1));
        hostileId = _listHostile(Fork.SushiV3);
    }

    function _listHostile(Fork fork) internal returns (uint16) {
        bytes32 initCodeHash = keccak256(type(HostilePool).creationCode);
        return executor.listPool(address(hostile), address(deployer), initCodeHash, fork, ONE, ONE);
    }

    function _hostilePlan(uint256 max) internal view returns (Plan memory plan) {
        plan = _plan(-60, 60, LIQUIDITY);
        (plan.poolId, plan.max0, plan.max1, plan.poolLiquidity) = (hostileId, uint128(max), uint128(max), 0);
    }

    function _mintAtHostile(uint256 max) internal {
        _mint(_hostilePlan(max));
    }

    function test_nobody_is_paid_outside_of_a_mint() public {
        address[5] memory callers = [pool, address(hostile), OPERATOR, OWNER, STRANGER];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(JitExecutor.UnexpectedCallback.selector, callers[i]));
            vm.prank(callers[i]);
            executor.uniswapV3MintCallback(1, 1, "");
            vm.expectRevert(abi.encodeWithSelector(JitExecutor.UnexpectedCallback.selector, callers[i]));
            vm.prank(callers[i]);
            executor.pancakeV3MintCallback(1, 1, "");
        }
    }

    function test_the_zero_address_is_not_the_pool_in_flight() public {
        vm.expectRevert();
        vm.prank(address(0));
        executor.uniswapV3MintCallback(1, 1, "");
    }

    function test_a_fake_pool_is_not_paid_during_the_mint_of_another() public {
        HostilePool fake = new HostilePool();
        hostile.behave(HostilePool.Way.SendAnother, 1, address(fake), "");
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.UnexpectedCallback.selector, address(fake)));
        _mintAtHostile(STOCK);
    }

    function test_a_pool_is_paid_once_a_mint() public {
        hostile.behave(HostilePool.Way.AskTwice, 1, address(0), "");
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.UnexpectedCallback.selector, address(hostile)));
        _mintAtHostile(STOCK);
    }

    function test_a_pool_that_asks_for_more_than_the_maximum_is_refused() public {
        hostile.behave(HostilePool.Way.KeepSilent, 0, address(0), "");
        _mintAtHostile(0);
        hostile.behave(HostilePool.Way.Reenter, 101, address(0), "");
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.AmountAboveMax.selector, address(token0), 101, 100));
        _mintAtHostile(100);
    }

    function test_a_pool_that_asked_for_nothing_is_not_paid_later() public {
        hostile.behave(HostilePool.Way.KeepSilent, 0, address(0), "");
        _mintAtHostile(STOCK);
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.UnexpectedCallback.selector, address(hostile)));
        hostile.ask(address(executor), 1);
    }

    function test_a_pool_cannot_reenter() public {
        bytes[4] memory calls = [
            Plans.mintCall(_plan(-60, 60, LIQUIDITY)),
            Plans.burnCall(_plan(-60, 60, 0)),
            abi.encodeCall(JitExecutor.unwind, (poolId, -60, 60, 0)),
            abi.encodeCall(JitExecutor.uniswapV3MintCallback, (1, 1, ""))
        ];
        executor.setOperator(address(hostile), true);
        executor.setGuardian(address(hostile));
        for (uint256 i = 0; i < calls.length; ++i) {
            hostile.behave(HostilePool.Way.Reenter, 1, address(0), calls[i]);
            _mintAtHostile(1);
            bytes4 expected = i == 3 ? JitExecutor.UnexpectedCallback.selector : JitExecutor.Reentered.selector;
            assertTrue(bytes4(hostile.answer()) == expected, "reentered");
        }
    }

    function test_a_pool_that_lies_about_what_it_paid_is_found_out() public {
        hostile.behave(HostilePool.Way.LieAtCollect, 0, address(0), "");
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.BalanceMismatch.selector, address(token0), STOCK + 1, STOCK));
        _burn(_hostilePlan(0));
    }

    function test_a_pool_is_paid_only_by_the_callback_of_its_fork() public {
        bytes memory refused = abi.encodeWithSelector(JitExecutor.UnexpectedCallback.selector, address(hostile));
        hostile.behave(HostilePool.Way.AskAsPancake, 1, address(0), "");
        vm.expectRevert(refused);
        _mintAtHostile(STOCK);
        executor.unlistPool(hostileId);
        _listHostile(Fork.PancakeV3);
        _mintAtHostile(STOCK);
        hostile.behave(HostilePool.Way.Reenter, 1, address(0), "");
        vm.expectRevert(refused);
        _mintAtHostile(STOCK);
    }

    /// Whatever is sent to the callbacks by whomever, outside of a mint nothing moves.
    function testFuzz_no_callback_moves_tokens(address caller, uint256 amount0, uint256 amount1, bytes calldata data)
        public
    {
        (uint256 before0, uint256 before1) = _vault();
        vm.prank(caller);
        (bool ok,) = address(executor)
            .call(abi.encodeWithSelector(JitExecutor.uniswapV3MintCallback.selector, amount0, amount1, data));
        (uint256 after0, uint256 after1) = _vault();
        assertTrue(!ok && before0 == after0 && before1 == after1, "callback accepted");
    }
}
