// reciprocal at full width, for each of its 2^35 divisors: never above 2^72 / x with x = d_top + 1, and at most two units short.
//
//     node tests/formal/reciprocal.mjs FILE    FILE: what z3 has to find no counterexample to
//
// Its products are too wide for bit vectors, so this is over integers. Each Newton step takes E = 2^w - x y to y' = 2^up y + floor(y e / 2^down)
// with e = floor((E - 1) / 2^cut), w = cut + down + up and 2^(w + up) - x y' = 2^up r + (E e + x u) / 2^down, where r and u are what the two floors lose.
// The constants are those of rtl/math/reciprocal.sv; rtl_reciprocal_test holds the module to these steps bit for bit.
// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";

const power = (n) => (1n << BigInt(n)).toString();
const steps = [
  { w: 48, cut: 14, up: 18, down: 16, widest: 39, next: 47 },
  { w: 66, cut: 22, up: 6, down: 38, widest: 47 },
];

// Seed i stands for x from 2^35 + i 2^25 + 1 to 2^35 + (i + 1) 2^25. E falls with x, so the ends bound it.
const first = (i) => (1n << 35n) + (BigInt(i) << 25n) + 1n;
const errors = Array.from({ length: 1024 }, (_, i) => {
  const y = 8388607n / (1025n + BigInt(i));
  return [(1n << 48n) - first(i) * y, (1n << 48n) - (first(i + 1) - 1n) * y];
}).flat();
const most = errors.reduce((a, b) => (a > b ? a : b));
if (errors.some((e) => e < 1n) || most >= 1n << 39n) throw new Error("a seed's error does not fit the 39 bits that the module keeps of it");

/** E and y' of a step as z3 terms over x, y, e and q, the two floors. */
const terms = ({ w, cut, up, down }) => {
  const error = `(- ${power(w)} (* x y))`;
  const r = `(- ${error} (* ${power(cut)} e))`;
  const u = `(- (* y e) (* ${power(down)} q))`;
  const after = `(- ${power(w + up)} (* x (+ (* ${power(up)} y) q)))`;
  return { error, r, u, after };
};

/** The step's identity: after * 2^down = 2^(up + down) r + E e + x u, whatever x, y, e and q are. */
const identity = (step, name) => {
  const { error, r, u, after } = terms(step);
  return `(push 1)(echo "${name}: what is left is the square and what the floors lose")
${["x", "y", "e", "q"].map((v) => `(declare-const ${v} Int)`).join("")}
(assert (not (= (* ${power(step.down)} ${after}) (+ (* ${power(step.up + step.down)} ${r}) (* ${error} e) (* x ${u})))))
(check-sat)(pop 1)`;
};

/** With it: the error after the step is above 0 and within `claim`. */
const bound = ({ cut, up, down }, name, largest, claim) => `(push 1)(echo "${name}: ${claim}")
${["x", "E", "e", "r", "u", "after"].map((v) => `(declare-const ${v} Int)`).join("")}
(assert (and (< ${power(35)} x) (<= x ${power(36)}) (<= 1 E) (<= E ${largest}) (<= 0 e) (<= 1 r) (<= r ${power(cut)}) (<= 0 u) (< u ${power(down)})))
(assert (= E (+ (* ${power(cut)} e) r)))
(assert (= (* ${power(down)} after) (+ (* ${power(up + down)} r) (* E e) (* x u))))
(assert (not (and (<= 1 after) ${claim})))
(check-sat)(pop 1)`;

const [one, two] = steps;
const file = process.argv[2];
const obligations = [
  identity(one, "first step"), bound(one, "first step", most, `(< after ${power(one.next)})`),
  identity(two, "second step"), bound(two, "second step", BigInt(power(two.widest)) - 1n, "(< after (* 3 x))"),
];
writeFileSync(file, `${obligations.join("\n")}\n`);
const said = execFileSync("z3", ["-T:120", file], { encoding: "utf8" });
process.stdout.write(said);
const verdicts = said.split("\n").filter((line) => /^(sat|unsat|unknown|timeout)$/.test(line));
if (verdicts.length !== obligations.length || verdicts.some((v) => v !== "unsat")) throw new Error(`not proved: see ${file}`);
