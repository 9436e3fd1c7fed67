// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { JitExecutor } from "../../src/JitExecutor.sol";
import { Weight } from "../../src/Words.sol";

/// @notice Everything that the two calls of one plan say.
struct Plan {
    uint16 poolId;
    int24 lower;
    int24 upper;
    uint64 blockNumber;
    uint128 liquidity;
    bytes32 parent;
    uint128 max0;
    uint128 max1;
    uint160 price;
    int24 tick;
    uint128 poolLiquidity;
    uint128 min0;
    uint128 min1;
    uint80 tipWei;
    uint96 minProceedsWei;
    Weight price0;
    Weight price1;
}

/// @notice The packed calldata of a plan, written down apart from the contract that reads it.
library Plans {
    function mintCall(Plan memory plan) internal pure returns (bytes memory) {
        bytes memory bounds = abi.encodePacked(plan.max0, plan.max1, plan.price, plan.tick, plan.poolLiquidity);
        return abi.encodePacked(JitExecutor.mint.selector, head(plan), plan.parent, bounds);
    }

    function burnCall(Plan memory plan) internal pure returns (bytes memory) {
        (uint40 price0, uint40 price1) = (Weight.unwrap(plan.price0), Weight.unwrap(plan.price1));
        bytes memory terms = abi.encodePacked(plan.min0, plan.min1, plan.tipWei, plan.minProceedsWei, price0, price1);
        return abi.encodePacked(JitExecutor.burn.selector, head(plan), terms);
    }

    function head(Plan memory plan) internal pure returns (bytes memory) {
        return abi.encodePacked(plan.poolId, plan.lower, plan.upper, plan.blockNumber, plan.liquidity);
    }
}
