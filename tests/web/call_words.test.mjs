import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceWords, mediaProblem, permissionHint, roomProblem, roomWords } from '../../web/call/problems.js';
import { streamRoles } from '../../web/call/roles.js';
import { transferWords } from '../../web/call/transfers.js';
import {
  badgeWords, bitrateWords, clockWords, framesWords, initials, leftWords, millisecondWords, nameOr, pathSentence,
  peerStateWords, percentWords, pictureWords, roomStateWords, sizeWords,
} from '../../web/call/words.js';

test('errors of getUserMedia become problems', () => {
  const problems = {
    NotAllowedError: 'denied', SecurityError: 'denied', NotFoundError: 'missing', NotReadableError: 'in-use',
    AbortError: 'in-use', OverconstrainedError: 'overconstrained', TypeError: 'in-use',
  };
  for (const [name, problem] of Object.entries(problems)) assert.equal(mediaProblem({ name }), problem);
  assert.equal(mediaProblem(undefined), 'in-use');
});

test('every device problem has words, and what to do, for one device and for both', () => {
  for (const problem of ['denied', 'missing', 'in-use', 'overconstrained', 'insecure', 'unplugged']) {
    for (const kind of ['camera', 'microphone', 'both']) {
      const { title, advice } = deviceWords(problem, kind, { agent: 'Firefox/140', message: '' });
      assert.match(title, /\.$/);
      assert.ok(advice.length > 20);
      assert.doesNotMatch(title + advice, /undefined|Error|getUserMedia|\[object/);
      if (kind !== 'both' && problem !== 'insecure') assert.ok(title.includes(kind));
    }
  }
});

test('a refusal by the system is not blamed on the page', () => {
  assert.match(deviceWords('denied', 'camera', { message: 'Permission denied by system' }).title, /system/);
  assert.match(deviceWords('denied', 'camera', { message: 'Permission denied' }).title, /page/);
});

test('the hint is the one of the browser', () => {
  const safari = 'Mozilla/5.0 (Macintosh) AppleWebKit/605 (KHTML, like Gecko) Version/18.0 Safari/605';
  const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537 (KHTML, like Gecko) Chrome/140.0 Safari/537';
  const agents = [['Firefox/140.0', /crossed-out/], [chrome, /icon at the left/], [safari, /Settings for This/],
    [`${chrome} Edg/140`, /icon at the left/], ['Mozilla/5.0 (Linux; Android 15) Chrome/140', /Permissions/],
    ['Mozilla/5.0 (iPhone) Version/18.0 Safari/604', /Website Settings/], ['', /browser’s settings/]];
  for (const [agent, words] of agents) assert.match(permissionHint(agent), words);
});

test('every code of a room has words', () => {
  const codes = ['unauthorized', 'room-full', 'rate-limited', 'draining', 'unreachable', 'replaced', 'kicked', 'closed',
    'bad-room', 'off', 'no-webrtc'];
  const other = roomWords('other').title;
  for (const code of codes) {
    const { title, advice, kind } = roomWords(roomProblem(code));
    assert.ok(title !== other && advice.length > 10 && ['warn', 'bad'].includes(kind), code);
  }
  assert.equal(roomProblem('room-full'), 'full');
  for (const code of ['bad-message', undefined, 'toString', 'constructor']) assert.equal(roomProblem(code), 'other');
});

test('states and paths', () => {
  assert.equal(roomStateWords('joined'), 'Connected');
  assert.match(roomStateWords('reconnecting'), /lost/);
  assert.equal(peerStateWords('connected'), '');
  assert.equal(badgeWords('relayed', 'good'), 'Relayed, good');
  assert.equal(badgeWords('direct', 'unknown'), 'Direct');
  assert.equal(badgeWords('unknown', 'unknown'), 'Connecting');
  assert.match(pathSentence('relayed', 'tls'), /TLS/);
  assert.doesNotMatch(pathSentence('relayed', null), /null|over/);
});

test('amounts', () => {
  assert.deepEqual([0, 999, 1000, 1500, 20e6, 3.2e9].map(sizeWords),
    ['0 B', '999 B', '1 KB', '1.5 KB', '20 MB', '3.2 GB']);
  assert.deepEqual([null, 0, 64e3, 2.34e6].map(bitrateWords), ['–', '0 kbit/s', '64 kbit/s', '2.3 Mbit/s']);
  assert.deepEqual([null, undefined, NaN, 0.0234].map(millisecondWords), ['–', '–', '–', '23 ms']);
  assert.deepEqual([null, 0, 0.0512].map(percentWords), ['–', '0 %', '5.1 %']);
  assert.equal(pictureWords({ width: 640, height: 360 }), '640 × 360');
  assert.equal(pictureWords({ width: 0, height: 0 }), 'none');
  assert.equal(framesWords({ framesPerSecond: 29.97 }), '30');
});

test('people', () => {
  assert.deepEqual(['Ann Example', 'élodie', '  ', '李 小龙', '👩‍🚀 Ann'].map(initials), ['AE', 'É', '?', '李小', '👩A']);
  assert.deepEqual([undefined, null, ' ', ' Ann '].map(nameOr), ['Guest', 'Guest', 'Guest', 'Ann']);
  assert.equal(leftWords('left', 'Ann'), 'Ann left');
  assert.match(leftWords('disconnected', 'Ann'), /connection/);
  assert.match(leftWords('kicked', 'Ann'), /removed/);
  assert.match(clockWords('2026-01-02T03:04:05Z'), /\d\d:\d\d/);
  assert.match(clockWords('nonsense'), /\d\d:\d\d/);
});

test('a transfer says where it is', () => {
  const transfer = { direction: 'send', size: 2e6, transferred: 5e5 };
  assert.match(transferWords({ ...transfer, state: 'offered' }), /waits/);
  assert.equal(transferWords({ ...transfer, state: 'running' }), '500 KB of 2 MB');
  assert.match(transferWords({ ...transfer, state: 'done' }), /arrived/);
  assert.match(transferWords({ ...transfer, state: 'failed', reason: 'checksum' }), /damaged/);
  assert.match(transferWords({ ...transfer, state: 'failed', reason: 'else' }), /again/);
  assert.equal(transferWords({ ...transfer, state: 'cancelled', reason: 'refused' }), 'Declined');
  assert.equal(transferWords({ ...transfer, state: 'cancelled', reason: 'cancelled' }), 'Cancelled');
});

const stream = (id, video = true) => ({ id, getVideoTracks: () => (video ? [{}] : []) });

test('streams are what the status says they are', () => {
  const [camera, screen] = [stream('c'), stream('s')];
  assert.deepEqual(streamRoles([screen, camera], { camera: 'c', screen: 's' }), { camera, screen });
  assert.deepEqual(streamRoles([screen, camera], { camera: 'c', screen: null }), { camera, screen: null });
  assert.deepEqual(streamRoles([], { camera: 'c', screen: 's' }), { camera: null, screen: null });
});

test('without a status the first stream is the camera', () => {
  const [camera, sound, screen] = [stream('c'), stream('a', false), stream('s')];
  assert.deepEqual(streamRoles([camera], undefined), { camera, screen: null });
  assert.deepEqual(streamRoles([camera, sound, screen], null), { camera, screen });
  assert.deepEqual(streamRoles([camera, sound], { mood: 'good' }), { camera, screen: null });
});
