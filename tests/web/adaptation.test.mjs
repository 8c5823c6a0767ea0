import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Adaptation, applyLevel, AUDIO_ONLY_LEVEL } from '../../web/client/adaptation.js';
import { settle } from './fakes/clock.mjs';

/** An Adaptation that sees `loss` each second; run() tells the levels that it changed to, and when. */
function scenario() {
  let now = 0;
  const adaptation = new Adaptation({ now: () => now });
  const changes = [];
  const run = (seconds, loss) => {
    for (let i = 0; i < seconds; ++i) {
      const lossOut = typeof loss === 'function' ? loss(i) : loss;
      const { level, audioOnly, changed } = adaptation.observe({ lossOut });
      if (changed) changes.push([now / 1000, level]);
      assert.equal(audioOnly, level === AUDIO_ONLY_LEVEL);
      now += 1000;
    }
    return changes;
  };
  return { run, changes, pause: (seconds) => { now += seconds * 1000; } };
}

test('a path that loses little is left alone', () => {
  assert.deepEqual(scenario().run(300, 0.04), []);
});

test('a burst of loss changes nothing', () => {
  const { run } = scenario();
  run(20, 0);
  run(1, 0.5);
  assert.deepEqual(run(20, 0), []);
});

test('loss above five percent lowers step by step, in the end to audio only', () => {
  const { run } = scenario();
  assert.deepEqual(run(60, 0.08), [[4, 1], [9, 2], [14, 3], [23, 4]]);
});

test('loss that comes and goes counts by its mean', () => {
  const { run } = scenario();
  assert.deepEqual(run(8, (i) => (i % 2 ? 0.02 : 0.12)), [[4, 1]]);
});

test('when it stays good, video comes back step by step', () => {
  const { run, changes } = scenario();
  run(24, 0.08);
  changes.length = 0;
  const found = run(120, 0);
  assert.deepEqual(found.map(([, level]) => level), [3, 2, 1, 0]);
  const waits = found.map(([at], i) => at - (found[i - 1]?.[0] ?? 23));
  assert.ok(waits.every((wait) => wait >= 10 && wait <= 12), waits.join());
});

test('between good and bad everything stays as it is', () => {
  const { run, changes } = scenario();
  run(6, 0.08);
  changes.length = 0;
  assert.deepEqual(run(300, 0.035), []);
});

test('after a recovery that failed, the next try waits twice as long', () => {
  const { run, changes } = scenario();
  run(5, 0.1);
  assert.deepEqual(changes, [[4, 1]]);
  const waits = [];
  for (let round = 0; round < 6; ++round) {
    let before = changes.length;
    let seconds = 0;
    for (; changes.length === before && seconds < 1000; ++seconds) run(1, 0);
    waits.push(seconds);
    for (before = changes.length; changes.length === before;) run(1, 0.1);
  }
  assert.deepEqual(waits.map((wait) => Math.round(wait / 10) * 10), [10, 20, 40, 80, 160, 160]);
});

test('after a recovery that held, the next try waits less again', () => {
  const { run, changes } = scenario();
  run(10, 0.1);
  for (let round = 0; round < 3; ++round) {
    let before = changes.length;
    while (changes.length === before) run(1, 0);
    before = changes.length;
    while (changes.length === before) run(1, 0.1);
  }
  changes.length = 0;
  run(400, 0);
  const [first, second] = changes;
  assert.deepEqual([first[1], second[1]], [1, 0]);
  assert.ok(second[0] - first[0] < 50, `${second[0] - first[0]} seconds`);
});

test('what was seen before a pause does not count', () => {
  const { run, pause } = scenario();
  run(4, 0.2);
  pause(60);
  assert.deepEqual(run(4, 0.2), []);
});

function fakeSender({ kind = 'video', encodings = [{}], refuse = false } = {}) {
  const sender = {
    track: kind && { kind }, set: [], running: 0, parameters: { transactionId: 1, encodings },
    getParameters: () => structuredClone(sender.parameters),
    async setParameters(parameters) {
      if (refuse) throw new DOMException('no', 'InvalidModificationError');
      assert.equal(++sender.running, 1, 'one at a time');
      await null;
      --sender.running;
      sender.set.push(parameters);
      sender.parameters = parameters;
    },
  };
  return sender;
}

test('a level becomes a bitrate and a scale, and level 0 takes both away', async () => {
  const sender = fakeSender();
  assert.equal(await applyLevel(sender, 2), true);
  assert.deepEqual(sender.parameters.encodings, [{ active: true, maxBitrate: 400_000, scaleResolutionDownBy: 2 }]);
  await applyLevel(sender, 0);
  assert.deepEqual(sender.parameters.encodings, [{ active: true, scaleResolutionDownBy: 1 }]);
});

test('audio only switches the encoding off, and a lower level on again', async () => {
  const sender = fakeSender();
  await applyLevel(sender, AUDIO_ONLY_LEVEL);
  assert.equal(sender.parameters.encodings[0].active, false);
  await applyLevel(sender, AUDIO_ONLY_LEVEL - 1);
  assert.deepEqual(sender.parameters.encodings[0], { active: true, maxBitrate: 150_000, scaleResolutionDownBy: 4 });
});

test('what the application has set holds, too', async () => {
  const encodings = [{ maxBitrate: 300_000, scaleResolutionDownBy: 2 }, { active: false, rid: 'low' }];
  const sender = fakeSender({ encodings });
  await applyLevel(sender, 1);
  assert.deepEqual(sender.parameters.encodings, [
    { active: true, maxBitrate: 300_000, scaleResolutionDownBy: 3 },
    { active: false, rid: 'low', maxBitrate: 900_000, scaleResolutionDownBy: 1.5 },
  ]);
  await applyLevel(sender, 0);
  assert.deepEqual(sender.parameters.encodings[0], { active: true, maxBitrate: 300_000, scaleResolutionDownBy: 2 });
});

test('changes to one sender follow one another', async () => {
  const sender = fakeSender();
  await Promise.all([1, 3, 2].map((level) => applyLevel(sender, level)));
  assert.equal(sender.set.length, 3);
  assert.equal(sender.parameters.encodings[0].maxBitrate, 400_000);
});

test('audio, senders without a track, and level 0 from the beginning are left alone', async () => {
  for (const kind of ['audio', null]) {
    const sender = fakeSender({ kind });
    assert.equal(await applyLevel(sender, 2), false);
    assert.equal(sender.set.length, 0);
  }
  const sender = fakeSender();
  assert.equal(await applyLevel(sender, 0), true);
  assert.equal(sender.set.length, 0);
});

test('a browser that refuses, or has no encodings, is borne with', async () => {
  assert.equal(await applyLevel(fakeSender({ refuse: true }), 1), false);
  const bare = fakeSender({ encodings: [] });
  assert.equal(await applyLevel(bare, 1), true);
  assert.equal(bare.parameters.encodings.length, 1);
  const stopped = { track: { kind: 'video' }, getParameters: () => { throw new TypeError('stopped'); } };
  assert.equal(await applyLevel(stopped, 1), false);
  await settle();
});
