// Child processes of the demo and the end-to-end tests: started with a log file each, waited for, ended for certain, by the kernel when this
// process ends without it.
// SPDX-License-Identifier: Apache-2.0
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { spawn_bound } from "../../chain/lib/bound.mjs";

const END_GRACE_MS = 5_000;

export class Process {
  /**
   * @param {{name: string, log_dir: string, env?: object, cwd?: string, grace_ms?: number, idle?: boolean}} options its output goes to
   *   LOG_DIR/NAME.out; grace_ms: how long it may take to end; idle: it runs only
   *   when nobody else wants the CPU (chrt)
   */
  constructor(command, args, { name, log_dir, env = {}, cwd, grace_ms = END_GRACE_MS, idle = false }) {
    if (idle) [command, args] = ["chrt", ["--idle", "0", command, ...args]];
    this.name = name;
    this.grace_ms = grace_ms;
    this.log_file = join(log_dir, `${name}.out`);
    this.child = spawn_bound(command, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env }, cwd });
    const log = createWriteStream(this.log_file, { flags: "a" });
    log.on("error", (error) => (this.log_problem = `, which could not be written: ${error.message}`)); // a full disk
    this.child.stdout.pipe(log, { end: false });
    this.child.stderr.pipe(log, { end: false });
    this.lines = createInterface({ input: this.child.stdout });
    this.error_lines = createInterface({ input: this.child.stderr });
    this.exited = new Promise((resolve) => {
      this.child.once("exit", (code, signal) => resolve(signal ?? code));
      this.child.once("error", (error) => resolve(error.message));
    });
    this.exited.then(() => (this.ended = true));
  }

  get pid() {
    return this.child.pid;
  }

  /** The first line of standard output or error that `accept` gives something for. */
  async line(accept, timeout_ms = 30_000) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => finish(reject, new Error(`${this.name}: not ready in ${timeout_ms} ms, ${this.#see_log()}`)), timeout_ms);
      const finish = (how, what) => {
        clearTimeout(timer);
        this.lines.off("line", take);
        this.error_lines.off("line", take);
        how(what);
      };
      const take = (text) => {
        const found = accept(text);
        if (found) finish(resolve, found);
      };
      this.lines.on("line", take);
      this.error_lines.on("line", take);
      this.exited.then((how) => finish(reject, new Error(`${this.name}: ended with ${how}, ${this.#see_log()}`)));
    });
  }

  #see_log() {
    return `see ${this.log_file}${this.log_problem ?? ""}`;
  }

  kill(signal = "SIGKILL") {
    this.child.kill(signal);
    return this.exited;
  }

  async end() {
    if (this.ended) return;
    this.child.kill("SIGTERM");
    const timer = setTimeout(() => this.child.kill("SIGKILL"), this.grace_ms);
    await this.exited;
    clearTimeout(timer);
  }
}

/** Runs a command to its end: {code, stdout, stderr}. */
export function run_command(command, args, { env = {}, timeout_ms = 60_000 } = {}) {
  return new Promise((resolve) => {
    const child = spawn_bound(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => (stdout += chunk));
    child.stderr.on("data", (chunk) => (stderr += chunk));
    const timer = setTimeout(() => child.kill("SIGKILL"), timeout_ms);
    const finish = (code) => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr });
    };
    child.once("error", (error) => finish(error.message));
    child.once("close", (code, signal) => finish(signal ?? code));
  });
}
