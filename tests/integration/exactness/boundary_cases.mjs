// The boundaries by name. Each case carries `met`, which checks on the chain's own answer that it really is at that boundary.
// SPDX-License-Identifier: Apache-2.0
import { highest_usable, lowest_usable, max_sqrt_ratio, min_sqrt_ratio, q96, sqrt_ratio_at_tick } from './tick_math.mjs';
import { tier_of } from './tiers.mjs';

const e18 = 10n ** 18n;
const spacing = 60; // of the 0.3 % tier, which most cases use
const word = 256 * spacing;
const down = (amount, limit = null) => ({ zero_for_one: true, amount, limit });
const up = (amount, limit = null) => ({ zero_for_one: false, amount, limit });
const range = (lower, upper, liquidity = 1000n * e18) => ({ lower, upper, liquidity });
const full = (fee, liquidity) => range(lowest_usable(tier_of(fee).spacing), highest_usable(tier_of(fee).spacing), liquidity);
const at = sqrt_ratio_at_tick;

/** A case of the 0.3 % tier with a full-range position, unless told otherwise; prices near 1. */
function pool(sqrt_price, swap, rest = {}) {
  const fee = rest.fee ?? 3000;
  return {
    fee, fee_protocol: [0, 0], sqrt_price, positions: [full(fee, 1000n * e18)], history: [], swap, candidates: [],
    params: { price0_x96: (sqrt_price * sqrt_price) / q96 || 1n, price1_x96: q96, gas_cost_wei: 0n, tip_ppm: 0n, tip_floor_wei: 0n, budget0: 2000n * e18, budget1: 2000n * e18, candidates: 64 },
    met: (report) => !report.alone.revert, ...rest,
  };
}

const fell_below = (tick) => ({ alone, state }) => state.tick >= tick && alone.tick < tick;
const rose_to = (tick) => ({ alone, state }) => state.tick < tick && alone.tick >= tick;
const stopped_at = (price) => ({ alone }) => alone.sqrt_price === price;
const used_up = (swap) => ({ alone }) => swap.amount === (swap.zero_for_one === swap.amount > 0n ? alone.amount0 : alone.amount1);
const all = (...checks) => (report) => checks.every((check) => check(report));
const lives_revert = (...reasons) => ({ lives }) => lives.every((life, i) => (life.revert ?? null) === reasons[i]);
const liquidity_changed = ({ alone, state }) => alone.liquidity !== state.liquidity;

const around = (tick) => [range(tick - spacing, tick), range(tick, tick + spacing), range(tick - spacing, tick + spacing)];

function word_boundary() {
  return [word, 0, -word].flatMap((edge) => [
    pool(at(edge) + 10n ** 20n, down(8n * e18), { candidates: around(edge), met: fell_below(edge) }),
    pool(at(edge), down(8n * e18), { candidates: around(edge), met: fell_below(edge) }),
    pool(at(edge) - 10n ** 20n, up(8n * e18), { candidates: around(edge), met: rose_to(edge) }),
    pool(at(edge - spacing), up(8n * e18), { candidates: around(edge), met: rose_to(edge) }),
    pool(at(edge - spacing) + 1n, up(-9n * e18), { candidates: around(edge), met: rose_to(edge) }),
  ]);
}

function tick_at_price() {
  const tick = 120;
  const positions = [full(3000, 1000n * e18), range(tick, tick + 600), range(tick - 600, tick, 300n * e18)];
  const rest = { positions, candidates: around(tick) };
  return [
    pool(at(tick), down(e18), { ...rest, met: liquidity_changed }), // lte: the tick under the price is crossed first
    pool(at(tick), up(e18), { ...rest, met: ({ alone, state }) => alone.liquidity === state.liquidity }), // gt: it is not
    pool(at(tick) - 1n, up(e18), { ...rest, met: liquidity_changed }),
    pool(at(tick) + 1n, down(e18), { ...rest, met: liquidity_changed }),
    // Arrived from above: the price is the tick's, slot0.tick is one less.
    pool(at(tick + 60), up(e18), { ...rest, history: [down(1000n * e18, at(tick))], met: all(liquidity_changed, ({ state }) => state.tick === tick - 1) }),
    pool(at(tick + 60), down(e18), { ...rest, history: [down(1000n * e18, at(tick))], met: ({ state, alone }) => state.tick === tick - 1 && alone.liquidity === state.liquidity }),
  ];
}

