// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice A plain token that anybody can mint. It remembers who sent how much, in all and to whom.
contract Token {
    mapping(address account => uint256 amount) public balanceOf;
    mapping(address account => uint256 amount) public sentBy;
    mapping(address from => mapping(address to => uint256 amount)) public moved;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function transfer(address to, uint256 amount) external virtual returns (bool) {
        _move(msg.sender, to, amount);
        return true;
    }

    function _move(address from, address to, uint256 amount) internal {
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
        sentBy[from] += amount;
        moved[from][to] += amount;
    }
}

/// @notice Takes a fee of 1 % out of what arrives, once it is switched on.
contract FeeOnTransferToken is Token {
    bool public feeOn;

    function setFee(bool on) external {
        feeOn = on;
    }

    function transfer(address to, uint256 amount) external override returns (bool) {
        _move(msg.sender, to, feeOn ? amount - amount / 100 : amount);
        if (feeOn) balanceOf[msg.sender] -= amount / 100;
        return true;
    }
}

/// @notice Takes more from the sender than was asked for; all that was asked for arrives.
contract GreedyToken is Token {
    function transfer(address to, uint256 amount) external override returns (bool) {
        _move(msg.sender, to, amount);
        balanceOf[msg.sender] -= 1;
        return true;
    }
}

/// @notice Answers false instead of reverting.
contract FalseToken is Token {
    bool public refusing;

    function setRefusing(bool on) external {
        refusing = on;
    }

    function transfer(address to, uint256 amount) external override returns (bool) {
        if (refusing) return false;
        _move(msg.sender, to, amount);
        return true;
    }
}

/// @notice Returns nothing at all, as USDT does.
contract SilentToken {
    mapping(address account => uint256 amount) public balanceOf;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function transfer(address to, uint256 amount) external {
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
    }
}

/// @notice Answers a transfer with these bytes, by a return or a revert.
contract AnsweringToken {
    bytes private _answer;
    bool private _reverts;

    constructor(bytes memory answer, bool reverts) {
        (_answer, _reverts) = (answer, reverts);
    }

    function transfer(address, uint256) external view {
        bytes memory answer = _answer;
        bool reverts = _reverts;
        assembly ("memory-safe") {
            switch reverts
            case 0 { return(add(answer, 32), mload(answer)) }
            default { revert(add(answer, 32), mload(answer)) }
        }
    }
}

/// @notice Calls somebody in the middle of a transfer, as ERC-777 tokens do, and keeps what it answered.
contract HookToken is Token {
    address public target;
    bytes public payload;
    bool public succeeded;
    bytes public answer;

    function setHook(address target_, bytes calldata payload_) external {
        target = target_;
        payload = payload_;
    }

    function transfer(address to, uint256 amount) external override returns (bool) {
        _move(msg.sender, to, amount);
        address hook = target;
        if (hook != address(0)) {
            target = address(0);
            (succeeded, answer) = hook.call(payload);
        }
        return true;
    }
}
