// The card's model for a program: the variables of its env.sh, and the model's process.
// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";

/** What the env.sh of the model's folder exports. */
export function card_environment(folder) {
  const file = join(folder, "env.sh");
  if (!existsSync(file)) throw new Error(`${file} does not exist; build the targets jitbox-card-model and jitbox-xrt`);
  const { stdout } = spawnSync("bash", ["-c", `. '${file}' && env -0`], { encoding: "utf8", env: { ...process.env, USER: userInfo().username } });
  return Object.fromEntries(stdout.split("\0").filter(Boolean).map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

/** Process id of the model that XRT started for the process `pid`: its only child. */
export function model_of(pid) {
  const { stdout } = spawnSync("pgrep", ["-P", String(pid)], { encoding: "utf8" });
  const children = stdout.trim().split("\n").filter(Boolean).map(Number);
  if (children.length !== 1) throw new Error(`process ${pid} has ${children.length} children, the card's model would be one`);
  return children[0];
}
