// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { JitExecutor } from "../src/JitExecutor.sol";
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
        locked = new JitExecutor(OWNER, GUARDIAN, TIP_CAP, DELAY_S);
    }

    function _loosening() internal view returns (bytes[4] memory calls) {
        calls = [
            abi.encodeCall(JitExecutor.listPool, (pool, address(factory), V3_INIT_CODE_HASH)),
            abi.encodeCall(JitExecutor.setOperator, (STRANGER, true)),
            abi.encodeCall(JitExecutor.setGuardian, (STRANGER)),
            abi.encodeCall(JitExecutor.setTipCap, (TIP_CAP + 1))
        ];
    }

    function _call(bytes memory call) internal returns (bool ok, bytes memory answer) {
        return address(locked).call(call);
    }

    function _refused(bytes memory call, uint256 readyAt) internal {
        (bool ok, bytes memory answer) = _call(call);
        bytes memory wanted = abi.encodeWithSelector(JitExecutor.NotReady.selector, keccak256(call), readyAt);
        assertTrue(!ok && keccak256(answer) == keccak256(wanted), "not refused");
    }

    function test_what_loosens_is_refused_without_announcement() public {
        bytes[4] memory calls = _loosening();
        for (uint256 i = 0; i < calls.length; ++i) {
            _refused(calls[i], 0);
        }
    }

    function test_what_loosens_waits_for_the_delay_and_goes_once() public {
        bytes[4] memory calls = _loosening();
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.expectEmit(true, false, false, true, address(locked));
            emit Scheduled(keccak256(calls[i]), calls[i], NOW + DELAY_S);
            locked.schedule(calls[i]);
        }
        vm.warp(NOW + DELAY_S - 1);
        for (uint256 i = 0; i < calls.length; ++i) {
            _refused(calls[i], NOW + DELAY_S);
        }
        vm.warp(NOW + DELAY_S);
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool ok,) = _call(calls[i]);
            assertTrue(ok, "not accepted");
        }
        assertTrue(locked.isOperator(STRANGER), "operator");
        assertEq(locked.guardian(), STRANGER, "guardian");
        assertEq(locked.tipCapWei(), TIP_CAP + 1, "cap");
        assertEq(locked.poolCount(), 1, "pools");
        locked.setOperator(STRANGER, false);
        _refused(calls[1], 0);
    }

    function test_an_announcement_is_for_one_calldata_only() public {
        locked.schedule(abi.encodeCall(JitExecutor.setOperator, (OPERATOR, true)));
        vm.warp(NOW + DELAY_S);
        _refused(abi.encodeCall(JitExecutor.setOperator, (STRANGER, true)), 0);
    }

    function test_guardian_and_owner_take_an_announcement_back() public {
        bytes memory call = abi.encodeCall(JitExecutor.setOperator, (STRANGER, true));
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
        vm.expectRevert(abi.encodeWithSelector(JitExecutor.NotGuardian.selector, OPERATOR));
        vm.prank(OPERATOR);
        locked.cancel(keccak256(call));
    }

    function test_what_tightens_works_at_once() public {
        locked.setOperator(OPERATOR, false);
        locked.setTipCap(TIP_CAP);
        locked.setTipCap(0);
        locked.setGuardian(address(0));
        locked.pause();
        locked.unpause();
        assertEq(locked.tipCapWei(), 0, "cap");
        assertEq(locked.guardian(), address(0), "guardian");
    }
}
