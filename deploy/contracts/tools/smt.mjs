#!/usr/bin/env node
// Has the npm compiler's SMTChecker (its own z3: none is needed on PATH) prove the assertions of test/proofs, each for every argument in every
// state. Exit code 1 unless each is proved. Its bounded engine: it looks at one call at a time and unrolls loops once, of which
// there are none here, so that "safe" is a proof. The other engine (chc) proves some of the same in minutes.
// What it is not asked about: JitExecutor.sol, because solc 0.8.37 has no transient storage there (with the keyword taken out it
// reads the contract, and proves nothing of it); the packing of words (Words.sol), because it counts in integers and shifts of 256
// bits are beyond it.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const solc = createRequire(import.meta.url)("solc");
const CONTRACTS = fileURLToPath(new URL("../", import.meta.url));
const SOURCES = ["src/Rights.sol", "src/Words.sol"];
const PROVED = /Assertion violation check is safe!/;

/** What the SMTChecker says of a contract that has the name of its file. */
function ask(file, name) {
  const sources = Object.fromEntries([...SOURCES, file].map((path) => [path, { content: readFileSync(CONTRACTS + path, "utf8") }]));
  // No timeout: it would need threads, which this build has not. z3's own limit counts steps, not seconds.
  const modelChecker = { engine: "bmc", targets: ["assert"], solvers: ["z3"], showUnproved: true, showProvedSafe: true, contracts: { [file]: [name] } };
  const input = { language: "Solidity", sources, settings: { evmVersion: "cancun", modelChecker, outputSelection: { "*": { "*": [] } } } };
  return JSON.parse(solc.compile(JSON.stringify(input))).errors ?? [];
}

function main() {
  for (const entry of readdirSync(`${CONTRACTS}test/proofs`)) {
    const file = `test/proofs/${entry}`;
    const assertions = readFileSync(CONTRACTS + file, "utf8").match(/\bassert\(/g).length;
    const said = ask(file, entry.replace(".sol", ""));
    const proved = said.filter(({ message }) => PROVED.test(message)).length;
    console.log(`smt: ${file}: ${proved} of ${assertions} assertions proved; of JitExecutor.sol itself and of the packing of words nothing`);
    if (proved === assertions) continue;
    for (const { formattedMessage, message } of said) if (!PROVED.test(message)) console.log(formattedMessage.trim());
    process.exitCode = 1;
  }
}

main();