function bound_on_current_tick() {
  return [120, 0, -120].flatMap((tick) => [down(2n * e18), up(2n * e18)].flatMap((swap) => [
    pool(at(tick), swap, { candidates: around(tick), met: ({ state }) => state.tick === tick }),
    pool(at(tick) + 12345678901n, swap, { candidates: around(tick), met: ({ state }) => state.tick === tick }),
    pool(at(tick) - 1n, swap, { candidates: around(tick), met: ({ state }) => state.tick === tick - 1 }),
  ]));
}

function limit_hit() {
  const [low, high] = [at(0) - 10n ** 26n + 7n, at(0) + 10n ** 26n + 7n];
  return [down(1000n * e18, low), down(-500n * e18, low), up(1000n * e18, high), up(-500n * e18, high)]
    .map((swap) => pool(at(0), swap, { candidates: around(0), met: stopped_at(swap.limit) }));
}

function limit_at_tick() {
  const positions = [full(3000, 1000n * e18), range(-120, 180, 77n * e18)];
  const swaps = [down(1000n * e18, at(-120)), up(1000n * e18, at(180)), down(-500n * e18, at(-120)), up(-500n * e18, at(180))];
  return [
    ...swaps.map((swap) => pool(at(0), swap, { positions, candidates: [...around(-120), ...around(180)], met: all(stopped_at(swap.limit), liquidity_changed) })),
    // One unit of price short of the tick: not crossed.
    pool(at(0), down(1000n * e18, at(-120) + 1n), { positions, candidates: around(-120), met: ({ alone, state }) => alone.liquidity === state.liquidity }),
    pool(at(0), up(1000n * e18, at(180) - 1n), { positions, candidates: around(180), met: ({ alone, state }) => alone.liquidity === state.liquidity }),
  ];
}

function limit_refused() {
  const spl = ({ alone }) => alone.revert === 'SPL';
  return [down(e18, at(0)), down(e18, at(1)), up(e18, at(0)), up(e18, at(-1)), down(e18, min_sqrt_ratio), up(e18, max_sqrt_ratio)]
    .map((swap) => pool(at(0), swap, { candidates: [range(-60, 60)], met: spl }));
}

function liquidity_gap() {
  const positions = [range(-120, 60), range(6000, 6060), range(-40020, -39960)];
  const candidates = [range(60, 120), range(3000, 3060), range(5940, 6060), range(-6000, -120)];
  const in_gap = ({ state }) => state.liquidity === 0n;
  return [
    pool(at(0), up(20n * e18), { positions, candidates, met: rose_to(6000) }),
    pool(at(0), up(-5n * e18), { positions, candidates, met: rose_to(6000) }),
    pool(at(0), down(20n * e18), { positions, candidates, met: fell_below(-39960) }),
    pool(at(3000), up(e18), { positions, candidates, met: in_gap }),
    pool(at(3000), down(e18), { positions, candidates, met: in_gap }),
    pool(at(3000), down(e18, at(2000)), { positions, candidates, met: ({ alone }) => alone.amount0 === 0n && alone.amount1 === 0n }),
    pool(at(3000), up(e18), { positions: [], candidates, met: ({ alone }) => alone.amount1 === 0n }),
  ];
}

