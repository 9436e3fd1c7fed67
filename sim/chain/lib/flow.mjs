// What the swappers send, as a function of the manifest, the seed and the senders' nonces: never of the clock or of the pools' state.
// SPDX-License-Identifier: Apache-2.0
import { Transaction, hexlify, parseUnits } from "ethers";
import { BABBLER, BYSTANDERS, MINNOWS, WHALES, wallet } from "./accounts.mjs";
import { DAMAGE, FORMS } from "./forms.mjs";
import { POOLS, Q96, sqrt } from "./market.mjs";
import { Random } from "./random.mjs";

const ETHER = 10n ** 18n;
const PPM = 1_000_000n;
const DEADLINE = 4_102_444_800n; // 2100-01-01: the chain's clock does not matter
const PAST = 1_000_000_000n;
const TOLERANCE_PPM = [20_000n, 40_000n]; // what a swapper gives away at most, beyond fees
const LARGE_WEI = [8n * ETHER, 25n * ETHER]; // times the pool's depth
const SMALL_WEI = [ETHER / 1000n, ETHER / 2n];
const GAS_LIMIT = 900_000n;
const TRANSFER_GAS = 30_000n; // an access list costs beyond the 21,000

export const DEFAULTS = { large_every: 6, transfer_percent: 25, malformed_percent: 5, slippage_percent: 6, expired_percent: 4 };

/**
 * An endless sequence of {intent, raw}: raw is a signed transaction (or damaged bytes), intent says in plain fields what it is.
 * @param {object} manifest of the sandbox
 * @param {number|bigint} seed
 * @param {Map<number, number>} nonces account index -> its next nonce; advanced here
 */
export function* flow(manifest, seed, nonces, options = {}) {
  const settings = { ...DEFAULTS, ...options };
  const world = new World(manifest, new Random(seed), nonces);
  for (let index = 0; ; index += 1) {
    const { random } = world;
    if (index % settings.large_every === settings.large_every - 1) yield world.swap(index, true, settings);
    else if (random.chance(settings.malformed_percent)) yield world.malformed(index);
    else if (random.chance(settings.transfer_percent)) yield world.transfer(index);
    else yield world.swap(index, false, settings);
  }
}

class World {
  #large_count = 0;
  #last_direction = new Map(); // pool_id -> zero_for_one of the last large swap

  constructor(manifest, random, nonces) {
    this.manifest = manifest;
    this.random = random;
    this.nonces = nonces;
    this.tokens = new Map(manifest.tokens.map((token) => [token.address, token]));
    this.weth = manifest.contracts.weth9.address;
    this.routes = all_routes(manifest.pools);
  }

