// The check of the documents itself: it must find what it is there for.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { absent_names, broken_links, unknown_flags } from './check_documents.mjs';

const tests = new Set(['chain_test', 'endtoend_demo']);

test('a link to a file or a heading that is gone is found', () => {
  assert.deepEqual(broken_links('docs/x.md', '[a](architecture.md) [b](architecture.md#the-house) [c](https://example.org/)'), []);
  assert.match(broken_links('docs/x.md', '[a](gone.md)')[0], /there is no docs\/gone.md/);
  assert.match(broken_links('docs/x.md', '[a](architecture.md#gone)')[0], /no such heading/);
});

test('a path, a file, a test, a bench that is gone is found', () => {
  const good = '`host/risk/gate`, `host/risk/gate*`, `CMakeLists.txt` and `chain_test`; `./run bench range`\n\n    tests/soak/signer.sh build/release\n';
  assert.deepEqual(absent_names('docs/x.md', good, tests), []);
  for (const gone of ['`host/gone/x.cpp`', '`host/gone*`', '`gone.mjs`', '`gone_test`', '`endtoend_gone`', './run bench gone', './run soak decode', '    tests/soak/gone.sh\n'])
    assert.equal(absent_names('docs/x.md', gone, tests).length, 1, gone);
});

test('an option that no program knows is found, another program\'s is not ours to know', () => {
  const known = new Set(['--seed', 'config']);
  assert.deepEqual(unknown_flags('`jitd --config F` `--seed` `xbutil configure --host-mem`', known), []);
  assert.deepEqual(unknown_flags('`jitd --gone`', known), ['no program here knows --gone']);
});
