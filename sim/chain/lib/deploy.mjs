// Deploys the real contracts on a fresh local node, fills the pools and describes it all in a manifest (README.md).
// SPDX-License-Identifier: Apache-2.0
import { MaxUint256, ZeroAddress, ZeroHash, getCreateAddress, keccak256, toQuantity } from "ethers";
import { BYSTANDERS, COINBASE, DEPLOYER, GUARDIAN, PROVIDERS, SWAPPERS, addresses, wallet } from "./accounts.mjs";
import { CHAIN_ID, GENESIS_TIMESTAMP } from "./anvil.mjs";
import { PERMIT2_ADDRESS, artifact, build_contracts, creation_code, permit2_code, pool_init_code_hash } from "./artifacts.mjs";
import { POOLS, POSITIONS, TICK_SPACING, TOKENS, fair_sqrt_price_x96, position_ticks, price_x96, units_for } from "./market.mjs";
import { PERMIT2_ABI, POOL_ABI } from "./abis.mjs";
import { weight_of } from "./executor.mjs";
import { deploy_safe, impersonate_safe, release_safe } from "./safe.mjs";
import { Sender } from "./sender.mjs";

const ETHER = 10n ** 18n;
// The most that a tip, a mint and a block may cost; a mint here puts some hundred ether into a pool.
const TIP_CAP_WEI = 5n * ETHER;
const TRANSACTION_CAP_WEI = 2_000n * ETHER;
const BLOCK_CAP_WEI = 10_000n * ETHER;
const GWEI = 10n ** 9n;
const UNISWAP_V3 = 0; // the executor's enum Fork
const LOOSEN_DELAY_S = 0n; // operators and pools are set up at once here
const TIP_FUND_WEI = 50n * ETHER;
const STAKE_WEI = 100_000n * ETHER; // what every provider and swapper has of each token, by value
const MAX_UINT48 = 2n ** 48n - 1n;
const MAX_UINT160 = 2n ** 160n - 1n;
export const FAR_DEADLINE = 4_102_444_800n; // 2100-01-01

/**
 * @param {{rpc, rpc_url, ws_url, pid}} node a fresh chain from start_anvil; with_safe: the executor belongs to a Safe, 3 of 5
 * @returns {Promise<object>} the manifest
 */
export async function deploy(node, { timestamp = GENESIS_TIMESTAMP, with_safe = false } = {}) {
  build_contracts();
  const sandbox = new Deployment(node, timestamp);
  if (with_safe) await sandbox.owned_by_safe();
  await sandbox.contracts();
  await sandbox.wealth();
  await sandbox.pools();
  await sandbox.positions();
  await sandbox.vault();
  if (with_safe) await release_safe(node.rpc, sandbox.owner);
  return sandbox.manifest();
}

class Deployment {
  constructor(node, timestamp) {
    this.node = node;
    this.rpc = node.rpc;
    this.sender = new Sender(node.rpc, timestamp);
    this.deployer = wallet(DEPLOYER).address;
    this.owner = this.deployer;
    this.address = {};
  }

  async owned_by_safe() {
    this.safe = await deploy_safe(this.rpc, this.sender);
    this.owner = this.safe.address;
    this.sender.start_at(this.owner, await impersonate_safe(this.rpc, this.owner));
  }

  /** Deploys one contract from the deployer; its address is known before it is mined. */
  create(name, kind, args = []) {
    const nonce = this.sender.send(this.deployer, { data: creation_code(kind, args), what: `deployment of ${name}` });
    this.address[name] = getCreateAddress({ from: this.deployer, nonce });
    return this.address[name];
  }

  call(from, kind, to, method, args, value = 0n) {
    const data = artifact(kind).abi.encodeFunctionData(method, args);
    this.sender.send(kind === "JitExecutor" ? this.owner : from, { to, data, value, what: `${kind}.${method}` });
  }

  async contracts() {
    await this.rpc.batch([["anvil_setCoinbase", COINBASE], ["anvil_setCode", PERMIT2_ADDRESS, permit2_code()]]);
    this.address.permit2 = PERMIT2_ADDRESS;
    const weth9 = this.create("weth9", "weth9");
    const v3_factory = this.create("v3_factory", "v3_factory");
    // The descriptor only draws pictures (tokenURI); nothing here asks for one.
    const position_manager = this.create("position_manager", "position_manager", [v3_factory, weth9, ZeroAddress]);
    this.create("swap_router", "swap_router", [v3_factory, weth9]);
    this.create("swap_router02", "swap_router02", [ZeroAddress, v3_factory, position_manager, weth9]);
    this.create("quoter_v2", "quoter_v2", [v3_factory, weth9]);
    this.create("universal_router", "universal_router", [universal_router_parameters(this.address)]);
    const caps = [TRANSACTION_CAP_WEI, BLOCK_CAP_WEI, TIP_CAP_WEI].map((wei) => wei / GWEI);
    this.create("executor", "JitExecutor", [this.owner, wallet(GUARDIAN).address, ...caps, LOOSEN_DELAY_S]);
    this.tokens = TOKENS.map((token) => ({
      ...token,
      address: token.symbol === "WETH" ? weth9 : this.create(token.symbol, "erc20", [token.symbol, token.symbol, token.decimals]),
    }));
    this.call(this.deployer, "v3_factory", v3_factory, "enableFeeAmount", [100, TICK_SPACING[100]]);
    await this.sender.flush();
  }

