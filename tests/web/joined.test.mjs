// cmake/join_modules.cmake: the client as one module, as the server hands it out.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as entry from '../../web/turnpike-client.js';
import { VirtualClock } from './fakes/clock.mjs';
import { FakeNetwork } from './fakes/connection.mjs';
import { fakeEnvironment } from './fakes/environment.mjs';
import { fileOf, finished } from './fakes/file_ends.mjs';
import { FakeServer } from './fakes/server.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'turnpike-joined-'));
after(() => rmSync(folder, { recursive: true }));

function joinModules(from, to) {
  const options = [`-DENTRY=${from}`, `-DOUT=${to}`, '-P', join(root, 'cmake', 'join_modules.cmake')];
  const { status, stderr } = spawnSync('cmake', options, { encoding: 'utf8', timeout: 60_000 });
  return { status, words: stderr.replace(/\s+/g, ' ') };
}

/** Joins modules given as {path: text}; `entry.js` is the entry. */
function joinTexts(name, texts) {
  for (const [path, text] of Object.entries(texts)) {
    const whole = join(folder, name, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, text);
  }
  const out = join(folder, name, 'out.mjs');
  const result = joinModules(join(folder, name, 'entry.js'), out);
  return { ...result, text: result.status === 0 ? readFileSync(out, 'utf8') : '', out };
}

const joinedPath = join(folder, 'turnpike-client.mjs');
const made = joinModules(join(root, 'web', 'turnpike-client.js'), joinedPath);

test('the client joins, and has nothing left to import', () => {
  assert.equal(made.words, '');
  assert.equal(made.status, 0);
  const text = readFileSync(joinedPath, 'utf8');
  assert.doesNotMatch(text, /^\s*import\b/m);
  assert.doesNotMatch(text, /\bimport\s*\(/);
  assert.equal(text.match(/^export\b/gm).length, 1);
});

test('the joined module exports the same names as the entry', async () => {
  const joined = await import(pathToFileURL(joinedPath));
  assert.deepEqual(Object.keys(joined), Object.keys(entry));
});

test('two pages with the joined module get into a call and send a file', async () => {
  const { Room } = await import(pathToFileURL(joinedPath));
  const clock = new VirtualClock();
  const network = new FakeNetwork();
  const server = new FakeServer(clock);
  const enter = async (user) => {
    // Each page draws its own random numbers.
    let state = user.length;
    const { environment } = fakeEnvironment({ clock, network, opened: server.opened });
    environment.random = () => (state = (state * 16807 + 11) % 2147483647) / 2147483647;
    const room = new Room({ url: 'wss://turn.example.org/signal', room: 'daily', user, environment });
    const joining = room.join();
    await clock.advance(10);
    await joining;
    return room;
  };
  const [anna, ben] = [await enter('anna'), await enter('benno')];
  await clock.advance(3000);
  const peer = anna.peers.get('benno');
  assert.equal(peer.state, 'connected');
  const offered = new Promise((resolve) => {
    ben.peers.get('anna').addEventListener('file', ({ detail }) => resolve(detail.transfer));
  });
  const sending = peer.sendFile(fileOf(100_000));
  const receiving = await offered;
  receiving.accept();
  await finished(sending, receiving);
  assert.deepEqual([sending.state, receiving.state, receiving.blob.size], ['done', 'done', 100_000]);
  for (const room of [anna, ben]) room.leave();
});

const LEAF = 'export class Leaf {}\n';
const ENTRY = "export { Leaf } from './client/leaf.js';\n";

test('modules come after those that they import, each once, and without import and export', () => {
  const { status, text } = joinTexts('order', {
    'entry.js': "// First.\nexport { A } from './client/a.js';\nexport {\n  B,\n  Leaf,\n} from './client/b.js';\n",
    'client/a.js': "import {\n  B,\n} from './b.js';\nimport { Leaf, leaf } from './leaf.js';\n\nexport const A = [B, leaf];\n",
    'client/b.js': "import { leaf } from './leaf.js';\n\nexport async function B() { leaf(); }\nexport class Leaf {}\n",
    'client/leaf.js': "/** @type {import('./b.js').B} */\nexport const leaf = '; import [';\nexport class Twig {}\n",
  });
  assert.equal(status, 1, 'Leaf is not exported by leaf.js');
  assert.equal(text, '');
  const fixed = joinTexts('order', {
    'client/a.js': "import {\n  B,\n} from './b.js';\nimport { Twig, leaf } from './leaf.js';\n\nexport const A = [B, Twig];\n",
  });
  assert.equal(fixed.words, '');
  assert.equal(fixed.text, `// First.

// leaf.js

/** @type {B} */
const leaf = '; import [';
class Twig {}

// b.js

async function B() { leaf(); }
class Leaf {}

// a.js

const A = [B, Twig];

export {
  A,
  B,
  Leaf,
};
`);
});

test('whatever is not understood is refused, with the file and what it was', () => {
  const refused = {
    'default': ['export default 1;', /leaf\.js: cannot join: export default 1;/],
    'renamed': ["import { A as B } from './a.js';", /leaf\.js: cannot join names that are renamed: \{ A as B \}/],
    'default-import': ["import A from './a.js';", /cannot join: import A from/],
    'effect': ["import './a.js';", /cannot join: import '\.\/a\.js'/],
    'elsewhere': ["import { A } from 'https://example.org/a.js';", /cannot join: import \{ A \}/],
    'star': ["export * from './a.js';", /cannot join: export \*/],
    'list': ['const a = 1;\nexport { a };', /cannot join: export \{ a \};/],
    'dynamic': ["const a = () => import('./a.js');", /cannot join: import\('\.\/a\.js'\)/],
    'pattern': ['const { a, b } = Leaf;', /cannot join: const \{ a, b \}/],
    'let': ['export let a = 1;', /cannot join: export let a = 1;/],
    'missing': ["import { A } from './none.js';", /none\.js: no such file/],
    'absent': ["import { Z } from './a.js';", /a\.js does not export Z/],
    'circle': ["import { C } from './c.js';", /imports itself by way of others/],
    'twice': ["import { A } from './a.js';\nconst inner = 1;", /leaf\.js: inner is declared in \S+a\.js, too/],
  };
  for (const [name, [line, expected]] of Object.entries(refused)) {
    const { status, words } = joinTexts(`refused-${name}`, {
      'entry.js': ENTRY,
      'client/leaf.js': `${line}\n${LEAF}`,
      'client/a.js': 'const inner = 1;\nexport const A = inner;\n',
      'client/c.js': "import { Leaf } from './leaf.js';\nexport const C = Leaf;\n",
    });
    assert.equal(status, 1, name);
    assert.match(words, expected);
  }
});

test('an entry with code of its own, or without an export, is refused', () => {
  const code = joinTexts('code', { 'entry.js': `${ENTRY}const a = 1;\n`, 'client/leaf.js': LEAF });
  assert.match(code.words, /entry\.js: cannot join: const a = 1;/);
  const empty = joinTexts('empty', { 'entry.js': '// Nothing.\n' });
  assert.match(empty.words, /entry\.js: exports nothing/);
});
