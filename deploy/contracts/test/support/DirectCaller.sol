// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { IERC20, IV3Pool } from "../../src/Interfaces.sol";

/// @notice The least that anybody can do to mint and burn in a pool, without any check: what the executor's gas is compared with.
contract DirectCaller {
    address private immutable _pool;
    IERC20 private immutable _token0;
    IERC20 private immutable _token1;

    constructor(address pool) {
        _pool = pool;
        _token0 = IERC20(IV3Pool(pool).token0());
        _token1 = IERC20(IV3Pool(pool).token1());
    }

    function mint(int24 lower, int24 upper, uint128 liquidity) external {
        IV3Pool(_pool).mint(address(this), lower, upper, liquidity, "");
    }

    function uniswapV3MintCallback(uint256 amount0, uint256 amount1, bytes calldata) external {
        _pay(amount0, amount1);
    }

    function pancakeV3MintCallback(uint256 amount0, uint256 amount1, bytes calldata) external {
        _pay(amount0, amount1);
    }

    function burn(int24 lower, int24 upper, uint128 liquidity) external {
        IV3Pool(_pool).burn(lower, upper, liquidity);
        IV3Pool(_pool).collect(address(this), lower, upper, type(uint128).max, type(uint128).max);
    }

    function _pay(uint256 amount0, uint256 amount1) private {
        // No check on purpose: this is the yardstick.
        // forge-lint: disable-start(erc20-unchecked-transfer)
        if (amount0 > 0) _token0.transfer(_pool, amount0);
        if (amount1 > 0) _token1.transfer(_pool, amount1);
        // forge-lint: disable-end(erc20-unchecked-transfer)
    }
}
