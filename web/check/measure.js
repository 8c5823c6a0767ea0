// Round trips and a rough rate over a data channel whose two ends are both in this page.
import { within } from './bounded.js';

const PINGS = 10;
const BULK = 100 * 1024;
const PIECE = 16 * 1024;

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function roundTrip(near, far, text, bounds) {
  return within(bounds, (settle) => {
    const began = performance.now();
    const echo = ({ data }) => data === text && far.send(text);
    const back = ({ data }) => data === text && settle(performance.now() - began);
    far.addEventListener('message', echo);
    near.addEventListener('message', back);
    near.send(text);
    return () => {
      far.removeEventListener('message', echo);
      near.removeEventListener('message', back);
    };
  });
}

/**
 * Numbered messages, each echoed, one after the other.
 * @param {RTCDataChannel} near
 * @param {RTCDataChannel} far
 * @param {{milliseconds: number, signal: AbortSignal}} bounds for all of them together
 * @returns {Promise<number[]>} milliseconds; none when nothing came back
 */
export async function roundTrips(near, far, { milliseconds, signal }) {
  const until = performance.now() + milliseconds;
  const times = [];
  while (times.length < PINGS) {
    const rest = until - performance.now();
    const time =
      rest > 0 ? await roundTrip(near, far, `ping ${times.length}`, { milliseconds: rest, signal }) : undefined;
    if (time === undefined) break;
    times.push(time);
  }
  return times;
}

/**
 * Sends some bytes one way, and says how fast they came.
 * @param {RTCDataChannel} from
 * @param {RTCDataChannel} to
 * @param {{milliseconds: number, signal: AbortSignal}} bounds
 * @returns {Promise<number|null>} bit/s; null when they did not all arrive in time
 */
export async function rate(from, to, bounds) {
  to.binaryType = 'arraybuffer';
  const seconds = await within(bounds, (settle) => {
    let arrived = 0;
    const began = performance.now();
    const count = ({ data }) => {
      if (typeof data === 'string') return;
      arrived += data.byteLength;
      if (arrived >= BULK) settle((performance.now() - began) / 1000);
    };
    to.addEventListener('message', count);
    for (let sent = 0; sent < BULK; sent += PIECE) from.send(new Uint8Array(Math.min(PIECE, BULK - sent)));
    return () => to.removeEventListener('message', count);
  });
  return seconds === undefined ? null : (BULK * 8) / Math.max(seconds, 0.001);
}
