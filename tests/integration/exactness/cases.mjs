// Random cases: pools, swaps and positions in every corner that kernel-contract.md names.
// SPDX-License-Identifier: Apache-2.0
//
// A case: {kind (of forks.mjs), fee, fee_protocol: [0 or one of the fork's shares, same], sqrt_price, positions: [{lower, upper, liquidity}], history: [swap],
// swap: {zero_for_one, amount (positive = exact in), limit (null = none)}, candidates: [position], params}.
import { Random } from './random.mjs';
import { tiers } from './tiers.mjs';
import {
  amount_between, floor_to, highest_usable, lowest_usable, max_sqrt_ratio, max_tick, min_sqrt_ratio, min_tick, q96, sqrt_ratio_at_tick, tick_near,
} from './tick_math.mjs';

const max_u128 = (1n << 128n) - 1n;
const max_i256 = (1n << 255n) - 1n;
const clamp_tick = (tick) => Math.max(min_tick, Math.min(max_tick, tick));
const clamp_price = (price) => (price < min_sqrt_ratio ? min_sqrt_ratio : price >= max_sqrt_ratio ? max_sqrt_ratio - 1n : price);
const at_most = (value, most) => (value > most ? most : value);

/** Case number `index` of `seed`, on a pool of `fork`. */
export function random_case(fork, seed, index) {
  const random = new Random(seed, index);
  const tier = random.weighted(tiers.map((t) => [t.weight, t]));
  const sqrt_price = random_price(random, tier.spacing);
  // What the case is about: where the price is, how fine the ticks are and how large things are.
  const scene = { random, spacing: tier.spacing, sqrt_price, tick: tick_near(sqrt_price), size_bits: random.weighted([[6, random.int(40, 90)], [2, random.int(1, 40)], [2, random.int(90, 127)]]) };
  const positions = random_positions(scene);
  const history = random.chance(0.3) ? Array.from({ length: random.int(1, 3) }, () => random_swap(scene, positions)) : [];
  return {
    kind: fork.kind,
    fee: tier.fee,
    fee_protocol: random_fee_protocol(random, fork),
    sqrt_price,
    positions,
    history,
    swap: random_swap(scene, positions),
    candidates: Array.from({ length: 2 }, () => random_candidate(scene, positions)),
    params: random_params(scene),
  };
}

function random_price(random, spacing) {
  const tick = random.weighted([
    [5, () => random.int(-60_000, 60_000)],
    [3, () => random.int(min_tick, max_tick - 1)],
    [1, () => clamp_tick(min_tick + random.int(0, 2 * spacing))],
    [1, () => clamp_tick(max_tick - 1 - random.int(0, 2 * spacing))],
    [2, () => clamp_tick(random.int(-8, 8) * 256 * spacing + random.int(-1, 1))],
    [2, () => clamp_tick(floor_to(random.int(-60_000, 60_000), spacing))],
  ])();
  const low = sqrt_ratio_at_tick(tick);
  const high = sqrt_ratio_at_tick(Math.min(tick + 1, max_tick));
  return clamp_price(random.weighted([[6, () => random.big(low, high)], [3, () => low], [1, () => low - 1n], [1, () => low + 1n]])());
}

function random_fee_protocol(random, { shares }) {
  const side = () => random.pick([0, ...shares]);
  return random.chance(0.5) ? [0, 0] : [side(), side()];
}

function random_liquidity({ random, size_bits }) {
  return random.weighted([
    [8, () => random.log_big(Math.max(1, size_bits - 8), Math.min(128, size_bits + 4))],
    [1, () => random.log_big(1, 128)],
    [1, () => 1n],
  ])();
}

const usable = (tick, spacing) => Math.max(lowest_usable(spacing), Math.min(highest_usable(spacing), floor_to(tick, spacing)));

function bounded(lower, upper, spacing) {
  const [a, b] = [usable(lower, spacing), usable(upper, spacing)];
  if (a < b) return { lower: a, upper: b };
  return a + spacing <= highest_usable(spacing) ? { lower: a, upper: a + spacing } : { lower: a - spacing, upper: a };
}

function position(scene, lower, upper) {
  return { ...bounded(lower, upper, scene.spacing), liquidity: random_liquidity(scene) };
}

const layouts = {
  none: () => [],
  full: (scene) => [position(scene, min_tick, max_tick)],
  wide: (scene) => [position(scene, scene.tick - scene.random.int(1, 20_000), scene.tick + scene.random.int(1, 20_000))],
  // Every tick of a few spacings around the price is initialised.
  dense: (scene) => {
    const first = scene.random.int(-6, 0);
    return Array.from({ length: scene.random.int(3, 7) }, (_, i) =>
      position(scene, scene.tick + (first + i) * scene.spacing, scene.tick + (first + i + scene.random.int(1, 3)) * scene.spacing));
  },
  // Nothing between two islands: the price crosses with zero liquidity.
  gap: (scene) => {
    const [width, hole] = [scene.random.int(1, 4) * scene.spacing, scene.random.int(1, 600) * scene.spacing];
    const below = position(scene, scene.tick - width - scene.spacing, scene.tick);
    const above = position(scene, scene.tick + hole, scene.tick + hole + width);
    const mirrored = position(scene, scene.tick - hole - width, scene.tick - hole);
    return scene.random.pick([[below, above], [below, above, mirrored], [above, mirrored]]);
  },
  // Bounds on both sides of the bitmap words nearest to the price.
  words: (scene) => {
    const word = 256 * scene.spacing;
    const edge = floor_to(scene.tick, word);
    return [position(scene, edge - scene.random.int(0, 1) * scene.spacing, edge + word), position(scene, edge, edge + word - scene.spacing),
      position(scene, edge - word, edge + 2 * word)];
  },
  nested: (scene) => Array.from({ length: scene.random.int(2, 4) }, (_, i) => {
    const reach = scene.spacing * scene.random.int(1, 4) * 4 ** i;
    return position(scene, scene.tick - reach, scene.tick + reach);
  }),
};

