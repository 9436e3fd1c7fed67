// What an auditor does with jitctl: begin an anchor, verify, show, export; and what the commands say about files that were touched.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const jitctl = process.argv[2];
const directory = mkdtempSync(join(tmpdir(), "jitbox-audit-"));
const file = join(directory, "audit.jsonl");
const anchor = `file:${join(directory, "elsewhere", "head")}`;
const key = join(directory, "key");

function audit(...args) {
  const run = spawnSync(jitctl, ["audit", ...args], { encoding: "utf8", timeout: 20_000 });
  return { status: run.status, out: run.stdout, error: run.stderr };
}

try {
  mkdirSync(join(directory, "elsewhere"));
  assert.match(audit("anchor", "--file", file, "--anchor", anchor).out, /holds record 1 of/);
  assert.match(audit("anchor", "--file", file, "--anchor", anchor).error, /is there already/, "an anchor is begun once");
  assert.match(audit("anchor", "--file", file, "--anchor", "usb:1").error, /neither a file nor a TPM/);

  const good = audit("verify", "--file", file, "--anchor", anchor, "--json");
  assert.equal(good.status, 0, good.error);
  assert.deepEqual([JSON.parse(good.out).ok, JSON.parse(good.out).records], [true, 1]);

  const shown = audit("show", "--file", file, "--action", "anchor", "--since", "1h", "--json").out.trim().split("\n").map(JSON.parse);
  assert.equal(shown.length, 1);
  assert.equal(shown[0].agent, "jitctl");
  assert.equal(audit("show", "--file", file, "--until", "1h", "--json").out, "", "nothing is older than an hour");
  assert.match(audit("show", "--file", file, "--since", "yesterday").error, /'yesterday' is no time/);

  const out = join(directory, "export.jsonl");
  const exported = audit("export", "--file", file, "--anchor", anchor, "--out", out, "--key", key, "--hide-users");
  assert.equal(exported.status, 0, exported.error);
  assert.equal(statSync(out).mode & 0o077, 0, "an export is its maker's");
  const [header, record] = readFileSync(out, "utf8").trim().split("\n").map(JSON.parse);
  assert.equal(header.verified, true);
  assert.match(record.user, /^user-[0-9a-f]{16}$/);
  assert.equal(record.hash, shown[0].hash);

  assert.match(audit("verify", "--socket", join(directory, "nobody.sock")).error, /cannot reach jitd/, "without --file it asks jitd");

  // Touched: one letter; then the whole of an older copy, which only the anchor can tell.
  for (const part of [file, `${file}.head`]) cpSync(part, `${part}.copy`);
  writeFileSync(file, readFileSync(file, "utf8").replace("begun", "bogus"));
  const changed = audit("verify", "--file", file, "--anchor", anchor);
  assert.equal(changed.status, 1);
  assert.match(changed.out, /NOT INTACT.*line 1: its hash is not that of its bytes/);
  const told = audit("export", "--file", file, "--anchor", anchor, "--key", key);
  assert.equal(told.status, 1, "an export of a touched file says so");
  assert.equal(JSON.parse(told.out.split("\n")[0]).verified, false);
  cpSync(`${file}.copy`, file);
  const later = `file:${join(directory, "elsewhere", "later")}`;
  assert.match(audit("anchor", "--file", file, "--anchor", later).out, /holds record 2 of/);
  for (const part of [file, `${file}.head`]) cpSync(`${part}.copy`, part);
  assert.equal(audit("verify", "--file", file).status, 0, "whole in itself");
  assert.match(audit("verify", "--file", file, "--anchor", later).out, /NOT INTACT.*truncated/);
  console.log("audit commands: anchor, verify, show and export hold");
} finally {
  rmSync(directory, { recursive: true, force: true });
}
