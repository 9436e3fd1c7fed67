// A pool that swaps at any price and pays nobody: the routers' own code runs to its end, and the trace shows what they asked of it.
// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

interface ISwapCallback {
    function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes calldata data) external;
}

contract RecordingPool {
    /// Gives 1000 for any exact input and takes 1000 for any exact output.
    function swap(address, bool zeroForOne, int256 amount, uint160, bytes calldata data) external returns (int256 amount0, int256 amount1) {
        (int256 taken, int256 given) = amount > 0 ? (amount, int256(-1000)) : (int256(1000), amount);
        (amount0, amount1) = zeroForOne ? (taken, given) : (given, taken);
        ISwapCallback(msg.sender).uniswapV3SwapCallback(amount0, amount1, data);
    }
}
