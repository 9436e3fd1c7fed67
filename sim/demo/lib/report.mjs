// The closing table of the demo: one block of lines for each included bundle, then the sums.
// SPDX-License-Identifier: Apache-2.0
import { formatUnits } from "ethers";
import { FIGURES } from "./judge.mjs";

const STAGES = ["parsed", "decided", "planned", "gated", "signed", "posted", "frame_to_post"];

const pad = (text, width) => String(text).padEnd(width);
const right = (text, width) => String(text).padStart(width);
const micros = (ns) => (ns === undefined || ns < 0 ? "-" : Math.round(ns / 1000));
const short = (hash) => `${hash.slice(0, 10)}..${hash.slice(-4)}`;

export function bundle_lines(bundle, found, number) {
  const { form, realised, swapper } = found;
  const lines = [`#${number} block ${bundle.target_block}, target ${short(bundle.target)}, ${form}, pool ${found.pool.fee} ppm ${short(found.pool.address)}, ticks ${bundle.tick_lower}..${bundle.tick_upper}`];
  lines.push(`   ${pad("figure", 18)}${right("predicted", 30)}${right("realised", 30)}  equal`);
  for (const figure of FIGURES) {
    const predicted = BigInt(bundle.predicted[figure]);
    if (predicted === 0n && realised[figure] === 0n) continue;
    lines.push(`   ${pad(figure, 18)}${right(predicted, 30)}${right(realised[figure], 30)}  ${predicted === realised[figure] ? "yes" : "NO"}`);
  }
  const units = (amount) => `${formatUnits(amount, swapper.token.decimals)} ${swapper.token.symbol}`;
  lines.push(`   swapper received ${units(swapper.with_us)} with us, ${units(swapper.without_us)} without us: ${units(swapper.gain)} better`);
  lines.push(`   gas: bound ${bundle.predicted.gas_cost_wei} wei (limits ${found.gas_limits}), paid ${found.gas_cost} wei (${found.gas_used} used)`);
  lines.push(`   latency us: ${STAGES.map((stage) => `${stage.replaceAll("_", " ")} ${micros(bundle.latency?.[stage])}`).join(", ")}`);
  for (const problem of found.problems) lines.push(`   PROBLEM: ${problem}`);
  return lines;
}

export function summary_table(rows) {
  const head = ["#", "block", "router form", "pool", "gross, ether", "tip, ether", "net of gas", "swapper +", "post us", "wei equal"];
  const cells = rows.map(({ bundle, found }, at) => {
    const ether = (wei) => Number(formatUnits(wei, 18)).toFixed(6);
    const { gross_profit_wei: gross, tip_wei: tip } = found.realised;
    const share = found.swapper.without_us > 0n ? Number((found.swapper.gain * 1_000_000n) / found.swapper.without_us) / 10_000 : 0;
    return [at + 1, bundle.target_block, found.form, found.pool.fee, ether(gross), ether(tip), ether(gross - tip - found.gas_cost), `${share.toFixed(3)} %`, micros(bundle.latency?.frame_to_post), found.problems.length === 0 ? "yes" : "NO"].map(String);
  });
  const widths = head.map((text, column) => Math.max(text.length, ...cells.map((row) => row[column].length)));
  return [head, widths.map((width) => "-".repeat(width)), ...cells].map((row) => row.map((text, column) => text.padEnd(widths[column])).join("  ").trimEnd());
}
