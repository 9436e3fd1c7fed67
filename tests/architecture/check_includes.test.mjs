// The include check itself: it must find what it is there for.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { includedFolders, parseGraph, violations } from './check_includes.mjs';

const file = (folder, text) => ({ folder, path: `host/${folder}/x.cpp`, text });

test('an include that the target allows is fine, directly or through another target', () => {
  const graph = parseGraph('base:\nchain:base\nstore:chain\n');
  assert.deepEqual(violations(graph, [file('store', '#include "base/hex.hpp"\n#include "chain/rlp.hpp"\n')]), []);
});

test('an include of a folder that is not linked is found', () => {
  const graph = parseGraph('base:\nchain:base\nsigner:chain\n');
  assert.match(violations(graph, [file('signer', '#include "relay/client.hpp"\n')])[0], /includes relay\//);
});

test('a declared dependency against the layers is found', () => {
  assert.match(violations(parseGraph('base:\nrisk:base\nsigner:risk\n'), [])[0], /signer -> risk/);
});

test('a cycle is found', () => {
  assert.ok(violations(parseGraph('base:chain\nchain:base\n'), []).some((line) => line.includes('cycle')));
});

test('kernels are recognised by their include root', () => {
  assert.deepEqual(includedFolders('#include "hls/records.hpp"\n#include <vector>\n'), ['kernels']);
});

test('a room of the composition is a folder of its own', () => {
  assert.deepEqual(includedFolders('#include "apps/desk/desk.hpp"\n#include "apps/appliance.hpp"\n'), ['apps_desk', 'apps']);
  const graph = parseGraph('base:\napps_market:base\napps_desk:base\n');
  assert.match(violations(graph, [file('apps_market', '#include "apps/desk/desk.hpp"\n')])[0], /includes apps_desk\//);
  assert.match(violations(parseGraph('apps_market:apps_desk\napps_desk:\n'), [])[0], /apps_market -> apps_desk/);
});
