// What this process starts does not outlive it, whatever ends it, SIGKILL too: child processes, and a directory with what they leave in it.
// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const held = []; // every child inherits these: their other ends see when all of them have ended

/** As spawn(): the kernel kills the child when this process has ended (PR_SET_PDEATHSIG). Its own children are its own affair. */
export function spawn_bound(command, args, options) {
  const unless_orphaned = '[ "$PPID" = "$0" ] && exec "$@"'; // this process may have ended before setpriv asked the kernel
  const binding = ["--pdeathsig", "KILL", "sh", "-c", unless_orphaned, String(process.pid)];
  return spawn("setpriv", [...binding, command, ...args], { ...options, stdio: [...options.stdio, ...held] });
}

/** A new private directory, which goes when this process and all that it has started have ended, unless it is kept. */
export class SweptDirectory {
  constructor(prefix) {
    this.path = join(tmpdir(), prefix + randomBytes(6).toString("hex"));
    // In a session of its own: what is sent to this one's process group does not reach it.
    this.sweeper = spawn("sh", ["-c", 'read -r nothing; rm -rf -- "$0"', this.path], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
    this.swept = once(this.sweeper, "exit");
    this.sweeper.unref();
    this.sweeper.stdin.unref();
    held.push(this.sweeper.stdin);
    mkdirSync(this.path, { mode: 0o700 });
  }

  /** Once what was started has ended. */
  async end({ keep }) {
    held.splice(held.indexOf(this.sweeper.stdin), 1);
    if (keep) this.sweeper.kill("SIGKILL");
    else rmSync(this.path, { recursive: true, force: true });
    this.sweeper.stdin.destroy();
    this.sweeper.ref();
    await this.swept;
  }
}
