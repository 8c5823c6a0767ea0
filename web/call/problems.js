// What can go wrong, in words, with what to do about it.

/**
 * @typedef {Object} ProblemWords
 * @property {string} title what happened, in one sentence
 * @property {string} advice what to do
 * @property {'warn'|'bad'} kind warn: the call works all the same
 */

/** The name of an error of getUserMedia -> problem. */
const MEDIA_ERRORS = {
  NotAllowedError: 'denied',
  PermissionDeniedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'missing',
  DevicesNotFoundError: 'missing',
  NotReadableError: 'in-use',
  TrackStartError: 'in-use',
  AbortError: 'in-use',
  OverconstrainedError: 'overconstrained',
};

/**
 * @param {{name?: string}} error what getUserMedia was rejected with
 * @returns {string}
 */
export function mediaProblem(error) {
  return MEDIA_ERRORS[error?.name] ?? 'in-use';
}

/** Code of a RoomError -> problem, where they differ. */
const ROOM_ERRORS = { 'room-full': 'full', 'rate-limited': 'busy' };

/** @param {string} code @returns {string} */
export function roomProblem(code) {
  const problem = Object.hasOwn(ROOM_ERRORS, code) ? ROOM_ERRORS[code] : code;
  return Object.hasOwn(ROOM_WORDS, problem) ? problem : 'other';
}

/**
 * Where this browser lets one change one's mind about the camera.
 * @param {string} agent navigator.userAgent
 * @returns {string}
 */
export function permissionHint(agent) {
  if (/iPhone|iPad|iPod/.test(agent)) {
    return 'Touch the page menu at the left of the address, open “Website Settings”, and allow camera and '
      + 'microphone. If they are not offered there, look in Settings › Privacy & Security.';
  }
  if (/Android/.test(agent)) {
    return 'Touch the icon at the left of the address, open “Permissions”, and allow camera and microphone.';
  }
  if (/Firefox\//.test(agent)) {
    return 'Click the crossed-out camera or microphone at the left of the address and remove the block.';
  }
  if (/Chrome\/|Chromium\/|Edg\//.test(agent)) {
    return 'Click the icon at the left of the address and allow camera and microphone for this page.';
  }
  if (/Safari\//.test(agent)) {
    return 'Open Safari › Settings for This Website, and allow camera and microphone.';
  }
  return 'Allow camera and microphone for this page in your browser’s settings.';
}

const DEVICE = { camera: 'camera', microphone: 'microphone', both: 'camera and microphone' };
const WITHOUT = 'The call works without, too.';

const MEDIA_WORDS = {
  denied: ({ device, hint, bySystem }) => [
    bySystem ? `Your system does not let this browser use the ${device}.` : `This page may not use your ${device}.`,
    bySystem
      ? `Allow it in the privacy settings of your system, then try again. ${WITHOUT}`
      : `${hint} Then try again. ${WITHOUT}`,
  ],
  missing: ({ device }) => [
    `No ${device} was found.`,
    `If you have one, plug it in or switch it on, and try again. ${WITHOUT}`,
  ],
  'in-use': ({ device, both }) => [
    `Your ${device} could not be started.`,
    `${both ? 'They are' : 'It is'} probably in use by another program or tab. Close that, and try again. ${WITHOUT}`,
  ],
  overconstrained: ({ device }) => [
    `Your ${device} cannot be used for a call.`,
    `Choose another one, or try again. ${WITHOUT}`,
  ],
  insecure: () => [
    'Camera and microphone only work on a secure page.',
    'Browsers allow them where the address begins with https. Here you can join without, and see and hear the others.',
  ],
  unplugged: ({ device }) => [`Your ${device} is gone.`, 'Plug it in again, or choose another one.'],
};

const ROOM_WORDS = {
  unauthorized: ['You need an invitation to this room.',
    'Ask whoever runs the call for a link of yours, and open exactly that. An older link may no longer be good.'],
  full: ['This room is full.', 'Wait until somebody leaves and try again, or make another room.'],
  busy: ['The server has too much to do for you at the moment.', 'Wait a minute and try again.'],
  draining: ['The server is about to restart and takes nobody new.', 'Try again in a minute.'],
  unreachable: ['The server cannot be reached.', 'Look whether you are connected to the internet, and try again.'],
  replaced: ['You opened this call somewhere else.',
    'It goes on there. If you would rather have it here, join again: the other one will end.'],
  kicked: ['You were removed from this call.', 'Whoever runs it can tell you why.'],
  closed: ['This room was closed.', 'Whoever runs the server ended the call for everybody.'],
  'bad-room': ['This address leads to no room.', 'Look whether it was copied whole, or make a new room.'],
  off: ['There are no calls on this server.', 'Whoever runs it has switched them off.'],
  'no-webrtc': ['This browser cannot make calls.', 'Take a current Firefox, Chrome, Edge or Safari.'],
  other: ['You could not be let in.', 'Try again. If it keeps failing, the connection test may say why.'],
};

const MILD = new Set(['draining', 'replaced', 'busy', 'full']);

/**
 * @param {string} problem
 * @param {'camera'|'microphone'|'both'} kind
 * @param {{agent?: string, message?: string}} [circumstances] the browser, and the error's message
 * @returns {ProblemWords}
 */
export function deviceWords(problem, kind, { agent = '', message = '' } = {}) {
  const words = MEDIA_WORDS[problem] ?? MEDIA_WORDS['in-use'];
  const [title, advice] = words({
    device: DEVICE[kind] ?? DEVICE.both, both: kind === 'both',
    hint: permissionHint(agent), bySystem: /system/i.test(message),
  });
  return { title, advice, kind: 'warn' };
}

/**
 * @param {string} problem
 * @returns {ProblemWords}
 */
export function roomWords(problem) {
  const [title, advice] = ROOM_WORDS[problem] ?? ROOM_WORDS.other;
  return { title, advice, kind: MILD.has(problem) ? 'warn' : 'bad' };
}
