// Says where the engine's answer and the chain's differ. Every number counts, and so does who refused what.
// SPDX-License-Identifier: Apache-2.0

const q128 = 1n << 128n;
const max_i256 = (1n << 255n) - 1n;

/** V of docs/kernel-contract.md: each token's wei, rounded down by itself. */
const value_wei = (a0, a1, params) => ((a0 * params.price0_x96) >> 96n) + ((a1 * params.price1_x96) >> 96n);

/** What the position earned. The pool keeps owed amounts in 128 bits; `fits` is false when that lost something. */
export function earned(life, liquidity) {
  const fee0 = (life.growth0 * liquidity) >> 128n;
  const fee1 = (life.growth1 * liquidity) >> 128n;
  const fits = life.collect0 === life.burn0 + fee0 && life.collect1 === life.burn1 + fee1;
  return { fee0, fee1, fits };
}

/** V(burn + fees) - V(mint), in wei. */
export function gross_profit(life, liquidity, params) {
  const { fee0, fee1 } = earned(life, liquidity);
  return value_wei(life.burn0 + fee0, life.burn1 + fee1, params) - value_wei(life.mint0, life.mint1, params);
}

/** The tip is a share of the profit before it, at least its floor. */
function valued(gross, params) {
  const before_tip = gross - params.gas_cost_wei;
  const share = before_tip > 0n ? (before_tip * params.tip_ppm) / 1_000_000n : 0n;
  const tip_wei = share > params.tip_floor_wei ? share : params.tip_floor_wei;
  return { gross_profit_wei: gross, tip_wei, profit_wei: before_tip - tip_wei };
}

function differences(what, expected, got) {
  return Object.entries(expected).filter(([name, value]) => got[name] === undefined || BigInt(got[name]) !== BigInt(value))
    .map(([name, value]) => `${what}.${name}: chain ${value}, engine ${got[name]}`);
}

// PancakeSwap's pools also tell how many ticks they cross.
const swap_fields = (o) => ({
  amount0: o.amount0, amount1: o.amount1, sqrt_price_x96: o.sqrt_price, tick: o.tick, liquidity: o.liquidity,
  ...(o.crossings === undefined ? {} : { crossings: o.crossings }),
});

function life_fields(life, liquidity) {
  const { fee0, fee1 } = earned(life, liquidity);
  return {
    mint0: life.mint0, mint1: life.mint1, swap0: life.swap.amount0, swap1: life.swap.amount1,
    burn0: life.burn0, burn1: life.burn1, fee0, fee1,
  };
}

/** The swap alone: both did it and agree, or both refused it. */
export function compare_swap(alone, answer) {
  if (alone.revert !== undefined) return answer.swap ? [`swap: chain reverts with ${alone.revert}, engine answers`] : [];
  if (!answer.swap) return [`swap: the chain does it, engine rejects with ${answer.reject?.reason}`];
  return differences('swap', swap_fields(alone), answer.swap);
}

/**
 * Where the engine may refuse a position that the chain takes (the whole list; docs/kernel-contract.md says the same). Nothing
 * is approximated: what does not fit a record's field, or what no vault could be paid, is a reject with its reason.
 */
const allowed_refusals = {
  // Amounts over 128 bits: the pool truncates what it owes. Over 255 bits: no signed amount holds it.
  amount_overflow: (life, liquidity) => !earned(life, liquidity).fits || [life.mint0, life.mint1].some((x) => x >= q128),
  value_overflow: (life, liquidity, params) => {
    const { fee0, fee1 } = earned(life, liquidity);
    const out = value_wei(life.burn0 + fee0, life.burn1 + fee1, params);
    return out > max_i256 || value_wei(life.mint0, life.mint1, params) > max_i256;
  },
};

/** A given position's life. `alone` is the chain's outcome of the swap without it. */
export function compare_position(alone, life, position, params, answer) {
  if (life.revert !== undefined) return answer.position ? [`position: chain reverts with ${life.revert}, engine answers`] : [];
  if (!answer.position) {
    const reason = answer.reject?.reason;
    // A swap that cannot happen without us is not a target.
    if (alone.revert !== undefined || allowed_refusals[reason]?.(life, position.liquidity, params)) return [];
    return [`position: the chain does it, engine rejects with ${reason}`];
  }
  const { fits } = earned(life, position.liquidity);
  const expected = {
    ...life_fields(life, position.liquidity), ...valued(gross_profit(life, position.liquidity, params), params),
    sqrt_price_x96: life.swap.sqrt_price, tick: life.swap.tick, liquidity: life.swap.liquidity,
  };
  return [
    ...differences('position', expected, answer.position),
    ...(fits ? [] : ['position: the pool truncated what it owes, engine does not say so']),
  ];
}

/** A DECISION against the chain living that very position. */
export function compare_decision(report, life, params, decision) {
  if (life.revert !== undefined) return [`decision: chain reverts with ${life.revert}`];
  const liquidity = BigInt(decision.liquidity);
  const { alone } = report;
  const gross = gross_profit(life, liquidity, params);
  const found = differences('decision', {
    ...life_fields(life, liquidity),
    alone0: alone.amount0, alone1: alone.amount1,
    sqrt_price_after: life.swap.sqrt_price, sqrt_price_alone: alone.sqrt_price,
    tick_after: life.swap.tick, tick_alone: alone.tick,
    gas_cost_wei: params.gas_cost_wei, ...valued(gross, params),
  }, decision);
  if (life.mint0 > params.budget0 || life.mint1 > params.budget1) found.push('decision: costs more than the budget');
  if (BigInt(decision.profit_wei) <= 0n) found.push('decision: earns nothing');
  if (!earned(life, liquidity).fits) found.push('decision: the pool truncates what it owes');
  return found;
}
