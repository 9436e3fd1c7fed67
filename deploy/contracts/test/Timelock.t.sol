// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { JitExecutor } from "../src/JitExecutor.sol";
import { Listing } from "../src/Listing.sol";
import { Rights } from "../src/Rights.sol";
import { Fork, Weight } from "../src/Words.sol";
import { Base } from "./support/Base.sol";

/// @notice What gives rights waits and can be seen coming; what takes them away does not wait.
contract TimelockTest is Base {
    uint256 internal constant DELAY_S = 2 hours;
    uint256 internal constant NOW = 1_800_000_000;

    JitExecutor internal locked;

    event Scheduled(bytes32 indexed callId, bytes call, uint256 readyAt);
    event Cancelled(bytes32 indexed callId);

    function setUp() public override {
        super.setUp();
        vm.warp(NOW);
        locked = new JitExecutor(OWNER, GUARDIAN, 10, 10, 10, DELAY_S);
    }

    /// In an order in which they can be made.
    function _loosening() internal view returns (bytes[10] memory calls) {
        Weight half = Weight.wrap((1 << 31) << 8 | 64);
        calls = [
            abi.encodeCall(Rights.setOperator, (STRANGER, true)),
            abi.encodeCall(Listing.listToken, (address(token0))),
            abi.encodeCall(Listing.listToken, (address(token1))),
            abi.encodeCall(Listing.listPool, (pool, address(factory), V3_INIT_CODE_HASH, Fork.UniswapV3, ONE, ONE)),
            abi.encodeCall(Rights.setGuardian, (STRANGER)),
            abi.encodeCall(Rights.setCaps, (11, 10, 10)),
            abi.encodeCall(Rights.setCaps, (11, 11, 10)),
            abi.encodeCall(Rights.setCaps, (11, 11, 11)),
            abi.encodeCall(Listing.setWeights, (0, ONE, half)),
            abi.encodeCall(Listing.setWeights, (0, half, half))
        ];
    }

    function _call(bytes memory call) internal returns (bool ok, bytes memory answer) {
        return address(locked).call(call);
    }

    function _refused(bytes memory call, uint256 readyAt) internal {
        (bool ok, bytes memory answer) = _call(call);
        bytes memory wanted = abi.encodeWithSelector(Rights.NotReady.selector, keccak256(call), readyAt);
        assertTrue(!ok && keccak256(answer) == keccak256(wanted), "not refused");
    }

    function test_what_loosens_is_refused_without_announcement() public {
        bytes[10] memory calls = _loosening();
        for (uint256 i = 0; i < 8; ++i) {
            _refused(calls[i], 0); // the weights need a listed pool: below
        }
    }

    function test_what_loosens_waits_for_the_delay_and_goes_once() public {
        bytes[10] memory calls = _loosening();
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.expectEmit(true, false, false, true, address(locked));
            emit Scheduled(keccak256(calls[i]), calls[i], NOW + DELAY_S);
            locked.schedule(calls[i]);
        }
        vm.warp(NOW + DELAY_S - 1);
        for (uint256 i = 0; i < 8; ++i) {
            _refused(calls[i], NOW + DELAY_S);
        }
        vm.warp(NOW + DELAY_S);
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool ok,) = _call(calls[i]);
            assertTrue(ok, "not accepted");
        }
        assertTrue(locked.isOperator(STRANGER), "operator");
        assertEq(locked.guardian(), STRANGER, "guardian");
        (uint256 transactionCap, uint256 blockCap, uint256 tipCap) = locked.caps();
        assertTrue(transactionCap == 11 && blockCap == 11 && tipCap == 11, "caps");
        assertEq(locked.poolCount(), 1, "pools");
        locked.setOperator(STRANGER, false);
        for (uint256 i = 0; i < 3; ++i) {
            _refused(calls[i], 0);
        }
        _weights();
    }

    /// What raises works at once, what lowers either waits.
    function _weights() internal {
        Weight quarter = Weight.wrap((1 << 31) << 8 | 65);
        Weight threeQuarters = Weight.wrap((3 << 30) << 8 | 64);
        locked.setWeights(0, threeQuarters, threeQuarters);
        _refused(abi.encodeCall(Listing.setWeights, (0, quarter, ONE)), 0);
        _refused(abi.encodeCall(Listing.setWeights, (0, ONE, quarter)), 0);
        _refused(abi.encodeCall(Listing.setWeights, (0, Weight.wrap((1 << 31) << 8 | 64), ONE)), 0);
        locked.setWeights(0, threeQuarters, ONE);
        locked.setWeights(0, ONE, ONE);
    }

    function test_each_cap_waits_by_itself() public {
        _refused(abi.encodeCall(Rights.setCaps, (11, 10, 10)), 0);
        _refused(abi.encodeCall(Rights.setCaps, (10, 11, 10)), 0);
        _refused(abi.encodeCall(Rights.setCaps, (10, 10, 11)), 0);
    }

    function test_an_announcement_is_for_one_calldata_only() public {
        locked.schedule(abi.encodeCall(Rights.setOperator, (OPERATOR, true)));
        vm.warp(NOW + DELAY_S);
        _refused(abi.encodeCall(Rights.setOperator, (STRANGER, true)), 0);
    }

    function test_guardian_and_owner_take_an_announcement_back() public {
        bytes memory call = abi.encodeCall(Rights.setOperator, (STRANGER, true));
        address[2] memory who = [GUARDIAN, OWNER];
        for (uint256 i = 0; i < who.length; ++i) {
            locked.schedule(call);
            vm.expectEmit(true, false, false, true, address(locked));
            emit Cancelled(keccak256(call));
            vm.prank(who[i]);
            locked.cancel(keccak256(call));
            vm.warp(NOW + 2 * DELAY_S);
            _refused(call, 0);
        }
        vm.expectRevert(abi.encodeWithSelector(Rights.NotGuardian.selector, OPERATOR));
        vm.prank(OPERATOR);
        locked.cancel(keccak256(call));
    }

    function test_what_tightens_works_at_once() public {
        locked.setOperator(OPERATOR, false);
        locked.setCaps(10, 10, 10);
        locked.setCaps(9, 10, 10);
        locked.setCaps(9, 9, 9);
        locked.setCaps(0, 0, 0);
        locked.unlistToken(address(token0));
        locked.setGuardian(address(0));
        locked.pause();
        locked.unpause();
        (uint256 transactionCap, uint256 blockCap, uint256 tipCap) = locked.caps();
        assertEq(transactionCap + blockCap + tipCap, 0, "caps");
        assertEq(locked.guardian(), address(0), "guardian");
    }
}
