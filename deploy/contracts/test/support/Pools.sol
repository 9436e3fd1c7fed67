// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { Token } from "./Tokens.sol";

interface IMintCallback {
    function uniswapV3MintCallback(uint256 amount0Owed, uint256 amount1Owed, bytes calldata data) external;
    function pancakeV3MintCallback(uint256 amount0Owed, uint256 amount1Owed, bytes calldata data) external;
}

/// @notice Trades against a pool and pays in its callback.
contract Trader {
    function swap(address pool, bool zeroForOne, int256 amountSpecified)
        external
        returns (int256 amount0, int256 amount1)
    {
        uint160 limit = zeroForOne ? 4_295_128_740 : 1_461_446_703_485_210_103_287_273_052_203_988_822_378_723_970_341;
        return IPoolSwap(pool).swap(address(this), zeroForOne, amountSpecified, limit, "");
    }

    function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes calldata) external {
        _pay(amount0, amount1);
    }

    function pancakeV3SwapCallback(int256 amount0, int256 amount1, bytes calldata) external {
        _pay(amount0, amount1);
    }

    function _pay(int256 amount0, int256 amount1) private {
        // What the canonical pool asks for; nobody is to be protected here.
        // forge-lint: disable-start(erc20-unchecked-transfer, unsafe-typecast)
        if (amount0 > 0) Token(IPoolSwap(msg.sender).token0()).transfer(msg.sender, uint256(amount0));
        if (amount1 > 0) Token(IPoolSwap(msg.sender).token1()).transfer(msg.sender, uint256(amount1));
        // forge-lint: disable-end(erc20-unchecked-transfer, unsafe-typecast)
    }
}

interface IPoolSwap {
    function token0() external view returns (address);
    function token1() external view returns (address);
    function swap(
        address recipient,
        bool zeroForOne,
        int256 amountSpecified,
        uint160 sqrtPriceLimitX96,
        bytes calldata data
    ) external returns (int256 amount0, int256 amount1);
}

/// @notice A pool that misbehaves as told. It is made by CREATE2 like a real one, so that the owner can list it by mistake.
contract HostilePool {
    enum Way {
        AskTwice,
        Reenter,
        SendAnother,
        KeepSilent,
        LieAtCollect,
        AskAsPancake
    }

    address public token0;
    address public token1;
    uint24 public constant fee = 3000;
    Way public way;
    uint256 public owed;
    address public accomplice;
    bytes public payload;
    bytes public answer;

    function set(address token0_, address token1_) external {
        token0 = token0_;
        token1 = token1_;
    }

    function behave(Way way_, uint256 owed_, address accomplice_, bytes calldata payload_) external {
        way = way_;
        owed = owed_;
        accomplice = accomplice_;
        payload = payload_;
    }

    function slot0() external pure returns (uint160 sqrtPriceX96, int24 tick) {
        return (1 << 96, 0);
    }

    function liquidity() external pure returns (uint128) {
        return 0;
    }

    function mint(address recipient, int24, int24, uint128, bytes calldata) external returns (uint256, uint256) {
        if (way == Way.KeepSilent) return (0, 0);
        if (way == Way.AskAsPancake) {
            IMintCallback(recipient).pancakeV3MintCallback(owed, owed, "");
            return (owed, owed);
        }
        if (way == Way.SendAnother) {
            HostilePool(accomplice).ask(recipient, owed);
            return (0, 0);
        }
        ask(recipient, owed);
        if (way == Way.AskTwice) ask(recipient, owed);
        if (way == Way.Reenter) {
            bool ok;
            (ok, answer) = recipient.call(payload);
        }
        return (owed, owed);
    }

    function ask(address executor, uint256 amount) public {
        IMintCallback(executor).uniswapV3MintCallback(amount, amount, "");
    }

    function burn(int24, int24, uint128) external pure returns (uint256, uint256) {
        return (0, 0);
    }

    /// Says that it paid.
    function collect(address, int24, int24, uint128, uint128) external view returns (uint128, uint128) {
        return way == Way.LieAtCollect ? (1, 0) : (0, 0);
    }
}

/// @notice Makes hostile pools at the addresses that listPool expects, as a factory of any fork.
contract HostileDeployer {
    address public immutable poolDeployer = address(this);

    function deploy(address token0, address token1) external returns (HostilePool pool) {
        pool = new HostilePool{ salt: keccak256(abi.encode(token0, token1, uint24(3000))) }();
        pool.set(token0, token1);
    }
}

/// @notice A block producer that does something with the control that a tip gives it.
contract Producer {
    address private _target;
    bytes private _payload;
    bool private _refuse;
    bytes public answer;

    function behave(bool refuse, address target, bytes calldata payload) external {
        (_refuse, _target, _payload) = (refuse, target, payload);
    }

    receive() external payable {
        require(!_refuse, "refused");
        bool ok;
        if (_target != address(0)) (ok, answer) = _target.call(_payload);
    }
}
