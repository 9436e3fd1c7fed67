// The demo ends with 0 only when five bundles of three router forms were included and every wei was as predicted; else it says what was missing.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { FIGURES } from "../../../sim/demo/lib/judge.mjs";
import { bundle_lines, closing_line, summary_table, verdict } from "../../../sim/demo/lib/report.mjs";

const FORMS = ["SwapRouter.exactInput", "SwapRouter02.exactInputSingle", "UniversalRouter.execute"];
const figures = (value) => Object.fromEntries(FIGURES.map((figure) => [figure, value]));

/** An included bundle and what the judge found: all figures are 7, on both sides unless `realised` says otherwise. */
function row(form, { problems = [], realised = {} } = {}) {
  const bundle = { target_block: 9, target: `0x${"ab".repeat(32)}`, tick_lower: -60, tick_upper: 60, predicted: { ...figures("7"), gas_cost_wei: "900" }, latency: { parsed: 11_000, frame_to_post: 1_500_000 } };
  const swapper = { with_us: 1_010n, without_us: 1_000n, gain: 10n, token: { symbol: "USDX", decimals: 1 } };
  return { bundle, found: { form, problems, realised: { ...figures(7n), ...realised }, swapper, pool: { fee: 500, address: `0x${"cd".repeat(20)}` }, gas_used: 5n, gas_limits: 9n, gas_cost: 800n } };
}
const rows = (...forms) => forms.map((form) => row(form));
const missed = [{ outcome: "outbid", reason: "another" }, { outcome: "outbid" }, { outcome: "pending" }];

test("five bundles of three forms are enough", () => {
  const result = verdict(rows(...FORMS, FORMS[0], FORMS[0]), missed);
  assert.deepEqual([result.ok, result.reasons], [true, []]);
  assert.equal(closing_line(result, missed), "OK: 5 bundles of 3 router forms included, every wei as predicted; 2 missed their block (2 outbid), 1 were still waiting for theirs");
  assert.match(closing_line(result, []), /no bundle missed its block$/);
});

test("one bundle or one form less is not, and it says why others missed", () => {
  const few = verdict(rows(...FORMS, FORMS[0]), missed);
  assert.equal(few.ok, false);
  assert.match(closing_line(few, missed), /^FAILED: 4 bundles included, 5 are needed \(outbid: another; outbid: no verdict yet/);
  const plain = verdict(rows(FORMS[0], FORMS[0], FORMS[0], FORMS[1], FORMS[1]), []);
  assert.match(closing_line(plain, []), /^FAILED: 2 router forms, 3 are needed$/);
  assert.equal(verdict([], []).ok, false);
});

test("one wei that differs fails the whole and stands in the table", () => {
  const wrong = row(FORMS[0], { realised: { fee0: 8n }, problems: ["fee0: predicted 7, realised 8"] });
  const all = [...rows(...FORMS, FORMS[1]), wrong];
  const result = verdict(all, []);
  assert.equal(closing_line(result, []), "FAILED: 1 bundles were not as predicted");
  const lines = bundle_lines(wrong.bundle, wrong.found, 5);
  assert.match(lines.find((line) => line.includes("fee0")), /7 +8 +NO$/);
  assert.match(lines.at(-1), /PROBLEM: fee0/);
  for (const figure of FIGURES) assert.ok(lines.some((line) => line.includes(figure)), figure);
  const table = summary_table(all);
  assert.match(table[0], /router form.*gross, ether.*tip, ether.*frame to POST, us.*wei equal$/);
  assert.match(table.at(-1), /\+1\.000 %.*1500 +NO$/);
  assert.match(table.at(-2), /yes$/);
});

test("a bundle is told with the swapper's output with and without us, in the token's units, and every stage's time", () => {
  const lines = bundle_lines(row(FORMS[0]).bundle, row(FORMS[0]).found, 1).join("\n");
  assert.match(lines, /swapper received 101\.0 USDX with us, 100\.0 USDX without us: 1\.0 USDX better/);
  assert.match(lines, /latency us: parsed 11, decided -, planned -, gated -, signed -, posted -, frame to post 1500/);
});
