// Says what is wrong with camera and microphone, and offers what may help.
import { deviceWords } from './problems.js';

const DEVICE_PROBLEMS = ['denied', 'missing', 'in-use', 'overconstrained', 'insecure', 'unplugged'];

/**
 * Where the same page is served securely.
 * @param {Location|URL} place
 * @param {number|null} port
 * @returns {string|null}
 */
export function secureAddress(place, port) {
  if (!port || place.protocol === 'https:') return null;
  const address = new URL(place.href);
  address.protocol = 'https:';
  address.port = String(port);
  return address.href;
}

/**
 * @param {import('./own_media.js').OwnMedia} media
 * @param {import('./trouble.js').Trouble} trouble
 * @param {number|null} securePort
 */
export function watchDevices(media, trouble, securePort) {
  const retry = (kind) => (kind === 'both' ? media.open() : media.turn(kind, true));
  media.addEventListener('problem', ({ detail: { problems } }) => {
    if (problems.length === 0) {
      trouble.clear(DEVICE_PROBLEMS);
      return;
    }
    const [{ problem, kind, message }] = problems;
    const secure = problem === 'insecure' ? secureAddress(location, securePort) : null;
    const actions = secure ? [{ label: 'Open the secure page', href: secure, id: 'secure-page' }] : [];
    if (problem !== 'insecure') actions.push({ label: 'Try again', onclick: () => retry(kind), id: 'retry' });
    trouble.show(problem, deviceWords(problem, kind, { agent: navigator.userAgent, message }), actions);
  });
}