  /** Tokens for everyone who trades, and their approvals. */
  async wealth() {
    for (const token of this.tokens) {
      for (const owner of addresses([...PROVIDERS, ...SWAPPERS])) this.#give(token, owner, units_for(token, STAKE_WEI));
      const { swap_router, swap_router02, universal_router, position_manager } = this.address;
      for (const owner of addresses(PROVIDERS)) this.#approve(token, owner, position_manager);
      for (const owner of addresses(SWAPPERS)) {
        for (const spender of [swap_router, swap_router02, PERMIT2_ADDRESS]) this.#approve(token, owner, spender);
        const data = PERMIT2_ABI.encodeFunctionData("approve", [token.address, universal_router, MAX_UINT160, MAX_UINT48]);
        this.sender.send(owner, { to: PERMIT2_ADDRESS, data, what: "permit2.approve" });
      }
    }
    await this.sender.flush();
  }

  #give(token, owner, units) {
    if (token.symbol === "WETH") this.call(owner, "weth9", token.address, "deposit", [], units);
    else this.call(this.deployer, "erc20", token.address, "mint", [owner, units]);
  }

  #approve(token, owner, spender) {
    this.call(owner, "erc20", token.address, "approve", [spender, MaxUint256]);
  }

  async pools() {
    const by_symbol = new Map(this.tokens.map((token) => [token.symbol, token]));
    this.markets = POOLS.map((pool, pool_id) => {
      const [token0, token1] = pool.tokens.map((symbol) => by_symbol.get(symbol)).sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
      return { ...pool, pool_id, token0, token1, tick_spacing: TICK_SPACING[pool.fee] };
    });
    for (const { token0, token1, fee } of this.markets) {
      const args = [token0.address, token1.address, fee, fair_sqrt_price_x96(token0, token1)];
      this.call(this.deployer, "position_manager", this.address.position_manager, "createAndInitializePoolIfNecessary", args);
    }
    await this.sender.flush();
    for (const { address } of this.tokens) this.call(this.deployer, "JitExecutor", this.address.executor, "listToken", [address]);
    for (const market of this.markets) {
      const data = artifact("v3_factory").abi.encodeFunctionData("getPool", [market.token0.address, market.token1.address, market.fee]);
      const result = await this.rpc.call("eth_call", { to: this.address.v3_factory, data }, "latest");
      [market.address] = artifact("v3_factory").abi.decodeFunctionResult("getPool", result);
      const slot0 = await this.rpc.call("eth_call", { to: market.address, data: POOL_ABI.encodeFunctionData("slot0") }, "latest");
      market.tick = Number(POOL_ABI.decodeFunctionResult("slot0", slot0).tick);
      if (market.fee_protocol) {
        this.sender.send(this.deployer, {
          to: market.address,
          data: POOL_ABI.encodeFunctionData("setFeeProtocol", market.fee_protocol),
          what: "setFeeProtocol",
        });
      }
      const weights = [market.token0, market.token1].map((token) => weight_of(price_x96(token)));
      const args = [market.address, this.address.v3_factory, pool_init_code_hash(), UNISWAP_V3, ...weights];
      this.call(this.deployer, "JitExecutor", this.address.executor, "listPool", args);
    }
  }

  async positions() {
    this.markets.forEach((market, index) => {
      POSITIONS.forEach((position, at) => {
        const { lower, upper } = position_ticks(market.tick, market.tick_spacing, position);
        const provider = addresses(PROVIDERS)[(index + at) % PROVIDERS.length];
        const amount = (token) => units_for(token, position.side_wei * market.depth);
        const { token0, token1, fee } = market;
        const params = [token0.address, token1.address, fee, lower, upper, amount(token0), amount(token1), 0, 0, provider, FAR_DEADLINE];
        this.call(provider, "position_manager", this.address.position_manager, "mint", [params]);
      });
    });
    await this.sender.flush();
  }

  /** The executor is the vault: its inventory, and ether for tips. */
  async vault() {
    for (const token of this.tokens) {
      const units = token.vault * 10n ** BigInt(token.decimals);
      if (token.symbol === "WETH") {
        this.call(this.deployer, "weth9", token.address, "deposit", [], units);
        this.call(this.deployer, "weth9", token.address, "transfer", [this.address.executor, units]);
      } else {
        this.#give(token, this.address.executor, units);
      }
    }
    this.sender.send(this.deployer, { to: this.address.executor, value: TIP_FUND_WEI, what: "funding of tips" });
    await this.sender.flush();
  }

  async manifest() {
    const head = await this.rpc.call("eth_getBlockByNumber", "latest", false);
    const code_hash = await this.#code_hashes();
    const { executor, v3_factory, swap_router, swap_router02, universal_router } = this.address;
    const names = ["weth9", "v3_factory", "position_manager", "swap_router", "swap_router02", "universal_router", "permit2", "quoter_v2"];
    const router = (kind, address) => ({ kind, address, factory: v3_factory });
    return {
      format: 1,
      chain_id: CHAIN_ID,
      rpc_url: this.node.rpc_url,
      ws_url: this.node.ws_url,
      anvil_pid: this.node.pid,
      block_number: Number(head.number),
      block_hash: head.hash,
      coinbase: COINBASE,
      executor: {
        address: executor,
        code_hash: code_hash.get(executor),
        owner: this.owner,
        guardian: wallet(GUARDIAN).address,
        transaction_cap_wei: TRANSACTION_CAP_WEI.toString(),
        block_cap_wei: BLOCK_CAP_WEI.toString(),
        tip_cap_wei: TIP_CAP_WEI.toString(),
        operators: [],
        eth_wei: TIP_FUND_WEI.toString(),
      },
      contracts: Object.fromEntries(
        names.map((name) => [name, { address: this.address[name], code_hash: code_hash.get(this.address[name]) }]),
      ),
      factories: [{ kind: "uniswap_v3", address: v3_factory, deployer: v3_factory, init_code_hash: pool_init_code_hash() }],
      routers: [
        router("swap_router", swap_router),
        router("swap_router02", swap_router02),
        router("universal_router_v2", universal_router),
      ],
      tokens: this.tokens.map((token) => ({
        symbol: token.symbol,
        address: token.address,
        decimals: token.decimals,
        code_hash: code_hash.get(token.address),
        price_x96: price_x96(token).toString(),
        vault: (token.vault * 10n ** BigInt(token.decimals)).toString(),
      })),
      pools: this.markets.map((market) => this.#describe(market, code_hash)),
      ...(this.safe ? { safe: this.safe } : {}),
      accounts: {
        deployer: this.deployer,
        guardian: wallet(GUARDIAN).address,
        providers: addresses(PROVIDERS),
        swappers: addresses(SWAPPERS),
        bystanders: addresses(BYSTANDERS),
      },
    };
  }

  #describe(market, code_hash) {
    const [low, high] = market.fee_protocol ?? [0, 0];
    return {
      pool_id: market.pool_id,
      address: market.address,
      kind: "uniswap_v3",
      factory: this.address.v3_factory,
      code_hash: code_hash.get(market.address),
      token0: market.token0.address,
      token1: market.token1.address,
      symbols: [market.token0.symbol, market.token1.symbol],
      fee: market.fee,
      tick_spacing: market.tick_spacing,
      fee_protocol: low + (high << 4),
      price0_x96: price_x96(market.token0).toString(),
      price1_x96: price_x96(market.token1).toString(),
    };
  }

  async #code_hashes() {
    const all = [...Object.values(this.address), ...this.tokens.map((token) => token.address), ...this.markets.map((market) => market.address)];
    const codes = await this.rpc.batch(all.map((address) => ["eth_getCode", address, "latest"]));
    return new Map(all.map((address, index) => [address, keccak256(codes[index])]));
  }
}

