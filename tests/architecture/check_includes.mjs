// Fails when an #include crosses a line that the targets do not allow, when the declared graph has a cycle, or when it breaks the layers
// of docs/architecture.md. Input: architecture.txt, which CMake writes from the jitbox_library declarations ("name:dep,dep" a line).
// SPDX-License-Identifier: Apache-2.0
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What may stand below what; a declared dependency outside of this table is an error even if CMake would link it. */
const layers = {
  base: [], kernels: [], chain: ['base', 'kernels'], safe: ['base', 'chain'], manifest: ['base'],
  telemetry: ['base'], tpm: ['base'], store: ['base', 'chain'], audit: ['base', 'chain', 'store', 'tpm'],
  pools: ['base', 'chain', 'telemetry', 'store', 'audit'],
  accel: ['base', 'chain', 'telemetry', 'store', 'audit', 'kernels'],
  risk: ['base', 'chain', 'telemetry', 'store', 'audit'],
  signer: ['base', 'chain', 'store', 'audit', 'manifest', 'tpm'],
  feed: ['base', 'chain', 'telemetry', 'store', 'audit', 'pools', 'accel', 'risk'],
  relay: ['base', 'chain', 'telemetry', 'store', 'audit', 'pools', 'accel', 'risk'],
  strategy: ['base', 'chain', 'telemetry', 'store', 'audit', 'pools', 'accel', 'risk', 'signer', 'relay'],
  control: ['base', 'chain', 'telemetry', 'store', 'audit', 'pools', 'accel', 'risk', 'signer'],
};
/** The rooms of host/apps, bottom up: each may use every library and the rooms before it. */
const rooms = ['text', 'config', 'offline', 'custody', 'runtime', 'market', 'arming', 'watch', 'desk'];
for (const room of rooms) layers[`apps_${room}`] = Object.keys(layers);
layers.apps = Object.keys(layers); // the programs

export function parseGraph(text) {
  const graph = {};
  for (const line of text.split('\n').filter(Boolean)) {
    const [name, deps] = line.split(':');
    graph[name] = deps ? deps.split(',').filter(Boolean) : [];
  }
  return graph;
}

function closure(graph, name, seen = new Set()) {
  for (const dep of graph[name] ?? []) {
    if (!seen.has(dep)) {
      seen.add(dep);
      closure(graph, dep, seen);
    }
  }
  return seen;
}

function sources(folder, without) {
  return readdirSync(folder).flatMap((entry) => {
    const path = join(folder, entry);
    if (statSync(path).isDirectory()) return without.includes(path) ? [] : sources(path, without);
    return /\.(cpp|hpp|h)$/.test(entry) ? [path] : [];
  });
}

/** Folders named in the quoted includes of a file: "chain/u256.hpp" -> chain, "hls/records.hpp" -> kernels, "apps/desk/desk.hpp" -> apps_desk. */
export function includedFolders(text) {
  return [...text.matchAll(/^\s*#\s*include\s+"([a-z0-9_]+)\/(?:([a-z0-9_]+)\/)?/gm)].map(([, folder, room]) => {
    if (folder === 'hls') return 'kernels';
    return folder === 'apps' && room ? `apps_${room}` : folder;
  });
}

/** Where the sources of a target are. */
function place(target) {
  return join(root, target === 'kernels' ? 'kernels/hls' : `host/${target.replace('apps_', 'apps/')}`);
}

export function violations(graph, files) {
  const found = [];
  for (const [name, deps] of Object.entries(graph)) {
    if (closure(graph, name).has(name)) found.push(`${name}: the declared dependencies have a cycle`);
    for (const dep of deps)
      if (!layers[name]?.includes(dep)) found.push(`${name} -> ${dep}: docs/architecture.md does not allow this dependency`);
  }
  for (const { folder, path, text } of files) {
    const allowed = new Set([folder, ...closure(graph, folder)]);
    for (const used of includedFolders(text))
      if ((used in layers || used === 'apps') && !allowed.has(used)) found.push(`${path}: includes ${used}/, which target jitbox_${folder} does not depend on`);
  }
  return found;
}

function main(graphFile) {
  const graph = parseGraph(readFileSync(graphFile, 'utf8'));
  const places = Object.keys(graph).map(place);
  const files = Object.keys(graph).flatMap((folder) => {
    return sources(place(folder), places).map((path) => ({ folder, path: relative(root, path), text: readFileSync(path, 'utf8') }));
  });
  const found = violations(graph, files);
  found.forEach((line) => console.error(line));
  console.log(`architecture: ${Object.keys(graph).length} targets, ${files.length} files, ${found.length} violations`);
  process.exit(found.length === 0 ? 0 : 1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv[2]);
