/**
 * What the client takes from the browser. Tests give their own.
 *
 * @typedef {object} Environment
 * @property {typeof WebSocket} WebSocket
 * @property {typeof RTCPeerConnection} RTCPeerConnection
 * @property {typeof MediaStream} MediaStream
 * @property {() => number} now milliseconds since 1970
 * @property {(callback: () => void, delay: number) => any} setTimeout
 * @property {(timer: any) => void} clearTimeout
 * @property {() => number} random as Math.random()
 * @property {EventTarget} [page] says `online`, `pageshow`, `visibilitychange` and `pagehide`
 */

/**
 * The browser's own, but for what is given.
 *
 * @param {Partial<Environment>} [given]
 * @returns {Environment}
 */
export function completeEnvironment(given = {}) {
  return {
    WebSocket: globalThis.WebSocket,
    RTCPeerConnection: globalThis.RTCPeerConnection,
    MediaStream: globalThis.MediaStream,
    now: () => Date.now(),
    setTimeout: (callback, delay) => globalThis.setTimeout(callback, delay),
    clearTimeout: (timer) => globalThis.clearTimeout(timer),
    random: () => Math.random(),
    page: typeof globalThis.addEventListener === 'function' ? globalThis : undefined,
    ...given,
  };
}

/**
 * Where the server that this module came from has its signaling.
 *
 * @param {string} [base] the module's own address
 */
export function signalingUrl(base = import.meta.url) {
  const url = new URL('/signal', base);
  url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
  return url.href;
}

/**
 * A name for something of this page that no other page's has. It is no secret.
 *
 * @param {Environment} environment
 */
export function drawName({ random }) {
  const part = () => Math.floor(random() * 2 ** 32).toString(36);
  return part() + part();
}