/** Only what V3 swaps need; the V2, V4 and bridge addresses stay zero. */
function universal_router_parameters({ permit2, weth9, v3_factory, position_manager }) {
  return [permit2, weth9, ZeroAddress, v3_factory, ZeroHash, pool_init_code_hash(), ZeroAddress, position_manager, ZeroAddress, ZeroAddress];
}

/** Lets signers mint and burn, and gives them ether for gas. Mines one block. */
export async function add_operators(rpc, manifest, operators, { gas_wei = 10n * ETHER } = {}) {
  const { address, owner } = manifest.executor;
  if (manifest.safe) await impersonate_safe(rpc, owner);
  const calls = operators.map((operator) => [
    "eth_sendTransaction",
    { from: owner, to: address, data: artifact("JitExecutor").abi.encodeFunctionData("setOperator", [operator, true]), gas: toQuantity(100_000) },
  ]);
  // One at a time: the node numbers the owner's transactions as they come.
  const hashes = [];
  for (const call of calls) hashes.push(await rpc.call(...call));
  await rpc.batch(operators.map((operator) => ["anvil_setBalance", operator, toQuantity(gas_wei)]));
  await rpc.call("evm_mine");
  if (manifest.safe) await release_safe(rpc, owner);
  for (const hash of hashes) {
    const receipt = await rpc.call("eth_getTransactionReceipt", hash);
    if (receipt?.status !== "0x1") throw new Error(`setOperator failed (${hash})`);
  }
  manifest.executor.operators = [...new Set([...manifest.executor.operators, ...operators])];
}
