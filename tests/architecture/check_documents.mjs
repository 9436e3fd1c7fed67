// Fails when a document names what is not there: a link or its heading, a file or folder, a test, a bench, a soak script, a flag.
// Run by ctest from the build directory, whose tests it asks for.
// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const git = (...args) => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });

const files = git('ls-files', '--cached', '--others', '--exclude-standard').split('\n').filter(Boolean);
const documents = files.filter((file) => file.endsWith('.md'));
const folders = new Set(files.flatMap((file) => file.split('/').slice(0, -1).map((_, at, parts) => parts.slice(0, at + 1).join('/'))));
const names = new Set(files.map((file) => basename(file)));
const read = (file) => readFileSync(join(root, file), 'utf8');

/** Headings as GitHub makes anchors of them. */
const anchors = (text) => [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading.trim().toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-'));

const exists = (path) => files.includes(path) || folders.has(path.replace(/\/$/, '')) || files.some((file) => file.startsWith(path));

/** `host/risk/gate*`, `tests/{a,b}.sh`: a pattern that has to match something. */
function matches(pattern) {
  const quoted = pattern.replace(/[.+^$()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*').replace(/\{([^}]*)\}/g, (_, list) => `(${list.replaceAll(',', '|')})`);
  return files.some((file) => new RegExp(`^${quoted}`).test(file));
}

export function broken_links(document, text) {
  return [...text.matchAll(/\]\(([^)#\s]*)(?:#([^)]*))?\)/g)].flatMap(([whole, path, anchor]) => {
    if (/^https?:/.test(path)) return [];
    const target = path ? normalize(join(dirname(document), path)) : document;
    if (!exists(target)) return [`the link ${whole}: there is no ${target}`];
    return anchor && !anchors(read(target)).includes(anchor) ? [`the link ${whole}: ${target} has no such heading`] : [];
  });
}

function word_problem(word, document, tests) {
  if (/^(host|rtl|tests|kernels|sim|deploy|scripts|docs|cmake)\/[\w./*{},-]+$/.test(word)) {
    const there = (path) => (/[*{]/.test(path) ? matches(path) : exists(path));
    return there(word) || there(join(dirname(document), word)) ? null : `there is no ${word}`;
  }
  if (/^[\w-]+\.(cpp|hpp|sv|mjs|sh|sol)$/.test(word) && !names.has(word)) return `there is no file ${word}`;
  if (/^([a-z0-9_]+_test|(endtoend|formal)_[a-z0-9_]+)$/.test(word) && !tests.has(word) && !names.has(`${word}.cpp`)) return `there is no test ${word}`;
  return null;
}

/** Code of a document: what stands in backquotes, and indented lines. */
const code_of = (text) => [...text.matchAll(/`([^`\n]+)`/g), ...text.matchAll(/^ {4}(\S.*)$/gm)].map(([, code]) => code);

/** What is named as code and is not there. */
export function absent_names(document, text, tests) {
  const words = code_of(text).flatMap((code) => code.split(/\s+/).map((word) => word.replace(/[,;:]$/, '')));
  const benches = [...text.matchAll(/\.\/run bench ([a-z_]+)/g)].map(([, name]) => (exists(`tests/bench/${name}.sh`) ? null : `there is no bench ${name}`));
  const soaks = [...text.matchAll(/\.\/run soak ([a-z]\w*)/g)].map(([whole]) => `${whole}: soak takes minutes only`);
  return [...words.map((word) => word_problem(word, document, tests)), ...benches, ...soaks].filter(Boolean);
}

/** Long options of our programs that nothing in the tree knows. */
export function unknown_flags(text, known) {
  const ours = code_of(text).filter((code) => /^(--|jit|node |\.\/run|build\/|tests\/|deploy\/|scripts\/)/.test(code));
  const flags = new Set(ours.flatMap((code) => code.match(/(?<![\w/.-])--[a-z][a-z-]+/g) ?? []));
  return [...flags].filter((flag) => !known.has(flag) && !known.has(flag.slice(2))).map((flag) => `no program here knows ${flag}`);
}

function main() {
  const listed = execFileSync('ctest', ['-N', '--test-dir', process.argv[2]], { encoding: 'utf8' });
  const tests = new Set([...listed.matchAll(/Test +#\d+: (\S+)/g)].map(([, name]) => name));
  const known = new Set(git('grep', '--untracked', '-hIoE', '[-]{0,2}[a-z][a-z-]+', '--', '*.cpp', '*.hpp', '*.mjs', '*.sh', '*.toml', '*.cmake', 'run', '.ci').split('\n'));
  const found = documents.flatMap((document) => {
    const text = read(document);
    return [...broken_links(document, text), ...absent_names(document, text, tests), ...unknown_flags(text, known)].map((problem) => `${document}: ${problem}`);
  });
  found.forEach((line) => console.error(line));
  console.log(`documents: ${documents.length}, ${found.length} problems`);
  process.exit(found.length === 0 ? 0 : 1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
