// Compiled contracts: Uniswap's from their npm packages, ours from deploy/contracts/out.
// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, statSync, utimesSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Interface, AbiCoder, concat, keccak256 } from "ethers";

export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const NPM = `${ROOT}node_modules/`;
const CONTRACTS = `${ROOT}deploy/contracts/`;

const V3_CORE = "@uniswap/v3-core/artifacts/contracts";
const PERIPHERY = "@uniswap/v3-periphery/artifacts/contracts";
const ROUTERS = "@uniswap/swap-router-contracts/artifacts/contracts";
const PANCAKE_CORE = "@pancakeswap/v3-core/artifacts/contracts";
const PATHS = {
  v3_factory: `${V3_CORE}/UniswapV3Factory.sol/UniswapV3Factory.json`,
  v3_pool: `${V3_CORE}/UniswapV3Pool.sol/UniswapV3Pool.json`,
  weth9: "canonical-weth/build/contracts/WETH9.json",
  position_manager: `${PERIPHERY}/NonfungiblePositionManager.sol/NonfungiblePositionManager.json`,
  swap_router: `${PERIPHERY}/SwapRouter.sol/SwapRouter.json`,
  swap_router02: `${ROUTERS}/SwapRouter02.sol/SwapRouter02.json`,
  quoter_v2: `${ROUTERS}/lens/QuoterV2.sol/QuoterV2.json`,
  universal_router: "@uniswap/universal-router/artifacts/contracts/UniversalRouter.sol/UniversalRouter.json",
  pancake_factory: `${PANCAKE_CORE}/PancakeV3Factory.sol/PancakeV3Factory.json`,
  pancake_pool: `${PANCAKE_CORE}/PancakeV3Pool.sol/PancakeV3Pool.json`,
  erc20: "@uniswap/v4-periphery/foundry-out/MockERC20.sol/MockERC20.json", // solmate's token with an open mint
};
const PERMIT2_SOURCE = "@uniswap/v4-periphery/lib/permit2/test/utils/DeployPermit2.sol";

/** Where Permit2 is on every chain; UniversalRouter's users approve it there. */
export const PERMIT2_ADDRESS = "0x000000000022D473030F116dDEE9F6B43aC78BA3";

/** Our contracts that lie in a file of another name. */
const FILE_OF = { Token: "Tokens", FeeOnTransferToken: "Tokens", Trader: "Pools", PancakeDeployer: "Canonical" };
const output_of = (name) => `${CONTRACTS}out/${FILE_OF[name] ?? name}.sol/${name}.json`;

const loaded = new Map();

/** @returns {{abi: Interface, bytecode: string}} of a name in PATHS, or of our own contract (`JitExecutor`) */
export function artifact(name) {
  if (!loaded.has(name)) {
    const file = PATHS[name] ? NPM + PATHS[name] : output_of(name);
    const json = JSON.parse(readFileSync(file, "utf8"));
    loaded.set(name, { abi: new Interface(json.abi), bytecode: json.bytecode.object ?? json.bytecode });
  }
  return loaded.get(name);
}

/** Creation code with its constructor's arguments. */
export function creation_code(name, args = []) {
  const { abi, bytecode } = artifact(name);
  return concat([bytecode, AbiCoder.defaultAbiCoder().encode(abi.deploy.inputs, args)]);
}

/** keccak256 of the pool's creation code: what CREATE2 addresses of pools are made with. */
export const pool_init_code_hash = () => keccak256(artifact("v3_pool").bytecode);

/** Permit2's published runtime code, which its own test helper carries as a literal. */
export function permit2_code() {
  const match = /hex"([0-9a-f]+)"/.exec(readFileSync(NPM + PERMIT2_SOURCE, "utf8"));
  if (!match) throw new Error(`no bytecode in ${PERMIT2_SOURCE}`);
  return `0x${match[1]}`;
}

/** What else goes onto sandbox chains: the gas table's yardstick, trader and PancakeSwap's deployer, and tokens that misbehave. */
const SUPPORT = ["DirectCaller", "Tokens", "Pools", "Canonical"].map((file) => `test/support/${file}.sol`);

/** Compiles the executor when its output is missing or older than a source. */
export function build_contracts() {
  const outputs = ["JitExecutor", "DirectCaller", "FeeOnTransferToken", "Trader", "PancakeDeployer"].map(output_of);
  const sources = readdirSync(`${CONTRACTS}src`).map((file) => `src/${file}`);
  const inputs = [...sources, ...SUPPORT, "foundry.toml"].map((file) => statSync(CONTRACTS + file).mtimeMs);
  const oldest = Math.min(...outputs.map((file) => (existsSync(file) ? statSync(file).mtimeMs : 0)));
  if (oldest >= Math.max(...inputs)) return;
  execFileSync(`${CONTRACTS}tools/forge.sh`, ["build", "src", ...SUPPORT], { stdio: ["ignore", "ignore", "inherit"] });
  // forge leaves alone what did not change in substance: say that it was looked at.
  for (const file of outputs) utimesSync(file, new Date(), new Date());
}
