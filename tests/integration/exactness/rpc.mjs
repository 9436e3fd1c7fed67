// A local anvil on a free port, and JSON-RPC to it.
// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

// The binary itself, not npm's wrapper around it, which would leave it running when killed.
const arch = process.arch === 'x64' ? 'amd64' : process.arch;
const anvil_program = createRequire(import.meta.url).resolve(`@foundry-rs/anvil-${process.platform}-${arch}/bin/anvil`);
const start_deadline_ms = 60_000;
const call_deadline_ms = 120_000;

/** Starts anvil: nothing is mined by itself, no limit on code size or gas. Resolves to {rpc, cpu_ms, stop}. */
export async function start_anvil() {
  const child = spawn(anvil_program, ['--port', '0', '--no-mining', '--accounts', '1', '--hardfork', 'cancun',
    '--gas-limit', String(2 ** 50), '--code-size-limit', '1000000', '--memory-limit', String(2 ** 30)],
  { stdio: ['ignore', 'pipe', 'inherit'] });
  const stop = () => child.kill('SIGKILL');
  process.once('exit', stop);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  const url = await listening_url(child);
  return { rpc: (method, params) => rpc(url, method, params), cpu_ms: () => cpu_ms(child.pid), stop };
}

function listening_url(child) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('anvil did not start in 60 s')), start_deadline_ms);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`anvil exited with ${code} before it listened`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /Listening on (\S+)/.exec(line);
      if (!found) return;
      clearTimeout(timer);
      resolve(`http://${found[1]}`);
    });
  });
}

/** Processor time that a process has used so far; /proc counts it in hundredths of a second. */
function cpu_ms(pid) {
  const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13);
  return (Number(user) + Number(system)) * 10;
}

let next_id = 0;

async function rpc(url, method, params) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: ++next_id, method, params }),
    signal: AbortSignal.timeout(call_deadline_ms),
  });
  const answer = await response.json();
  if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
  return answer.result;
}
