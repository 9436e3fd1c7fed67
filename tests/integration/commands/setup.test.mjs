// ./run setup where something is missing: what is wrong and what to do stands at the end, the exit code is 1, and the next run goes on. In a tree of its
// own with stand-ins for apt-get, npm, sudo and id: nothing is installed here.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const TOOLS = ["bash", "dirname", "cat", "cp", "cmp", "grep", "sed", "env", "flock", "mkdir", "node", "dpkg-query"];
const made = [];
after(() => made.forEach((dir) => rmSync(dir, { recursive: true })));

/** A tree with `./run setup` and a PATH of few programs; `stand_ins`: name to shell text. */
function tree(stand_ins, packages = "bash\n") {
  const dir = mkdtempSync(join(tmpdir(), "setup test ")); // a path with spaces is as good as any
  made.push(dir);
  for (const file of ["run", "package-lock.json"]) copyFileSync(join(ROOT, file), join(dir, file));
  cpSync(join(ROOT, "scripts"), join(dir, "scripts"), { recursive: true });
  writeFileSync(join(dir, "packages.debian"), packages);
  mkdirSync(join(dir, "path"));
  const where = (name) => spawnSync("bash", ["-c", `command -v ${name}`], { encoding: "utf8" }).stdout.trim();
  for (const name of TOOLS) symlinkSync(where(name), join(dir, "path", name));
  for (const [name, text] of Object.entries({ id: "echo 0", npm: "mkdir -p node_modules", ...stand_ins })) {
    writeFileSync(join(dir, "path", name), `#!/bin/bash\nPATH=/usr/bin:/bin\n${text}\n`);
    chmodSync(join(dir, "path", name), 0o755);
  }
  return dir;
}

function setup(dir) {
  const { status, stdout, stderr } = spawnSync(join(dir, "run"), ["setup"], { encoding: "utf8", env: { PATH: join(dir, "path") } });
  return { status, said: stdout + stderr, last: stderr.trim().split("\n").slice(-2).join("\n") };
}

test("where everything is installed nothing is asked of root or network", () => {
  const dir = tree({ id: "exit 9", "apt-get": "exit 9", npm: "exit 9" });
  mkdirSync(join(dir, "node_modules"));
  copyFileSync(join(ROOT, "package-lock.json"), join(dir, "node_modules/.jitbox-lock"));
  assert.deepEqual(setup(dir), { status: 0, said: "", last: "" });
});

test("without root and without sudo the command for root is named, with the packages", () => {
  const { status, last } = setup(tree({ id: "echo 1000" }, "# a comment\nbash\njitbox-is-not-a-package\n"));
  assert.equal(status, 1);
  assert.match(last, /setup: these Debian packages are missing, and only root can install them: jitbox-is-not-a-package\n +-> as root: apt-get install .* jitbox-is-not-a-package/);
});

test("without a network apt-get's words and what it needs are said, and npm is not tried", () => {
  const { status, said, last } = setup(tree({ "apt-get": 'echo "E: Unable to fetch some archives" >&2; exit 100', npm: "echo npm was called" }, "jitbox-is-not-a-package\n"));
  assert.equal(status, 1);
  assert.match(said, /E: Unable to fetch/);
  assert.match(last, /setup: apt-get, .*: jitbox-is-not-a-package\n +-> .*network.*dpkg --configure -a/);
  assert.doesNotMatch(said, /npm was called/);
});

test("an npm that was cut off is begun anew, and not again once it is through", () => {
  const dir = tree({ npm: 'mkdir -p node_modules; echo "npm error network" >&2; exit 1' });
  const first = setup(dir);
  assert.equal(first.status, 1);
  assert.match(first.last, /setup: npm, .*\n +-> .*network/);
  assert.ok(!existsSync(join(dir, "node_modules/.jitbox-lock")));
  writeFileSync(join(dir, "path/npm"), "#!/bin/bash\necho called\n");
  assert.match(setup(dir).said, /called/);
  assert.deepEqual(setup(dir), { status: 0, said: "", last: "" });
});

test("a second one in the same tree waits for the first", async () => {
  const dir = tree({ npm: "for ((i = 0; i < 300; i++)); do test -e the_other_waits && break; sleep 0.1; done; mkdir -p node_modules" });
  const start = () =>
    new Promise((resolve) => {
      const child = spawn(join(dir, "run"), ["setup"], { env: { PATH: join(dir, "path") } });
      let said = "";
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (chunk) => {
          said += chunk;
          if (/waiting for another/.test(said)) writeFileSync(join(dir, "the_other_waits"), "");
        });
      child.once("close", (status) => resolve({ status, said }));
    });
  const both = await Promise.all([start(), start()]);
  assert.deepEqual(both.map(({ status }) => status), [0, 0]);
  assert.equal(both.filter(({ said }) => /waiting for another/.test(said)).length, 1);
  assert.equal(both.filter(({ said }) => /installing the npm packages/.test(said)).length, 1, "the second finds everything there");
});
