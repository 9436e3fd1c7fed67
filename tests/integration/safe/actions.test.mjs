// jitctl's table of owner actions against the compiled contract: every owner function with its arguments, nothing else, and the right ones wait.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { ROOT, artifact, build_contracts } from "../../../sim/chain/lib/artifacts.mjs";
import { run_command } from "../../../sim/demo/lib/processes.mjs";

const SOURCES = ["Rights", "Listing", "JitExecutor"].map((name) => readFileSync(`${ROOT}deploy/contracts/src/${name}.sol`, "utf8"));
/** The announcement is a form of the other actions: `jitctl safe propose --announce`. */
const NO_ACTION_OF_ITS_OWN = "schedule";

/** Name and body of every function with this modifier. */
function functions_with(modifiers) {
  const found = new Map();
  for (const source of SOURCES)
    for (const [, name, head, body] of source.matchAll(/^ {4}function (\w+)(\([^{]*?)\{(.*?)^ {4}\}/gms)) if (modifiers.some((modifier) => head.includes(modifier))) found.set(name, body);
  return found;
}

async function table() {
  const { code, stdout, stderr } = await run_command(process.env.JITBOX_JITCTL, ["safe", "actions", "--json"]);
  assert.equal(code, 0, stderr);
  return new Map(JSON.parse(stdout).map((action) => [action.name, action]));
}

describe("jitctl's table of owner actions", () => {
  it("has every function of owner and guardian, and no other", async () => {
    const owned = [...functions_with(["onlyOwner", "onlyGuardian"]).keys()].filter((name) => name !== NO_ACTION_OF_ITS_OWN);
    assert.ok(owned.length >= 12, `${owned}`);
    assert.deepEqual([...(await table()).keys()].sort(), owned.sort());
  });

  it("has their arguments as the compiler has them: types, names, order", async () => {
    build_contracts();
    const { abi } = artifact("JitExecutor");
    for (const [name, action] of await table()) {
      const inputs = abi.getFunction(name).inputs.map(({ type, name: argument }) => ({ type, name: argument }));
      assert.deepEqual(action.arguments, inputs, name);
      assert.equal(action.signature, abi.getFunction(name).format("sighash"));
      assert.equal(action.selector, abi.getFunction(name).selector);
    }
  });

  it("announces exactly what the contract delays", async () => {
    const delayed = [...functions_with(["onlyOwner", "onlyGuardian"])].filter(([, body]) => body.includes("_loosen()")).map(([name]) => name);
    const announced = [...(await table()).values()].filter(({ announce }) => announce).map(({ name }) => name);
    assert.deepEqual(announced.sort(), delayed.sort());
  });
});
