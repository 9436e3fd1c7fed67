// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What the tests use of the canonical factory (npm @uniswap/v3-core).
interface ICanonicalFactory {
    function owner() external view returns (address);
    function enableFeeAmount(uint24 fee, int24 tickSpacing) external;
    function createPool(address tokenA, address tokenB, uint24 fee) external returns (address pool);
}

/// @notice What the tests use of the canonical pool beyond what the executor uses.
interface ICanonicalPool {
    function initialize(uint160 sqrtPriceX96) external;
    function setFeeProtocol(uint8 feeProtocol0, uint8 feeProtocol1) external;
    function tickSpacing() external view returns (int24);
    function liquidity() external view returns (uint128);
    function maxLiquidityPerTick() external view returns (uint128);
    function positions(bytes32 key)
        external
        view
        returns (uint128 liquidity, uint256 growth0, uint256 growth1, uint128 owed0, uint128 owed1);
    function swap(
        address recipient,
        bool zeroForOne,
        int256 amountSpecified,
        uint160 sqrtPriceLimitX96,
        bytes calldata data
    ) external returns (int256 amount0, int256 amount1);
}

/// @notice PancakeSwap's canonical factory (npm @pancakeswap/v3-core) has its pools made by another contract. Its package does not
/// have that one; this does the same.
contract PancakeDeployer {
    struct Parameters {
        address factory;
        address token0;
        address token1;
        uint24 fee;
        int24 tickSpacing;
    }

    Parameters public parameters;
    bytes private _creationCode;

    constructor(bytes memory creationCode) {
        _creationCode = creationCode;
    }

    function deploy(address factory, address token0, address token1, uint24 fee, int24 tickSpacing)
        external
        returns (address pool)
    {
        parameters = Parameters(factory, token0, token1, fee, tickSpacing);
        bytes memory code = _creationCode;
        bytes32 salt = keccak256(abi.encode(token0, token1, fee));
        assembly ("memory-safe") {
            pool := create2(0, add(code, 32), mload(code), salt)
        }
        delete parameters;
    }
}
