// The units of deploy/systemd, as systemd's own tools judge them offline: units.mjs FOLDER_OF_PROGRAMS
// - systemd-analyze verify has nothing to say, alone and with every drop-in;
// - systemd-analyze security gives an exposure of at most 2.0 (HOST-1);
// - no system call that jit-signer's own filter allows is refused by the unit's, which would be found at a customer's;
// - what the programs ask the unit for is there.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const programs = process.argv[2];
const source = join(import.meta.dirname, "../../..");
const read = (...path) => readFileSync(join(source, ...path), "utf8");
const fits = {
  "jit-signer": [[], ["tpm"], ["pin-credential"], ["tpm", "hsm-network", "pin-credential"]],
  jitd: [[], ["tpm"], ["card"], ["tpm", "card"]],
  "jit-guardian": [[]],
};

function analyze(directory, ...args) {
  const run = spawnSync("systemd-analyze", args, {
    encoding: "utf8",
    timeout: 60_000,
    env: { ...process.env, SYSTEMD_UNIT_PATH: `${directory}:`, LC_ALL: "C", SYSTEMD_COLORS: "0" },
  });
  assert.equal(run.error, undefined, "systemd-analyze is in the package systemd (packages.debian)");
  return run;
}

/** The unit with its drop-ins, its programs being those of this build. */
function install(directory, unit, dropIns) {
  const text = read("deploy/systemd", `${unit}.service`).replaceAll("/usr/lib/jitbox", programs);
  const file = join(directory, `${unit}.service`);
  writeFileSync(file, text);
  mkdirSync(`${file}.d`);
  for (const name of dropIns) writeFileSync(join(`${file}.d`, `${name}.conf`), read("deploy/systemd/drop-ins", `${name}.conf`));
  return file;
}

function systemCallSets() {
  const sets = new Map();
  let current;
  for (const line of analyze("", "--no-pager", "syscall-filter").stdout.split("\n")) {
    if (/^@/.test(line)) sets.set(line.trim(), (current = []));
    else if (current && /^ {4}[@\w]/.test(line)) current.push(line.trim());
  }
  return sets;
}

function expand(sets, name) {
  if (!name.startsWith("@")) return [name];
  assert.ok(sets.has(name), `systemd does not know ${name}`);
  return sets.get(name).flatMap((member) => expand(sets, member));
}

/** As systemd reads it: the first line says allow, later ones add, those with ~ take away. */
function allowedBy(unit, sets) {
  const allowed = new Set();
  for (const [, not, names] of unit.matchAll(/^SystemCallFilter=(~?)(.*)$/gm))
    for (const call of names.split(" ").flatMap((name) => expand(sets, name))) not ? allowed.delete(call) : allowed.add(call);
  return allowed;
}

for (const [unit, combinations] of Object.entries(fits)) {
  for (const dropIns of combinations) {
    const what = `${unit} with ${dropIns.join(", ") || "no drop-in"}`;
    const directory = mkdtempSync(join(tmpdir(), "jitbox-units-"));
    try {
      const file = install(directory, unit, dropIns);
      if (unit === "jitd") install(directory, "jit-signer", []);
      const verified = analyze(directory, "verify", "--man=no", file);
      assert.equal(verified.status, 0, `${what}: ${verified.stderr}`);
      assert.equal(verified.stderr, "", what);
      const judged = analyze(directory, "security", "--offline=true", "--no-pager", file).stdout;
      const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(judged)?.[1]);
      assert.ok(exposure <= 2.0, `${what}: exposure ${exposure}\n${judged}`);
      console.log(`${what}: exposure ${exposure}`);
    } finally {
      rmSync(directory, { recursive: true });
    }
  }
}

const sets = systemCallSets();
const signer = read("deploy/systemd/jit-signer.service");
const allowed = allowedBy(signer, sets);
const wanted = [...read("host/signer/sandbox.cpp").matchAll(/SCMP_SYS\((\w+)\)/g)].map(([, call]) => call);
assert.ok(wanted.length > 100, "the signer's list was not found");
const refused = [...new Set(wanted)].filter((call) => !allowed.has(call));
assert.deepEqual(refused, ["fchown"], "only SQLite as root asks for fchown");
const jitd = read("deploy/systemd/jitd.service");
assert.ok(allowedBy(jitd, sets).has("adjtimex"), "jitd asks whether the clock is synchronised");
assert.doesNotMatch(jitd, /^ProtectClock=yes/m, "it refuses that question");
const guardian = read("deploy/systemd/jit-guardian.service");
for (const text of [signer, jitd, guardian])
  for (const line of ["LimitMEMLOCK=infinity", "LimitCORE=0", "NoNewPrivileges=yes"]) assert.ok(text.includes(`\n${line}\n`), line);
for (const text of [signer, jitd]) assert.ok(text.includes("\nLimitRTPRIO=10\n"), "a stop's priority");
for (const text of [signer, guardian]) assert.ok(allowedBy(text, sets).has("seccomp"), "a worker sets a filter of its own");
assert.doesNotMatch(signer, /^PrivateUsers=yes/m, "SO_PEERCRED would show every client as nobody");
