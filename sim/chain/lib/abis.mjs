// The interfaces that are used without an artifact at hand.
// SPDX-License-Identifier: Apache-2.0
import { Interface } from "ethers";
import { artifact } from "./artifacts.mjs";

export const POOL_ABI = artifact("v3_pool").abi;
export const PERMIT2_ABI = new Interface(["function approve(address token, address spender, uint160 amount, uint48 expiration)"]);