function max_liquidity() {
  const most = 11505743598341114571880798222544994n; // maxLiquidityPerTick at spacing 60
  const held = 10n ** 30n;
  const positions = [full(3000, 1000n * e18), range(-60, 60, held)];
  return [down(e18), up(e18)].map((swap) => pool(at(0), swap, {
    positions,
    candidates: [range(-120, 120, most), range(-120, 120, most + 1n), range(-60, 60, most - held), range(-60, 60, most - held + 1n),
      range(-60, 120, most), range(-120, 60, most - held)],
    met: all(({ state }) => state.max_liquidity_per_tick === most, lives_revert(null, 'LO', null, 'LO', 'LO', null)),
  }));
}

function range_ends() {
  const [lowest, highest] = [lowest_usable(spacing), highest_usable(spacing)];
  const ends = [range(lowest, lowest + spacing), range(highest - spacing, highest), range(lowest, highest, e18)];
  return [
    pool(min_sqrt_ratio, up(e18), { candidates: ends }),
    pool(min_sqrt_ratio + 1n, up(10n ** 30n), { candidates: ends }),
    pool(at(lowest), up(e18), { candidates: ends }),
    pool(at(lowest), down(e18), { candidates: ends, met: stopped_at(min_sqrt_ratio + 1n) }),
    pool(max_sqrt_ratio - 1n, down(e18), { candidates: ends }),
    pool(at(highest), down(e18), { candidates: ends }),
    pool(at(highest) - 1n, up(e18), { candidates: ends }),
    pool(at(0), down(1n << 140n), { candidates: ends, met: stopped_at(min_sqrt_ratio + 1n) }),
    pool(at(0), up(1n << 140n), { candidates: ends, met: stopped_at(max_sqrt_ratio - 1n) }),
    // One-tick spacing: 3,466 bitmap words to the end.
    pool(at(0), up(1n << 140n), { fee: 100, candidates: [range(0, 1)], met: stopped_at(max_sqrt_ratio - 1n) }),
    pool(min_sqrt_ratio, down(e18), { candidates: ends, met: ({ alone }) => alone.revert === 'SPL' }),
  ];
}

/** What it takes to go exactly to `price`, in and out, from an eth_call that has its limit there. */
async function exactly_to(ask, base, price) {
  const [report] = await ask([{ ...base, swap: { ...base.swap, limit: price } }]);
  return [report.alone.amount0, report.alone.amount1];
}

async function used_up_at_tick(ask) {
  const made = [];
  for (const [swap, tick] of [[down(10n ** 24n), -60], [up(10n ** 24n), 120]]) {
    const base = pool(at(17), swap, { positions: [full(3000, 1000n * e18), range(-60, 120)], candidates: around(tick) });
    for (const amount of await exactly_to(ask, base, at(tick))) {
      const exact = { ...swap, amount };
      made.push({ ...base, swap: exact, met: all(stopped_at(at(tick)), used_up(exact)) });
      for (const off of [1n, -1n]) made.push({ ...base, swap: { ...swap, amount: amount + off } });
    }
  }
  return made;
}

const too_much_out = () => [down(-(10n ** 40n)), up(-(10n ** 40n))].flatMap((swap) => [
  pool(at(0), swap, { candidates: around(0), met: (report) => !used_up(swap)(report) }),
  pool(at(0), swap, { positions: [range(-600, 600)], candidates: around(0), met: (report) => !used_up(swap)(report) }),
]);

const one_wei = () => [1n, -1n, 2n, -2n].flatMap((amount) => [down(amount), up(amount)].flatMap((swap) => [
  pool(at(0), swap, { candidates: around(0) }),
  pool(at(60) + 1n, swap, { candidates: [...around(60), range(-60, 120, 1n)], positions: [full(3000, 1n)] }),
  pool(at(-30000), swap, { fee: 500, candidates: [range(-30000, -29990, 5n)], positions: [full(500, 12345n)] }),
]));

