#!/usr/bin/env node
// jitd --check-config on a file with five mistakes: five messages, each naming its field; and on a right one.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run_command } from "../../../sim/demo/lib/processes.mjs";
import { end_to_end } from "./lib/run.mjs";

await end_to_end("configuration with five mistakes", async (appliance) => {
  const check = (file) => run_command(appliance.program("jitd"), ["--check-config", "--config", file]);
  const right = await check(appliance.config_file);
  assert.equal(right.code, 0, right.stderr);

  const mistakes = [
    [/^id = \d+/m, 'id = "mainnet"', "chain.id has the wrong type"],
    [/^min_profit_wei = .*/m, "", "risk.min_profit_wei is missing"],
    [/^max_position_wei/m, "max_positon_wei = 1\nmax_position_wei", "risk.max_positon_wei is not a known key"],
    [/^fee = \d+/m, "fee = 2000000", "pools[0].fee = 2000000 is out of range"],
    [/^url = "http:/m, 'url = "ftp:', "relays[0].url = ftp:"],
  ];
  const text = mistakes.reduce((file, [what, by]) => file.replace(what, by), readFileSync(appliance.config_file, "utf8"));
  const file = join(appliance.dir, "mistakes.toml");
  writeFileSync(file, text);
  const wrong = await check(file);
  assert.equal(wrong.code, 2);
  for (const [, , message] of mistakes) assert.ok(wrong.stderr.includes(message), `${message}\n--\n${wrong.stderr}`);
  assert.match(wrong.stderr, /5 mistake/);
});