function random_positions(scene) {
  const layout = scene.random.weighted([[0.3, 'none'], [2, 'full'], [2, 'wide'], [4, 'dense'], [3, 'gap'], [2, 'words'], [4, 'nested']]);
  return layouts[layout](scene);
}

// A swap's size is aimed at a move in ticks through the case's typical liquidity, so that it neither dies in the first wei nor
// always runs to the end of the range.
function random_swap(scene, positions) {
  const { random, spacing, sqrt_price, tick } = scene;
  const zero_for_one = random.chance(0.5);
  const direction = zero_for_one ? -1 : 1;
  const liquidity = positions.length ? random.pick(positions).liquidity : 1n << BigInt(scene.size_bits);
  const move = Math.ceil(random.weighted([[2, 1], [4, spacing], [2, 20 * spacing]]) * 2 ** (4 * random.unit() - 2));
  const target = sqrt_ratio_at_tick(clamp_tick(tick + direction * move));
  const aimed = amount_between(liquidity, sqrt_price, target) + 1n;
  const size = at_most(random.weighted([[12, () => aimed], [1, () => random.log_big(1, 180)], [0.5, () => BigInt(random.int(1, 3))],
    [0.2, () => random.log_big(128, 255)], [0.1, () => 0n]])(), max_i256);
  // An exact output is in the other token: take what the aimed-at input is worth.
  const worth = 1n + (zero_for_one ? (size * sqrt_price * sqrt_price) >> 192n : (size << 192n) / (sqrt_price * sqrt_price));
  const amount = size === 0n || random.chance(0.65) ? size : -at_most(worth, max_i256);
  return { zero_for_one, amount, limit: random_limit(scene, positions, direction) };
}

function random_limit({ random, spacing, sqrt_price, tick }, positions, direction) {
  const bounds = positions.flatMap((p) => [p.lower, p.upper]).filter((t) => (t - tick) * direction > 0);
  const tick_ahead = (most) => sqrt_ratio_at_tick(clamp_tick(tick + direction * random.int(1, most)));
  // With one-tick spacing the whole range is 6,931 bitmap words: seldom go that far, it costs the chain 30 M gas.
  const none = () => (spacing === 1 && !random.chance(0.01) ? tick_ahead(50_000) : null);
  const limit = random.weighted([
    [10, none],
    [3, () => tick_ahead(4 * spacing)],
    [2, () => (bounds.length ? sqrt_ratio_at_tick(random.pick(bounds)) : none())],
    [0.5, () => sqrt_price + BigInt(direction)],
    [0.2, () => sqrt_price],
    [0.2, () => sqrt_price - BigInt(direction) * random.log_big(1, 64)],
    [0.1, () => (direction < 0 ? min_sqrt_ratio : max_sqrt_ratio)],
  ])();
  return limit !== null && limit < 1n ? 1n : limit;
}

function random_candidate(scene, positions) {
  const { random, spacing, tick } = scene;
  const here = floor_to(tick, spacing);
  const width = spacing * random.weighted([[5, 1], [3, random.int(2, 8)], [1, random.int(9, 600)]]);
  const word = floor_to(tick, 256 * spacing);
  const [lower, upper] = random.weighted([
    [4, () => [here, here + width]],
    [2, () => [here - width, here]],
    [2, () => [here + spacing, here + spacing + width]],
    [2, () => [here - width, here + width]],
    [2, () => [word, word + width]],
    [1, () => [word - width, word]],
    [2, () => { const offset = spacing * random.int(-30, 30); return [here + offset, here + offset + width]; }],
    [1, () => [min_tick, max_tick]],
  ])();
  const bounds = positions.length && random.chance(0.25) ? random.pick(positions) : bounded(lower, upper, spacing);
  const chosen = { lower: bounds.lower, upper: bounds.upper, liquidity: random_liquidity(scene) };
  return random.chance(0.03) ? spoiled(random, chosen, spacing) : chosen;
}

/** A position that the pool refuses. */
function spoiled(random, p, spacing) {
  return random.pick([
    { ...p, lower: p.upper, upper: p.lower },
    { ...p, upper: p.lower },
    { ...p, liquidity: 0n },
    { ...p, lower: clamp_tick(min_tick) - 1 },
    { ...p, upper: max_tick + 1 },
    { ...p, liquidity: max_u128 },
    spacing > 1 ? { ...p, lower: p.lower + 1 } : { ...p, liquidity: 0n },
  ]);
}

// Token 1 counts as the native coin. Token 0's outside price is the pool's, give or take 3 %.
function random_params({ random, sqrt_price, size_bits }) {
  const pool_price = (sqrt_price * sqrt_price) / q96;
  const price0 = (pool_price * BigInt(random.int(970_000, 1_030_000))) / 1_000_000n;
  return {
    price0_x96: price0,
    price1_x96: q96,
    gas_cost_wei: random.chance(0.5) ? 0n : random.log_big(1, Math.max(2, size_bits - 20)),
    tip_ppm: BigInt(random.weighted([[1, 0], [1, random.int(1, 999_999)], [0.1, 1_000_000]])),
    tip_floor_wei: random.chance(0.7) ? 0n : random.log_big(1, Math.max(2, size_bits - 20)),
    budget0: random.log_big(Math.max(1, size_bits - 10), Math.min(127, size_bits + 20)),
    budget1: random.log_big(Math.max(1, size_bits - 10), Math.min(127, size_bits + 20)),
    candidates: random.weighted([[8, 64], [1, 1], [1, 16]]),
  };
}
