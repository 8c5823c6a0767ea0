// Data from this page through the relay and back to it.
import { asIceServer } from './kinds.js';
import { Loop } from './loop.js';
import { median, rate, roundTrips } from './measure.js';

const PINGING = 2500;
const SENDING = 2000;

/**
 * @param {import('./own_servers.js').IceUrl} server
 * @param {string} kind how it is reached: turn-udp, turn-tcp or turn-tls
 * @param {number} opening milliseconds, see openingTime
 * @param {AbortSignal} signal
 * @returns {Promise<object>} the step
 */
export async function probeRelay(server, kind, opening, signal) {
  const configuration = { iceServers: [asIceServer(server)], iceTransportPolicy: 'relay' };
  const loop = new Loop(configuration, configuration);
  try {
    const began = performance.now();
    const open = await loop.open({ milliseconds: opening, signal });
    const base = { kind, milliseconds: performance.now() - began, candidates: loop.candidates };
    if (!open)
      return {
        ...base,
        result: 'failed',
        reason: loop.candidates.every(({ length }) => length) ? 'blocked' : 'no-port',
      };
    const [near, far] = loop.channels;
    const times = await roundTrips(near, far, { milliseconds: Math.max(PINGING, opening / 4), signal });
    if (times.length === 0) return { ...base, result: 'failed', reason: 'blocked' };
    const out = await rate(near, far, { milliseconds: SENDING, signal });
    const back = await rate(far, near, { milliseconds: SENDING, signal });
    return {
      ...base,
      result: 'ok',
      fastest: Math.min(...times),
      median: median(times),
      echoes: times.length,
      out,
      back,
      paths: await loop.paths(),
    };
  } finally {
    loop.close();
  }
}
