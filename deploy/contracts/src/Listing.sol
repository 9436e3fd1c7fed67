// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { IPancakeFactory, IV3Pool } from "./Interfaces.sol";
import { Rights } from "./Rights.sol";
import { Fork, PoolWord, PoolWords, Weight } from "./Words.sol";

/// @title The tokens and pools that the owner allows
/// @notice A pool is listed only when its factory made it and both of its tokens are listed.
abstract contract Listing is Rights {
    /// @notice The tokens that listed pools may have.
    mapping(address token => bool listed) public isToken;
    /// @notice How many numbers have been given out to pools; they run from 0.
    uint16 public poolCount;
    mapping(uint16 poolId => PoolWord word) private _pools;
    mapping(address pool => uint256 idPlusOne) private _poolIds;
    /// Every pool that was ever listed with this token.
    mapping(address token => uint16[] poolIds) private _poolsOf;

    event TokenListed(address indexed token);
    event TokenUnlisted(address indexed token);
    event PoolListed(
        uint16 indexed poolId, address indexed pool, address indexed factory, bytes32 initCodeHash, Fork fork
    );
    event PoolUnlisted(uint16 indexed poolId, address indexed pool);
    event WeightsSet(uint16 indexed poolId, Weight weight0, Weight weight1);

    error UnknownPool(uint16 poolId);
    error UnlistedPool(uint16 poolId);
    error UnlistedToken(address token);
    error AlreadyListed(address pool);
    error NotFactoryPool(address pool, address expected);
    error BadWeight(Weight weight);

    /// @notice Allows a token.
    function listToken(address token) external onlyOwner {
        require(token != address(0), ZeroAddress());
        _loosen();
        isToken[token] = true;
        emit TokenListed(token);
    }

    /// @notice Forbids a token, and every pool that has it.
    function unlistToken(address token) external onlyOwner {
        isToken[token] = false;
        uint16[] memory ids = _poolsOf[token];
        for (uint256 i = 0; i < ids.length; ++i) {
            if (_pools[ids[i]].listed()) _unlist(ids[i]);
        }
        emit TokenUnlisted(token);
    }

    /// @notice Adds a pool to the list after proving that its factory made it.
    /// @param factory the fork's factory
    /// @param initCodeHash keccak256 of the fork's pool creation code
    /// @param weight0 what a unit of token0 counts against the caps, normalised; likewise weight1
    /// @return poolId the number to use in mint and burn; a pool that was listed before keeps its number
    function listPool(address pool, address factory, bytes32 initCodeHash, Fork fork, Weight weight0, Weight weight1)
        external
        onlyOwner
        returns (uint16 poolId)
    {
        _loosen();
        address token0 = IV3Pool(pool).token0();
        address token1 = IV3Pool(pool).token1();
        require(isToken[token0], UnlistedToken(token0));
        require(isToken[token1], UnlistedToken(token1));
        address deployer = fork == Fork.PancakeV3 ? IPancakeFactory(factory).poolDeployer() : factory;
        bytes32 salt = keccak256(abi.encode(token0, token1, IV3Pool(pool).fee()));
        bytes32 proof = keccak256(abi.encodePacked(hex"ff", deployer, salt, initCodeHash));
        address proved = address(uint160(uint256(proof)));
        require(pool == proved, NotFactoryPool(pool, proved));
        poolId = _numberOf(pool, token0, token1);
        emit PoolListed(poolId, pool, factory, initCodeHash, fork);
        _set(poolId, pool, fork, weight0, weight1);
    }

    /// @notice Forbids minting and burning in a pool; a position left in it can still be unwound.
    function unlistPool(uint16 poolId) external onlyOwner {
        _listed(poolId);
        _unlist(poolId);
    }

    /// @notice Changes what units of a pool's tokens count against the caps.
    function setWeights(uint16 poolId, Weight weight0, Weight weight1) external onlyOwner {
        PoolWord word = _listed(poolId);
        if (weight0.below(word.weight0()) || weight1.below(word.weight1())) _loosen();
        _set(poolId, word.pool(), word.fork(), weight0, weight1);
    }

    /// @notice What is known of the pool behind a number.
    function pools(uint16 poolId)
        external
        view
        returns (address pool, bool listed, Fork fork, Weight weight0, Weight weight1)
    {
        PoolWord word = _known(poolId);
        return (word.pool(), word.listed(), word.fork(), word.weight0(), word.weight1());
    }

    /// The pool behind a number that was given out, listed now or not.
    function _known(uint16 poolId) internal view returns (PoolWord word) {
        word = _pools[poolId];
        require(word.pool() != address(0), UnknownPool(poolId));
    }

    function _listed(uint16 poolId) internal view returns (PoolWord word) {
        word = _known(poolId);
        require(word.listed(), UnlistedPool(poolId));
    }

    /// The number that a pool has, or a new one.
    function _numberOf(address pool, address token0, address token1) private returns (uint16 poolId) {
        uint256 idPlusOne = _poolIds[pool];
        if (idPlusOne != 0) {
            // forge-lint: disable-next-line(unsafe-typecast) -- made from a uint16 below
            poolId = uint16(idPlusOne - 1);
            require(!_pools[poolId].listed(), AlreadyListed(pool));
            return poolId;
        }
        // Checked arithmetic: it reverts after 65,535 pools.
        poolId = poolCount;
        poolCount = poolId + 1;
        _poolIds[pool] = uint256(poolId) + 1;
        _poolsOf[token0].push(poolId);
        _poolsOf[token1].push(poolId);
    }

    function _set(uint16 poolId, address pool, Fork fork, Weight weight0, Weight weight1) private {
        require(weight0.mantissa() >= 1 << 31, BadWeight(weight0));
        require(weight1.mantissa() >= 1 << 31, BadWeight(weight1));
        _pools[poolId] = PoolWords.make(pool, weight0, weight1, fork, true);
        emit WeightsSet(poolId, weight0, weight1);
    }

    function _unlist(uint16 poolId) private {
        PoolWord word = _pools[poolId];
        _pools[poolId] = PoolWords.make(word.pool(), word.weight0(), word.weight1(), word.fork(), false);
        emit PoolUnlisted(poolId, word.pool());
    }
}
