// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What the executor uses of a token.
interface IERC20 {
    function balanceOf(address account) external view returns (uint256);
    function transfer(address to, uint256 amount) external returns (bool);
}

/// @notice What the executor uses of a pool of Uniswap V3 or a fork of it.
interface IV3Pool {
    function token0() external view returns (address);
    function token1() external view returns (address);
    function fee() external view returns (uint24);
    /// The forks differ after the second word (PancakeSwap's feeProtocol is a uint32); only the first two are read.
    function slot0() external view returns (uint160 sqrtPriceX96, int24 tick);
    function liquidity() external view returns (uint128);
    function mint(address recipient, int24 tickLower, int24 tickUpper, uint128 amount, bytes calldata data)
        external
        returns (uint256 amount0, uint256 amount1);
    function burn(int24 tickLower, int24 tickUpper, uint128 amount) external returns (uint256 amount0, uint256 amount1);
    function collect(
        address recipient,
        int24 tickLower,
        int24 tickUpper,
        uint128 amount0Requested,
        uint128 amount1Requested
    ) external returns (uint128 amount0, uint128 amount1);
}

/// @notice What the executor uses of PancakeSwap's factory, whose pools are made by another contract.
interface IPancakeFactory {
    function poolDeployer() external view returns (address);
}
