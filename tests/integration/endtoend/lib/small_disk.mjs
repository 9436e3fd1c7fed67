// jitd's state on a disk that is really full when it is filled: a tmpfs that only its mount namespace has.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Whether this machine lets us mount one. */
export const small_disk = spawnSync("unshare", ["-Urm", "sh", "-c", "mount -t tmpfs none /mnt"]).status === 0;

/** 16 MiB for the jitd that will be started. */
export function put_jitd_on_small_disk(appliance) {
  const wrapper = join(appliance.dir, "jitd-on-a-small-disk");
  const real = appliance.program("jitd");
  writeFileSync(wrapper, `#!/bin/sh\nexec unshare -Urm sh -c 'mount -t tmpfs -o size=16m none "${appliance.dirs.state}" && exec "${real}" "$@"' jitd "$@"\n`);
  chmodSync(wrapper, 0o700);
  const program = appliance.program.bind(appliance);
  appliance.program = (name) => (name === "jitd" ? wrapper : program(name));
}

/** A file there as jitd sees it. */
export const on_its_disk = (appliance, name) => join("/proc", String(appliance.jitd.pid), "root", appliance.dirs.state, name);

/** Until the kernel says no, to the last byte. */
export function fill(file) {
  for (let size = 65_536; size >= 1; size /= 16) {
    const page = Buffer.alloc(size, "x");
    try {
      for (;;) writeFileSync(file, page, { flag: "a" });
    } catch (error) {
      assert.equal(error.code, "ENOSPC");
    }
  }
}
