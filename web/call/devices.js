// Which cameras and microphones there are, and how one of them is opened.
import { mediaProblem } from './problems.js';

/**
 * @typedef {'camera'|'microphone'} Kind
 * @typedef {{id: string, label: string}} Device
 * @typedef {{problem: string, kind: Kind|'both', message: string}} DeviceProblem
 */

/** What is chosen when none is wanted. */
export const NONE = 'none';

const LISTED = { videoinput: 'camera', audioinput: 'microphone' };
const NAMED = { camera: 'Camera', microphone: 'Microphone' };

/**
 * @param {MediaDevices|undefined} devices navigator.mediaDevices
 * @returns {Promise<{camera: Device[], microphone: Device[]}>} before permission without ids and labels
 */
export async function listDevices(devices = navigator.mediaDevices) {
  const found = { camera: [], microphone: [] };
  let listed = [];
  try {
    listed = await devices.enumerateDevices();
  } catch {
    // No access to devices at all, as on a page that is not secure.
  }
  for (const { kind, deviceId, label } of listed) {
    const list = found[LISTED[kind]];
    if (list) list.push({ id: deviceId, label: label || `${NAMED[LISTED[kind]]} ${list.length + 1}` });
  }
  return found;
}

function constraint(kind, id) {
  const wish = kind === 'camera'
    ? { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } }
    : { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  return id ? { ...wish, deviceId: { exact: id } } : wish;
}

async function request(devices, wanted) {
  const constraints = {};
  if (wanted.camera !== undefined) constraints.video = constraint('camera', wanted.camera);
  if (wanted.microphone !== undefined) constraints.audio = constraint('microphone', wanted.microphone);
  const stream = await devices.getUserMedia(constraints);
  return { camera: stream.getVideoTracks()[0] ?? null, microphone: stream.getAudioTracks()[0] ?? null };
}

/** Opens one; a remembered device that is no longer there gives way to any other. */
async function openOne(devices, kind, id) {
  try {
    return (await request(devices, { [kind]: id }))[kind];
  } catch (error) {
    if (!id || mediaProblem(error) !== 'overconstrained') throw error;
    return (await request(devices, { [kind]: '' }))[kind];
  }
}

async function permitted(permissions, kind) {
  try {
    return (await permissions.query({ name: kind })).state === 'granted';
  } catch {
    return false;
  }
}

/**
 * Opens what is wanted, in one question to the visitor. When that fails, opens what can be had alone: a missing camera
 * is no reason to be silent. After a refusal nothing is asked again that was not permitted before.
 * @param {{camera?: string, microphone?: string}} wanted ids; '' for any, absent for none
 * @param {{devices?: MediaDevices, permissions?: Permissions}} [browser]
 * @returns {Promise<{camera: MediaStreamTrack|null, microphone: MediaStreamTrack|null, problems: DeviceProblem[]}>}
 */
export async function openDevices(wanted, { devices, permissions } = browserDevices()) {
  const kinds = ['camera', 'microphone'].filter((kind) => wanted[kind] !== undefined);
  const opened = { camera: null, microphone: null, problems: [] };
  if (kinds.length === 0) return opened;
  if (!devices?.getUserMedia) {
    return { ...opened, problems: [{ problem: 'insecure', kind: kinds.length > 1 ? 'both' : kinds[0], message: '' }] };
  }
  let refusal = null;
  if (kinds.length > 1) {
    try {
      return { ...opened, ...await request(devices, wanted) };
    } catch (error) {
      refusal = mediaProblem(error) === 'denied' ? error : null;
    }
  }
  for (const kind of kinds) {
    try {
      if (refusal && !await permitted(permissions, kind)) throw refusal;
      opened[kind] = await openOne(devices, kind, wanted[kind]);
    } catch (error) {
      opened.problems.push({ problem: mediaProblem(error), kind, message: error?.message ?? '' });
    }
  }
  return { ...opened, problems: joined(opened.problems) };
}

function browserDevices() {
  return { devices: navigator.mediaDevices, permissions: navigator.permissions };
}

/** The same problem of both is one problem. */
function joined(problems) {
  const [first, second] = problems;
  return second && first.problem === second.problem ? [{ ...first, kind: 'both' }] : problems;
}