  swap(index, large, settings) {
    const { random } = this;
    // Large swaps take every form in turn, so that a short run shows many.
    const form = large ? FORMS[(this.#large_count++ * 7) % FORMS.length] : random.pick(FORMS);
    const account = large ? WHALES[this.#large_count % WHALES.length] : random.pick(MINNOWS);
    const route = this.#route(form, large);
    const { pool, zero_for_one } = exact_hop(form, route);
    const fault = large ? null : this.#fault(form, settings);
    const order = this.#order(form, route, pool, zero_for_one, large, fault, account);
    const { data, value } = form.build(order);
    const to = this.manifest.contracts[form.router].address;
    const signed = this.#sign(account, { to, data, value });
    return {
      raw: signed.serialized,
      intent: {
        index,
        hash: signed.hash,
        what: "swap",
        form: form.name,
        router: form.router,
        type: signed.type,
        from: signed.from,
        pool_id: pool.pool_id,
        zero_for_one,
        exact_in: form.exact_in,
        hops: form.hops,
        token_in: route.tokens[0],
        token_out: route.tokens.at(-1),
        amount: order.amount.toString(),
        limit: order.limit.toString(),
        worth_joining: large,
        fault,
      },
    };
  }

  transfer(index) {
    const [from, to] = this.random.chance(50) ? BYSTANDERS : [...BYSTANDERS].reverse();
    const value = this.random.between_big(1n, ETHER);
    const signed = this.#sign(from, { to: wallet(to).address, data: "0x", value }, TRANSFER_GAS);
    const intent = { index, hash: signed.hash, what: "transfer", type: signed.type, from: signed.from, amount: value.toString() };
    return { raw: signed.serialized, intent };
  }

  malformed(index) {
    const { random } = this;
    if (random.chance(20)) {
      return { raw: hexlify(random.bytes(random.between(1, 200))), intent: { index, what: "malformed", damage: "random_bytes" } };
    }
    const damage = random.pick(Object.keys(DAMAGE));
    const good = this.#sign(BABBLER, { to: wallet(BYSTANDERS[0]).address, data: "0x", value: 1n }, TRANSFER_GAS, false);
    return { raw: DAMAGE[damage](good.serialized), intent: { index, what: "malformed", damage } };
  }

  /** A route that the form can take; large swaps go back and forth, so that a pool's price stays near its fair value. */
  #route(form, large) {
    const fits = this.routes.filter(
      ({ tokens, fees }) =>
        fees.length === form.hops &&
        (form.from !== "WETH" || tokens[0] === this.weth) &&
        (form.to !== "WETH" || tokens.at(-1) === this.weth),
    );
    if (!large) return this.random.pick(fits);
    const turns = fits.filter((route) => {
      const { pool, zero_for_one } = exact_hop(form, route);
      return this.#last_direction.get(pool.pool_id) !== zero_for_one;
    });
    const route = this.random.pick(turns.length > 0 ? turns : fits);
    const { pool, zero_for_one } = exact_hop(form, route);
    this.#last_direction.set(pool.pool_id, zero_for_one);
    return route;
  }

  #fault(form, settings) {
    if (this.random.chance(settings.slippage_percent)) return "slippage";
    // SwapRouter02's plain calls have no deadline.
    if (form.router !== "swap_router02" && this.random.chance(settings.expired_percent)) return "expired";
    return null;
  }

  #order(form, route, pool, zero_for_one, large, fault, account) {
    const { random } = this;
    const depth = POOLS[pool.pool_id]?.depth ?? 1n;
    const value_wei = large ? random.between_big(...LARGE_WEI) * depth : random.between_big(...SMALL_WEI);
    const token_in = this.tokens.get(route.tokens[0]);
    const token_out = this.tokens.get(route.tokens.at(-1));
    const fees = route.fees.reduce((sum, fee) => sum + BigInt(fee), 0n);
    // A swapper whose quote is stale asks for a tenth more than the fair price, and is refused by the pool.
    const given_away = fault === "slippage" ? -100_000n : fees + random.between_big(...TOLERANCE_PPM);
    const fair_in = units(token_in, value_wei);
    const fair_out = units(token_out, value_wei);
    return {
      route,
      trader: wallet(account).address,
      amount: form.exact_in ? fair_in : fair_out,
      limit: form.exact_in ? (fair_out * (PPM - given_away)) / PPM : (fair_in * (PPM + given_away)) / PPM,
      deadline: fault === "expired" ? PAST : DEADLINE,
      sqrt_price_limit_x96: form.price_limit ? this.#price_limit(pool, zero_for_one) : 0n,
    };
  }

  /** Far enough not to be reached: 5 % beyond the fair price. */
  #price_limit(pool, zero_for_one) {
    const fair = sqrt((BigInt(pool.price0_x96) << 192n) / BigInt(pool.price1_x96));
    return zero_for_one ? (fair * 975n) / 1000n : (fair * 1025n) / 1000n;
  }

  #sign(account, { to, data, value }, gas_limit = GAS_LIMIT, counts = true) {
    const nonce = this.nonces.get(account) ?? 0;
    if (counts) this.nonces.set(account, nonce + 1);
    const type = this.random.between(0, 2);
    const request = { type, chainId: BigInt(this.manifest.chain_id), nonce, to, data, value, gasLimit: gas_limit };
    const priority = parseUnits(String(this.random.between(1, 3)), "gwei");
    if (type === 2) Object.assign(request, { maxFeePerGas: parseUnits("40", "gwei"), maxPriorityFeePerGas: priority });
    else request.gasPrice = parseUnits("10", "gwei") + priority;
    if (type === 1) request.accessList = [{ address: to, storageKeys: [] }];
    return sign(wallet(account), request);
  }
}

/** All single hops, and all pairs of hops that share a token and come to a third one. */
function all_routes(pools) {
  const hops = pools.flatMap((pool) => [
    { tokens: [pool.token0, pool.token1], fees: [pool.fee], pools: [pool] },
    { tokens: [pool.token1, pool.token0], fees: [pool.fee], pools: [pool] },
  ]);
  const pairs = hops.flatMap((first) =>
    hops
      .filter((second) => second.tokens[0] === first.tokens[1] && second.tokens[1] !== first.tokens[0])
      .map((second) => ({
        tokens: [...first.tokens, second.tokens[1]],
        fees: [...first.fees, ...second.fees],
        pools: [...first.pools, ...second.pools],
      })),
  );
  return [...hops, ...pairs];
}

/** The hop whose amount is exact: the first, or with an exact output the last. */
function exact_hop(form, route) {
  const pool = form.exact_in ? route.pools[0] : route.pools.at(-1);
  const zero_for_one = form.exact_in ? route.tokens[0] === pool.token0 : route.tokens.at(-1) === pool.token1;
  return { pool, zero_for_one };
}

function sign(account, request) {
  const transaction = Transaction.from(request);
  transaction.signature = account.signingKey.sign(transaction.unsignedHash);
  return transaction;
}

const units = (token, wei) => (wei * Q96) / BigInt(token.price_x96);
