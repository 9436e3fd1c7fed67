// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { IV3Pool } from "../src/Interfaces.sol";
import { JitExecutor } from "../src/JitExecutor.sol";
import { Base } from "./support/Base.sol";
import { HostilePool } from "./support/Pools.sol";
import { Token } from "./support/Tokens.sol";

/// @notice What only the owner does: list, set rights, unpause, withdraw to itself.
contract OwnerTest is Base {
    event OperatorSet(address indexed account, bool allowed);
    event GuardianSet(address indexed guardian);
    event TipCapSet(uint256 tipCapWei);
    event Unpaused(address indexed by);
    event PoolListed(uint16 indexed poolId, address indexed pool, address indexed deployer, bytes32 initCodeHash);
    event PoolUnlisted(uint16 indexed poolId, address indexed pool);
    event Withdrawn(address indexed token, uint256 amount);

    receive() external payable { }

    function test_nobody_else_has_any_right_of_the_owner() public {
        bytes[9] memory calls = [
            abi.encodeCall(JitExecutor.listPool, (pool, address(factory), V3_INIT_CODE_HASH)),
            abi.encodeCall(JitExecutor.unlistPool, (poolId)),
            abi.encodeCall(JitExecutor.setOperator, (STRANGER, true)),
            abi.encodeCall(JitExecutor.setGuardian, (STRANGER)),
            abi.encodeCall(JitExecutor.setTipCap, (1)),
            abi.encodeCall(JitExecutor.unpause, ()),
            abi.encodeCall(JitExecutor.schedule, ("")),
            abi.encodeCall(JitExecutor.withdraw, (address(token0), 1)),
            abi.encodeCall(JitExecutor.withdraw, (address(0), 1))
        ];
        address[3] memory others = [OPERATOR, GUARDIAN, STRANGER];
        for (uint256 i = 0; i < calls.length; ++i) {
            for (uint256 j = 0; j < others.length; ++j) {
                vm.prank(others[j]);
                (bool ok, bytes memory answer) = address(executor).call(calls[i]);
                assertTrue(!ok && bytes4(answer) == JitExecutor.NotOwner.selector, "not refused");
            }
        }
    }

    function test_withdraw_pays_the_owner_and_nobody_else() public {
        uint256 before = token0.balanceOf(OWNER);
        vm.expectEmit(true, false, false, true, address(executor));
        emit Withdrawn(address(token0), STOCK);
        executor.withdraw(address(token0), STOCK);
        assertEq(token0.balanceOf(OWNER) - before, STOCK, "owner's tokens");
        assertEq(token0.balanceOf(address(executor)), 0, "vault's tokens");
        uint256 ether_ = OWNER.balance;
        executor.withdraw(address(0), 4 ether);
        assertEq(OWNER.balance - ether_, 4 ether, "owner's ether");
    }

    function test_withdraw_works_while_paused() public {
        executor.pause();
        executor.withdraw(address(token1), 1);
    }

    function test_more_than_there_is_cannot_be_withdrawn() public {
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.TransferFailed.selector, address(token0)));
        executor.withdraw(address(token0), STOCK + 1);
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.TransferFailed.selector, address(0)));
        executor.withdraw(address(0), 11 ether);
    }

    function test_a_token_without_code_cannot_be_withdrawn() public {
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.TransferFailed.selector, STRANGER));
        executor.withdraw(STRANGER, 1);
    }

    function test_a_pool_of_another_factory_is_not_listed() public {
        HostilePool fake = new HostilePool();
        fake.set(address(token0), address(token1));
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.NotFactoryPool.selector, address(fake), pool));
        executor.listPool(address(fake), address(factory), V3_INIT_CODE_HASH);
        vm.expectPartialRevert(JitExecutor.NotFactoryPool.selector);
        executor.listPool(pool, address(factory), keccak256("other code"));
        vm.expectPartialRevert(JitExecutor.NotFactoryPool.selector);
        executor.listPool(pool, STRANGER, V3_INIT_CODE_HASH);
    }

    function test_pools_are_numbered_in_the_order_of_listing() public {
        address second = factory.createPool(address(token0), address(token1), 500);
        vm.expectEmit(true, true, true, true, address(executor));
        emit PoolListed(1, second, address(factory), V3_INIT_CODE_HASH);
        assertEq(executor.listPool(second, address(factory), V3_INIT_CODE_HASH), 1, "number");
        assertEq(executor.poolCount(), 2, "count");
        (address first, bool listed) = executor.pools(0);
        assertEq(first, pool, "first");
        assertTrue(listed, "not listed");
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.UnknownPool.selector, 2));
        executor.pools(2);
    }

    function test_a_pool_keeps_its_number_when_it_is_listed_again() public {
        vm.expectEmit(true, true, false, true, address(executor));
        emit PoolUnlisted(poolId, pool);
        executor.unlistPool(poolId);
        (, bool listed) = executor.pools(poolId);
        assertTrue(!listed, "still listed");
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.UnlistedPool.selector, poolId));
        executor.unlistPool(poolId);
        assertEq(executor.listPool(pool, address(factory), V3_INIT_CODE_HASH), poolId, "number");
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.AlreadyListed.selector, pool));
        executor.listPool(pool, address(factory), V3_INIT_CODE_HASH);
        _mint(-60, 60, LIQUIDITY);
    }

    function test_every_change_of_rights_is_an_event() public {
        vm.expectEmit(true, false, false, true, address(executor));
        emit OperatorSet(STRANGER, true);
        executor.setOperator(STRANGER, true);
        assertTrue(executor.isOperator(STRANGER), "operator");
        vm.expectEmit(true, false, false, true, address(executor));
        emit GuardianSet(STRANGER);
        executor.setGuardian(STRANGER);
        assertEq(executor.guardian(), STRANGER, "guardian");
        vm.expectEmit(false, false, false, true, address(executor));
        emit TipCapSet(7);
        executor.setTipCap(7);
        assertEq(executor.tipCapWei(), 7, "cap");
        executor.pause();
        vm.expectEmit(true, false, false, true, address(executor));
        emit Unpaused(OWNER);
        executor.unpause();
        assertTrue(!executor.paused(), "paused");
    }

    function test_zero_is_no_owner() public {
        vm.expectPartialRevert(JitExecutor.ZeroAddress.selector);
        new JitExecutor(address(0), GUARDIAN, 0, 0);
    }

    function test_zero_is_no_operator() public {
        vm.expectPartialRevert(JitExecutor.ZeroAddress.selector);
        executor.setOperator(address(0), true);
    }

    function test_the_tip_cap_takes_no_place_from_the_guardian() public {
        executor.setTipCap(type(uint88).max);
        executor.pause();
        assertEq(executor.guardian(), GUARDIAN, "guardian");
        assertEq(executor.tipCapWei(), type(uint88).max, "cap");
    }

    function test_there_is_no_other_way_in() public {
        vm.expectRevert();
        (bool ok,) = address(executor).call(abi.encodeWithSignature("approve(address,uint256)", STRANGER, 1));
        assertTrue(ok, "expectRevert turns it round");
    }
}
