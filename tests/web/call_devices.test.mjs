import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listDevices, openDevices } from '../../web/call/devices.js';

const CAMERA = { kind: 'video' };
const MICROPHONE = { kind: 'audio' };

/** Devices that refuse: kind -> name of the error. `asked` collects what was asked for. */
function browser({ refuse = {}, granted = [], gone = [] } = {}) {
  const asked = [];
  const devices = {
    async getUserMedia(constraints) {
      asked.push(Object.keys(constraints).sort().join('+'));
      for (const kind of ['video', 'audio']) {
        const exact = constraints[kind]?.deviceId?.exact;
        if (constraints[kind] && refuse[kind]) throw Object.assign(new Error('no'), { name: refuse[kind] });
        if (gone.includes(exact)) throw Object.assign(new Error('no'), { name: 'OverconstrainedError' });
      }
      return {
        getVideoTracks: () => (constraints.video ? [CAMERA] : []),
        getAudioTracks: () => (constraints.audio ? [MICROPHONE] : []),
      };
    },
  };
  const permissions = { query: async ({ name }) => ({ state: granted.includes(name) ? 'granted' : 'prompt' }) };
  return { asked, devices, permissions };
}

const BOTH = { camera: '', microphone: '' };

test('both are asked for in one question', async () => {
  const fake = browser();
  const opened = await openDevices(BOTH, fake);
  assert.deepEqual(opened, { camera: CAMERA, microphone: MICROPHONE, problems: [] });
  assert.deepEqual(fake.asked, ['audio+video']);
});

test('nothing is asked when nothing is wanted', async () => {
  const fake = browser();
  assert.deepEqual(await openDevices({}, fake), { camera: null, microphone: null, problems: [] });
  assert.deepEqual(fake.asked, []);
});

test('a missing camera does not silence the microphone', async () => {
  const { camera, microphone, problems } = await openDevices(BOTH, browser({ refuse: { video: 'NotFoundError' } }));
  assert.deepEqual([camera, microphone], [null, MICROPHONE]);
  assert.deepEqual(problems, [{ problem: 'missing', kind: 'camera', message: 'no' }]);
});

test('after a refusal nothing is asked a second time', async () => {
  const fake = browser({ refuse: { video: 'NotAllowedError' } });
  const { problems } = await openDevices(BOTH, fake);
  assert.deepEqual(fake.asked, ['audio+video']);
  assert.deepEqual(problems.map(({ problem, kind }) => [problem, kind]), [['denied', 'both']]);
});

test('what was permitted before is opened after a refusal of the other', async () => {
  const fake = browser({ refuse: { video: 'NotAllowedError' }, granted: ['microphone'] });
  const { microphone, problems } = await openDevices(BOTH, fake);
  assert.equal(microphone, MICROPHONE);
  assert.deepEqual(problems.map(({ problem, kind }) => [problem, kind]), [['denied', 'camera']]);
});

test('two different problems stay two', async () => {
  const refuse = { video: 'NotReadableError', audio: 'NotFoundError' };
  const { problems } = await openDevices(BOTH, browser({ refuse }));
  assert.deepEqual(problems.map(({ problem, kind }) => `${kind} ${problem}`), ['camera in-use', 'microphone missing']);
});

test('a remembered device that is gone gives way to any other', async () => {
  const opened = await openDevices({ camera: 'old', microphone: 'm' }, browser({ gone: ['old'] }));
  assert.deepEqual(opened, { camera: CAMERA, microphone: MICROPHONE, problems: [] });
});

test('a page that is not secure has no devices', async () => {
  const { problems } = await openDevices({ camera: '' }, { devices: undefined, permissions: undefined });
  assert.deepEqual(problems, [{ problem: 'insecure', kind: 'camera', message: '' }]);
  assert.deepEqual(await listDevices({ enumerateDevices: () => Promise.reject(new Error('no')) }),
    { camera: [], microphone: [] });
});

test('devices without names are counted', async () => {
  const listed = [
    ['videoinput', 'a', ''], ['audiooutput', 'x', 'Speaker'], ['videoinput', 'b', ''], ['audioinput', 'm', 'Mic'],
  ];
  const found = await listDevices({
    enumerateDevices: async () => listed.map(([kind, deviceId, label]) => ({ kind, deviceId, label })),
  });
  assert.deepEqual(found.camera.map(({ label }) => label), ['Camera 1', 'Camera 2']);
  assert.deepEqual(found.microphone, [{ id: 'm', label: 'Mic' }]);
});
