#!/usr/bin/env node
// Asks the npm compiler's SMTChecker about the executor and prints what it says. Exit code 0 when nothing was found to be violated; solc
// 0.8.37 does not get that far: it has no transient storage there. With a solver on PATH (z3) that starts to matter with a later solc.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const [solc, smtchecker, smtsolver] = ["solc", "solc/smtchecker", "solc/smtsolver"].map((name) => require(name));
const SOURCES = fileURLToPath(new URL("../src/", import.meta.url));
const TARGETS = ["assert", "divByZero", "outOfBounds", "popEmptyArray", "underflow", "overflow"];

function main() {
  const sources = Object.fromEntries(readdirSync(SOURCES).map((file) => [`src/${file}`, { content: readFileSync(SOURCES + file, "utf8") }]));
  const modelChecker = { engine: "chc", targets: TARGETS, solvers: ["smtlib2"], showUnproved: true, contracts: { "src/JitExecutor.sol": ["JitExecutor"] } };
  const input = { language: "Solidity", sources, settings: { evmVersion: "cancun", modelChecker, outputSelection: { "*": { "*": [] } } } };
  const [solver] = smtsolver.availableSolvers;
  const callbacks = solver ? { smtSolver: smtchecker.smtCallback(smtsolver.smtSolver, solver) } : {};
  const { errors = [] } = JSON.parse(solc.compile(JSON.stringify(input), callbacks));
  for (const { formattedMessage } of errors) console.log(formattedMessage.trim());
  if (errors.some(({ type }) => type === "UnimplementedFeatureError")) console.log("smt: this solc's SMTChecker cannot read the executor: nothing was proved");
  else if (!solver) console.log("smt: no solver on PATH (z3, eld or cvc5): nothing was proved");
  process.exitCode = errors.some(({ message }) => /violation happens here|Division by zero happens|Out of bounds access happens/.test(message)) ? 1 : 0;
}

main();
