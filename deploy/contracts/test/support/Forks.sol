// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { Fork } from "../../src/Words.sol";
import { Base } from "./Base.sol";
import { ICanonicalFactory, PancakeDeployer } from "./Canonical.sol";

/// @notice Pools of the other forks, beside Base's of Uniswap.
abstract contract Forks is Base {
    /// Mainnet's code hash of PancakeSwap V3 pools.
    bytes32 internal constant PANCAKE_INIT_CODE_HASH =
        0x6ce8eb472fa82df5469c6ab6d485f17c3ad13c8cd7af59b3d4a8026c5ce0f7e2;

    function _pancakeFactory() internal returns (ICanonicalFactory) {
        string memory artifacts = "../../node_modules/@pancakeswap/v3-core/artifacts/contracts/";
        bytes memory poolCode = vm.getCode(string.concat(artifacts, "PancakeV3Pool.sol/PancakeV3Pool.json"));
        bytes memory factoryCode = vm.getCode(string.concat(artifacts, "PancakeV3Factory.sol/PancakeV3Factory.json"));
        PancakeDeployer deployer = new PancakeDeployer(poolCode);
        return ICanonicalFactory(_create(bytes.concat(factoryCode, abi.encode(deployer))));
    }

    /// SushiSwap's pools are Uniswap's code, made by a factory of its own.
    function _sushiFactory() internal returns (ICanonicalFactory) {
        return
            ICanonicalFactory(_create(vm.getCode(string.concat(V3_CORE, "UniswapV3Factory.sol/UniswapV3Factory.json"))));
    }

    /// A pool of PancakeSwap's 0.25 % tier with the tokens at hand, listed.
    function _pancakePool() internal returns (ICanonicalFactory pancake) {
        pancake = _pancakeFactory();
        _fill(pancake.createPool(address(token0), address(token1), 2500));
        poolId = executor.listPool(pool, address(pancake), PANCAKE_INIT_CODE_HASH, Fork.PancakeV3, ONE, ONE);
    }

    /// A pool of SushiSwap's 0.3 % tier with the tokens at hand, not listed.
    function _sushiPool() internal returns (ICanonicalFactory sushi) {
        sushi = _sushiFactory();
        _fill(sushi.createPool(address(token0), address(token1), 3000));
    }

    function _listSushi(ICanonicalFactory sushi) internal {
        poolId = executor.listPool(pool, address(sushi), V3_INIT_CODE_HASH, Fork.SushiV3, ONE, ONE);
    }

    function pancakeV3MintCallback(uint256 amount0, uint256 amount1, bytes calldata) external {
        token0.transfer(msg.sender, amount0);
        token1.transfer(msg.sender, amount1);
    }
}