function protocol_fee(_, { shares, share_bits }) {
  const amounts = [334n, 1000n, 1334n, 3333n, 999_999_999n, e18 + 1n, -777n, -(e18 / 3n)];
  const [least, most] = [shares[0], shares.at(-1)];
  const sides = [[least, least], [shares[1], shares[3]], [shares[2], shares[5]], [most, most], [0, most], [shares[4], 0]];
  return sides.flatMap((fee_protocol) => amounts.flatMap((amount) => [down(amount), up(amount)].map((swap) => pool(at(31), swap, {
    fee_protocol, candidates: [range(0, 60), range(0, 60, 1n)], met: ({ state }) => state.fee_protocol === fee_protocol[0] + fee_protocol[1] * 2 ** share_bits,
  }))));
}

// A flash pays so much in fees that a few wei more take the growth past 2^256.
function fee_growth_wrap() {
  const donation = (e18 << 128n) - 1n;
  const wraps = ({ state, lives }) => lives.every((life) =>
    state.fee_growth[0] + life.growth0 >= 1n << 256n || state.fee_growth[1] + life.growth1 >= 1n << 256n);
  return [down(10n ** 8n), up(10n ** 8n), down(-(10n ** 8n)), up(-(10n ** 8n))].map((swap) => pool(at(0), swap, {
    positions: [full(3000, e18)], donations: [donation, donation], candidates: [range(-6000, 6000, 1000n), range(-60, 60, e18)], met: wraps,
  }));
}

function negative_ticks() {
  const ticks = [-1, -59, -60, -61, -119, -120, -word, -word - 1, -word + 1];
  return ticks.flatMap((tick) => [down(3n * e18), up(3n * e18)].map((swap) => {
    const floor = Math.floor(tick / spacing) * spacing;
    return pool(at(tick), swap, {
      positions: [full(3000, 1000n * e18), range(floor - spacing, floor + 2 * spacing, 5n * e18)],
      candidates: [range(floor, floor + spacing), range(floor - spacing, floor), range(floor + spacing, floor + 2 * spacing), range(tick - 1, tick + 1)],
      met: ({ state, lives }) => state.tick === tick && lives[3].revert !== undefined,
    });
  }));
}

const bad_positions = () => [down(e18), up(e18)].map((swap) => pool(at(0), swap, {
  candidates: [range(60, 60), range(60, -60), range(-60, 60, 0n), range(-887280, 0), range(0, 887280), range(-61, 60)],
  met: ({ lives }) => lives.every((life) => life.revert !== undefined),
}));

// 70 initialised ticks each side: the card's window holds 64. The swap and a given position are exact all the same.
function beyond_the_window() {
  const positions = Array.from({ length: 140 }, (_, i) => range((i - 70) * spacing, (i - 69) * spacing, 10n * e18 + BigInt(i)));
  return [[down(e18), 1], [up(e18), 1], [down(30n * e18), 65], [up(30n * e18), 65]].map(([swap, least]) => pool(at(0) + 1n, swap, {
    positions, candidates: around(0), met: ({ state, alone }) => state.ticks.length === 141 && Math.abs(alone.tick) >= (least - 1) * spacing,
  }));
}

/** [name, (ask, fork) => cases]: ask(cases) gives the chain's reports; fork is one of forks.mjs. */
export const boundaries = [
  ['bitmap word boundary, both directions', word_boundary],
  ['initialised tick exactly at the price (lte crosses, gt does not)', tick_at_price],
  ['position bound on the current tick', bound_on_current_tick],
  ['price limit hit exactly', limit_hit],
  ['price limit at an initialised tick', limit_at_tick],
  ['price limit that the pool refuses', limit_refused],
  ['zero-liquidity gap', liquidity_gap],
  ['maximum liquidity per tick (LO)', max_liquidity],
  ['lowest and highest tick', range_ends],
  ['amount exactly used up at a tick', used_up_at_tick],
  ['exact output of more than the pool has', too_much_out],
  ['swaps of one wei', one_wei],
  ['protocol fee rounding', protocol_fee],
  ['fee growth wraps around', fee_growth_wrap],
  ['negative ticks: floor, not truncation', negative_ticks],
  ["more initialised ticks than the card's window", beyond_the_window],
  ['positions that the pool refuses', bad_positions],
];
