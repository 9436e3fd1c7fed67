// The end of the demo: one block of lines for each included bundle, the table of all, and whether that is a success.
// SPDX-License-Identifier: Apache-2.0
import { formatUnits } from "ethers";
import { FIGURES } from "./judge.mjs";

const ENOUGH_BUNDLES = 5;
const ENOUGH_FORMS = 3;
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
  const head = ["#", "block", "router form", "fee, ppm", "gross, ether", "tip, ether", "net of tip and gas", "swapper gets", "frame to POST, us", "wei equal"];
  const cells = rows.map(({ bundle, found }, at) => {
    const ether = (wei) => Number(formatUnits(wei, 18)).toFixed(6);
    const { gross_profit_wei: gross, tip_wei: tip } = found.realised;
    const share = found.swapper.without_us > 0n ? Number((found.swapper.gain * 1_000_000n) / found.swapper.without_us) / 10_000 : 0;
    return [at + 1, bundle.target_block, found.form, found.pool.fee, ether(gross), ether(tip), ether(gross - tip - found.gas_cost), `+${share.toFixed(3)} %`, micros(bundle.latency?.frame_to_post), found.problems.length === 0 ? "yes" : "NO"].map(String);
  });
  const widths = head.map((text, column) => Math.max(text.length, ...cells.map((row) => row[column].length)));
  return [head, widths.map((width) => "-".repeat(width)), ...cells].map((row) => row.map((text, column) => text.padEnd(widths[column])).join("  ").trimEnd());
}

/**
 * @param rows what was included, with what the judge found
 * @param missed bundles that were not
 */
export function verdict(rows, missed) {
  const forms = new Set(rows.map(({ found }) => found.form));
  const unequal = rows.filter(({ found }) => found.problems.length > 0).length;
  const reasons = [];
  const why_missed = missed.map((bundle) => `${bundle.outcome}: ${bundle.reason ?? "no verdict yet"}`).join("; ") || "none missed";
  if (rows.length < ENOUGH_BUNDLES) reasons.push(`${rows.length} bundles included, ${ENOUGH_BUNDLES} are needed (${why_missed})`);
  if (forms.size < ENOUGH_FORMS) reasons.push(`${forms.size} router forms, ${ENOUGH_FORMS} are needed`);
  if (unequal > 0) reasons.push(`${unequal} bundles were not as predicted`);
  return { ok: reasons.length === 0, reasons, bundles: rows.length, forms: [...forms], unequal };
}

/** "3 target_mined_elsewhere, 1 outbid" */
function outcomes(bundles) {
  const counts = new Map();
  for (const { outcome } of bundles) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(", ");
}

export function closing_line(result, missed) {
  if (!result.ok) return `FAILED: ${result.reasons.join("; ")}`;
  const ended = missed.filter(({ outcome }) => outcome !== "pending");
  const others = ended.length === 0 ? "no bundle missed its block" : `${ended.length} missed their block (${outcomes(ended)})`;
  const waiting = missed.length > ended.length ? `, ${missed.length - ended.length} were still waiting for theirs` : "";
  return `OK: ${result.bundles} bundles of ${result.forms.length} router forms included, every wei as predicted; ${others}${waiting}`;
}
