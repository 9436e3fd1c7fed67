// clang-tidy over many files, remembering which were clean. A file is checked again when anything that its translation unit reads has
// changed, or its command, the checks or clang-tidy: the results are empty files named by the hash of all that, beside ccache's in the
// user's cache, so that clones share them. The most recently changed files come first, because with --budget the others may have to wait.
// usage: node scripts/tidy.mjs BUILD_DIR [--budget SECONDS] [--since REVISION]
// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const TIDY = 'clang-tidy-19';
const JOBS = 2;
const SOURCES = ['host/*.cpp', 'kernels/*.cpp', 'sim/*.cpp'];
const MEGABYTES = 64; // of what a command may print

const { values, positionals } = parseArgs({ allowPositionals: true, options: { budget: { type: 'string' }, since: { type: 'string' } } });
const root = process.cwd();
const build = resolve(positionals[0] ?? 'build/release');
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'jitbox-tidy');

const run = (command, ...args) => execFileSync(command, args, { encoding: 'utf8', maxBuffer: MEGABYTES << 20 });
const lines = (text) => text.split('\n').filter(Boolean);
const sha = (text) => createHash('sha256').update(text).digest('hex');

/** Object file -> what it was compiled from, as ninja noted it at the last build. */
function dependencies() {
  const out = new Map();
  let current;
  for (const line of run('ninja', '-C', build, '-t', 'deps').split('\n')) {
    const head = /^(\S+): #deps \d+, .*\((VALID|STALE)\)/.exec(line);
    if (head) out.set(head[1], (current = head[2] === 'VALID' ? [] : undefined));
    else if (line.startsWith('    ') && current) current.push(resolve(build, line.trim()));
  }
  return out;
}

const contents = new Map();
function content_hash(file) {
  if (!contents.has(file)) contents.set(file, existsSync(file) ? sha(readFileSync(file)) : 'none');
  return contents.get(file);
}

/** Names the state of everything that decides about `entry`; undefined when it was not built as it stands. */
function key_of(entry, deps, checks) {
  const read = deps.get(/ -o (\S+)/.exec(entry.command)[1]);
  if (read === undefined) return undefined;
  const parts = read.map((file) => `${file.startsWith(root) ? relative(root, file) : file} ${content_hash(file)}`).sort();
  return sha([checks, entry.command.replaceAll(root, '.'), ...parts].join('\n'));
}

/** Position of a file in the history: changed and not committed first, then the last commit's, and so on. */
function recency() {
  const order = new Map();
  for (const file of [...lines(run('git', 'diff', '--name-only', 'HEAD')), ...lines(run('git', 'log', '--format=', '--name-only', '-n', '500'))]) {
    if (!order.has(file)) order.set(file, order.size);
  }
  return (file) => order.get(file) ?? Infinity;
}

function check(file) {
  return new Promise((done) => {
    const child = spawn(TIDY, ['--quiet', '-p', build, file], { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (out += data));
    child.on('close', (code) => done({ clean: code === 0, text: lines(out).filter((line) => !/warnings? generated|Suppressed|Use -header-filter/.test(line)).join('\n') }));
  });
}

const checks = `${run(TIDY, '--version')}${readFileSync('.clang-tidy', 'utf8')}`;
const deps = dependencies();
const commands = new Map(JSON.parse(readFileSync(join(build, 'compile_commands.json'), 'utf8')).map((entry) => [relative(root, entry.file), entry]));
const age = recency();
const wanted = lines(values.since ? run('git', 'diff', '--name-only', '--diff-filter=d', values.since, '--', ...SOURCES) : run('git', 'ls-files', ...SOURCES)).filter((file) => commands.has(file));
const todo = wanted
  .map((file) => ({ file, key: key_of(commands.get(file), deps, checks) }))
  .filter(({ key }) => key === undefined || !existsSync(join(cache, key)))
  .sort((a, b) => age(a.file) - age(b.file));

mkdirSync(cache, { recursive: true });
const known = wanted.length - todo.length;
const until = Date.now() + Number(values.budget ?? Infinity) * 1000;
let clean = 0;
const bad = [];
async function work() {
  while (todo.length > 0 && Date.now() < until) {
    const { file, key } = todo.shift();
    const { clean: good, text } = await check(file);
    if (good) {
      clean += 1;
      if (key !== undefined) writeFileSync(join(cache, key), '');
    } else {
      bad.push(file);
      console.log(text);
    }
  }
}
await Promise.all(Array.from({ length: JOBS }, work));
console.log(`clang-tidy: ${clean} files clean, ${known} clean as before, ${bad.length} with findings` + (todo.length > 0 ? `, ${todo.length} not reached in ${values.budget} s` : ''));
process.exit(bad.length > 0 ? 1 : 0);
