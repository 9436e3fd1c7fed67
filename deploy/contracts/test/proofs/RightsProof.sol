// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { Rights } from "../../src/Rights.sol";
import { Settings, Weight } from "../../src/Words.sol";

/// @notice What must hold of every call in every state. tools/smt.mjs has solc's SMTChecker prove each assertion; nothing here is
/// deployed or run.
contract RightsProof is Rights {
    constructor(address owner_, uint256 loosenDelayS) Rights(owner_, address(0), 0, 0, 0, loosenDelayS) { }

    /// What loosens was announced, its delay has passed, and it is good for this one call.
    function loosensOnce() external {
        bytes32 callId = keccak256(msg.data);
        uint256 timestamp = readyAt[callId];
        _loosen();
        assert(LOOSEN_DELAY_S == 0 || timestamp != 0);
        assert(LOOSEN_DELAY_S == 0 || block.timestamp >= timestamp);
        assert(LOOSEN_DELAY_S == 0 || readyAt[callId] == 0);
    }

    /// It uses up no other announcement.
    function loosensNothingElse(bytes32 other) external {
        uint256 timestamp = readyAt[other];
        _loosen();
        assert(other == keccak256(msg.data) || readyAt[other] == timestamp);
    }

    function onlyTheOwner() external view onlyOwner {
        assert(msg.sender == OWNER);
    }

    function onlyTheGuardianOrTheOwner() external view onlyGuardian {
        assert(msg.sender == guardian || msg.sender == OWNER);
    }

    /// No outflow takes a block above its cap.
    function spendsWithinTheCap(Settings settings, uint256 gwei_) external {
        _spend(settings, gwei_);
        assert(gwei_ <= settings.blockCapGwei());
        assert(settings.spentGwei() + gwei_ <= settings.blockCapGwei());
    }

    /// Of two weights one at most is the lower: to set a pair of weights and to set it back cannot both go without the delay.
    function orderOfWeights(Weight a, Weight b) external pure {
        assert(!a.below(a));
        assert(!(a.below(b) && b.below(a)));
    }
}
