// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { IV3Pool } from "../src/Interfaces.sol";
import { JitExecutor } from "../src/JitExecutor.sol";
import { Listing } from "../src/Listing.sol";
import { Rights } from "../src/Rights.sol";
import { Fork, Weight } from "../src/Words.sol";
import { Base } from "./support/Base.sol";
import { HostilePool } from "./support/Pools.sol";
import { Token } from "./support/Tokens.sol";

/// @notice What only the owner does: list, set rights, unpause, withdraw to itself.
contract OwnerTest is Base {
    event OperatorSet(address indexed account, bool allowed);
    event GuardianSet(address indexed guardian);
    event CapsSet(uint56 transactionGwei, uint56 blockGwei, uint40 tipGwei);
    event TokenListed(address indexed token);
    event TokenUnlisted(address indexed token);
    event WeightsSet(uint16 indexed poolId, Weight weight0, Weight weight1);
    event Unpaused(address indexed by);
    event PoolListed(
        uint16 indexed poolId, address indexed pool, address indexed factory, bytes32 initCodeHash, Fork fork
    );
    event PoolUnlisted(uint16 indexed poolId, address indexed pool);
    event Withdrawn(address indexed token, uint256 amount);

    receive() external payable { }

    function test_the_rights_of_the_beginning_are_events_too() public {
        vm.expectEmit();
        emit GuardianSet(GUARDIAN);
        vm.expectEmit();
        emit CapsSet(9, 8, 7);
        new JitExecutor(OWNER, GUARDIAN, 9, 8, 7, 0);
    }

    function test_nobody_else_has_any_right_of_the_owner() public {
        bytes[12] memory calls = [
            abi.encodeCall(Listing.listToken, (STRANGER)),
            abi.encodeCall(Listing.unlistToken, (address(token0))),
            abi.encodeCall(Listing.listPool, (pool, address(factory), V3_INIT_CODE_HASH, Fork.UniswapV3, ONE, ONE)),
            abi.encodeCall(Listing.unlistPool, (poolId)),
            abi.encodeCall(Listing.setWeights, (poolId, ONE, ONE)),
            abi.encodeCall(Rights.setOperator, (STRANGER, true)),
            abi.encodeCall(Rights.setGuardian, (STRANGER)),
            abi.encodeCall(Rights.setCaps, (1, 1, 1)),
            abi.encodeCall(Rights.unpause, ()),
            abi.encodeCall(Rights.schedule, ("")),
            abi.encodeCall(JitExecutor.withdraw, (address(token0), 1)),
            abi.encodeCall(JitExecutor.withdraw, (address(0), 1))
        ];
        address[3] memory others = [OPERATOR, GUARDIAN, STRANGER];
        for (uint256 i = 0; i < calls.length; ++i) {
            for (uint256 j = 0; j < others.length; ++j) {
                vm.prank(others[j]);
                (bool ok, bytes memory answer) = address(executor).call(calls[i]);
                assertTrue(!ok && bytes4(answer) == Rights.NotOwner.selector, "not refused");
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
        vm.expectRevert(abi.encodeWithSelector(Listing.NotFactoryPool.selector, address(fake), pool));
        _list(address(fake));
        vm.expectPartialRevert(Listing.NotFactoryPool.selector);
        executor.listPool(pool, address(factory), keccak256("other code"), Fork.UniswapV3, ONE, ONE);
        vm.expectPartialRevert(Listing.NotFactoryPool.selector);
        executor.listPool(pool, STRANGER, V3_INIT_CODE_HASH, Fork.SushiV3, ONE, ONE);
    }

    function test_pools_are_numbered_in_the_order_of_listing() public {
        address second = factory.createPool(address(token0), address(token1), 500);
        vm.expectEmit(true, true, true, true, address(executor));
        emit PoolListed(1, second, address(factory), V3_INIT_CODE_HASH, Fork.UniswapV3);
        assertEq(_list(second), 1, "number");
        assertEq(executor.poolCount(), 2, "count");
        (address first, bool listed,,,) = executor.pools(0);
        assertEq(first, pool, "first");
        assertTrue(listed, "not listed");
        vm.expectRevert(abi.encodeWithSelector(Listing.UnknownPool.selector, 2));
        executor.pools(2);
    }

    function test_a_pool_keeps_its_number_when_it_is_listed_again() public {
        vm.expectEmit(true, true, false, true, address(executor));
        emit PoolUnlisted(poolId, pool);
        executor.unlistPool(poolId);
        (, bool listed,,,) = executor.pools(poolId);
        assertTrue(!listed, "still listed");
        vm.expectRevert(abi.encodeWithSelector(Listing.UnlistedPool.selector, poolId));
        executor.unlistPool(poolId);
        assertEq(_list(pool), poolId, "number");
        vm.expectRevert(abi.encodeWithSelector(Listing.AlreadyListed.selector, pool));
        _list(pool);
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
        emit CapsSet(9, 8, 7);
        executor.setCaps(9, 8, 7);
        _caps(9, 8, 7);
        executor.pause();
        vm.expectEmit(true, false, false, true, address(executor));
        emit Unpaused(OWNER);
        executor.unpause();
        assertTrue(!executor.paused(), "paused");
    }

    function test_zero_is_no_owner() public {
        vm.expectPartialRevert(Rights.ZeroAddress.selector);
        new JitExecutor(address(0), GUARDIAN, 0, 0, 0, 0);
    }

    function test_zero_is_no_operator() public {
        vm.expectPartialRevert(Rights.ZeroAddress.selector);
        executor.setOperator(address(0), true);
    }

    function _caps(uint56 transactionGwei, uint56 blockGwei, uint40 tipGwei) internal view {
        (uint56 transaction_, uint56 block_, uint40 tip) = executor.caps();
        assertEq(transaction_, transactionGwei, "cap of a transaction");
        assertEq(block_, blockGwei, "cap of a block");
        assertEq(tip, tipGwei, "cap of a tip");
    }

    function test_caps_pause_and_spending_do_not_mix() public {
        _mint(-60, 60, LIQUIDITY);
        uint256 spent = executor.spentInBlock();
        assertTrue(spent > 0, "spent");
        executor.pause();
        executor.setCaps(type(uint56).max, 0, type(uint40).max);
        assertEq(executor.spentInBlock(), spent, "spent after setCaps");
        assertTrue(executor.paused(), "unpaused by setCaps");
        _caps(type(uint56).max, 0, type(uint40).max);
        executor.unpause();
        assertEq(executor.spentInBlock(), spent, "spent after unpause");
        _caps(type(uint56).max, 0, type(uint40).max);
        executor.setCaps(0, type(uint56).max, 0);
        _caps(0, type(uint56).max, 0);
    }

    function test_a_pool_is_listed_only_with_listed_tokens() public {
        executor.unlistPool(poolId);
        address[2] memory both = [address(token0), address(token1)];
        for (uint256 i = 0; i < 2; ++i) {
            executor.unlistToken(both[i]);
            vm.expectRevert(abi.encodeWithSelector(Listing.UnlistedToken.selector, both[i]));
            _list(pool);
            executor.listToken(both[i]);
        }
        _list(pool);
    }

    function test_unlisting_a_token_unlists_its_pools_and_no_other() public {
        address other = address(new Token());
        executor.listToken(other);
        address second = factory.createPool(address(token1), other, 500);
        address third = factory.createPool(address(token0), other, 500);
        uint16 secondId = _list(second);
        uint16 thirdId = _list(third);
        vm.expectEmit(true, true, false, true, address(executor));
        emit PoolUnlisted(poolId, pool);
        vm.expectEmit(true, true, false, true, address(executor));
        emit PoolUnlisted(thirdId, third);
        vm.expectEmit(true, false, false, true, address(executor));
        emit TokenUnlisted(address(token0));
        executor.unlistToken(address(token0));
        (, bool listed,,,) = executor.pools(poolId);
        (, bool secondListed,,,) = executor.pools(secondId);
        (, bool thirdListed,,,) = executor.pools(thirdId);
        assertTrue(!listed && secondListed && !thirdListed && !executor.isToken(address(token0)), "listed");
        executor.unlistToken(address(token0));
    }

    function test_zero_is_no_token() public {
        vm.expectPartialRevert(Rights.ZeroAddress.selector);
        executor.listToken(address(0));
        vm.expectEmit(true, false, false, true, address(executor));
        emit TokenListed(STRANGER);
        executor.listToken(STRANGER);
    }

    function test_weights_are_normalised() public {
        Weight low = Weight.wrap(((1 << 31) - 1) << 8 | 63);
        vm.expectRevert(abi.encodeWithSelector(Listing.BadWeight.selector, low));
        executor.setWeights(poolId, low, ONE);
        vm.expectRevert(abi.encodeWithSelector(Listing.BadWeight.selector, low));
        executor.setWeights(poolId, ONE, low);
        Weight two = Weight.wrap((1 << 31) << 8 | 62);
        vm.expectEmit(true, false, false, true, address(executor));
        emit WeightsSet(poolId, two, ONE);
        executor.setWeights(poolId, two, ONE);
        (,,, Weight weight0, Weight weight1) = executor.pools(poolId);
        assertTrue(Weight.unwrap(weight0) == Weight.unwrap(two), "weight0");
        assertTrue(Weight.unwrap(weight1) == Weight.unwrap(ONE), "weight1");
        executor.unlistPool(poolId);
        vm.expectRevert(abi.encodeWithSelector(Listing.UnlistedPool.selector, poolId));
        executor.setWeights(poolId, ONE, ONE);
    }

    function test_there_is_no_other_way_in() public {
        vm.expectRevert();
        (bool ok,) = address(executor).call(abi.encodeWithSignature("approve(address,uint256)", STRANGER, 1));
        assertTrue(ok, "expectRevert turns it round");
    }
}
