import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import './fakes/clock.mjs';
import { settle } from './fakes/clock.mjs';
import { FakeStream, FakeTrack } from './fakes/media.mjs';
import { OwnMedia } from '../../web/call/own_media.js';
import { ScreenShare } from '../../web/call/screen.js';
import { streamRoles } from '../../web/call/roles.js';
import { nameOr } from '../../web/call/words.js';

/** What was opened, oldest first, and the questions that nobody has answered yet. */
let opened;
let questions;

class Stream extends FakeStream {
  getVideoTracks() {
    return this.getTracks().filter(({ kind }) => kind === 'video');
  }

  getAudioTracks() {
    return this.getTracks().filter(({ kind }) => kind === 'audio');
  }

  removeTrack(track) {
    this.drop(track);
  }
}

function open({ video, audio }) {
  const kinds = [...(video ? ['video'] : []), ...(audio ? ['audio'] : [])];
  const tracks = kinds.map((kind) => Object.assign(new FakeTrack(kind), { getSettings: () => ({ deviceId: kind }) }));
  opened.push(...tracks);
  return new Promise((resolve) => {
    questions.push(() => resolve(new Stream(tracks)));
  });
}

async function answer() {
  questions.shift()();
  await settle();
}

const live = () => opened.filter(({ readyState }) => readyState === 'live').map(({ kind }) => kind);

beforeEach(() => {
  opened = [];
  questions = [];
  globalThis.MediaStream = Stream;
  const mediaDevices = { getUserMedia: open, getDisplayMedia: open };
  Object.defineProperty(globalThis, 'navigator', { value: { mediaDevices }, configurable: true });
});

test('what is opened only after all was closed is closed at once', async () => {
  const media = new OwnMedia();
  media.open();
  media.turn('camera', true);
  await settle();
  media.close();
  await answer();
  assert.deepEqual(live(), []);
  assert.equal(media.stream.getTracks().length, 0);
  media.open();
  await settle();
  await answer();
  assert.deepEqual(live(), ['video', 'audio']);
});

test('another microphone while muted stays muted', async () => {
  const media = new OwnMedia();
  media.open();
  await settle();
  await answer();
  media.turn('microphone', false);
  await settle();
  media.choose('microphone', 'other');
  await settle();
  await answer();
  assert.deepEqual(live(), ['video', 'audio']);
  assert.equal(media.track('microphone').enabled, false);
  assert.equal(media.on('microphone'), false);
});

test('another camera while it is off stays off', async () => {
  const media = new OwnMedia();
  media.open();
  await settle();
  await answer();
  media.turn('camera', false);
  await settle();
  media.choose('camera', 'other');
  await settle();
  assert.deepEqual([questions.length, live()], [0, ['audio']]);
  media.turn('camera', true);
  await settle();
  await answer();
  assert.deepEqual(live(), ['audio', 'video']);
});

test('a camera that is unplugged is said, and can be switched on again', async () => {
  const media = new OwnMedia();
  const problems = [];
  media.addEventListener('problem', ({ detail }) => problems.push(detail.problems[0]?.problem));
  media.open();
  await settle();
  await answer();
  media.track('camera').readyState = 'ended';
  media.track('camera').dispatchEvent(new Event('ended'));
  assert.equal(problems.at(-1), 'unplugged');
  assert.equal(media.on('camera'), false);
  media.turn('camera', true);
  await settle();
  await answer();
  assert.equal(media.on('camera'), true);
});

test('a screen that is chosen only after the call has ended is not captured', async () => {
  const sent = [];
  const share = new ScreenShare({ addTrack: (track) => sent.push(track), removeTrack() {} });
  share.start();
  await settle();
  share.close();
  await answer();
  assert.deepEqual([live(), sent, share.stream], [[], [], null]);
});

test('a status that is no object is that of a client that says nothing', () => {
  const [camera, screen] = [new Stream([new FakeTrack()]), new Stream([new FakeTrack()])];
  for (const status of [5, 'camera', true, null, undefined, [], () => {}, { other: 1 }]) {
    assert.deepEqual(streamRoles([camera, screen], status), { camera, screen });
  }
});

test('names have nothing in them that is not seen', () => {
  assert.equal(nameOr('\u202eecilA\u202c'), 'ecilA');
  assert.equal(nameOr('A\u200bli\u00adce'), 'Alice');
  assert.equal(nameOr('\u200b\u2060 \ufeff'), 'Guest');
  assert.equal(nameOr(7), '7');
  assert.equal(nameOr('Zoë 👩‍🚀'), 'Zoë 👩‍🚀');
});
