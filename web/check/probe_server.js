// Whether the server answers over HTTP, how fast, and what its clock says.
import { ask } from './bounded.js';

const SECONDS = 5000;

/** Off by more than this is worth a warning: credentials expire by the server's clock. */
export const CLOCK_TOLERANCE = 60;

/**
 * @param {AbortSignal} signal
 * @returns {Promise<{settings: object|null, step: object, date: number|null, at: number}>} `date`: the server's clock
 *   in seconds, when this device's clock said `at`
 */
export async function probeServer(signal) {
  const bounds = { milliseconds: SECONDS, signal };
  const [settings, ready, first] = await Promise.all(
    ['/web/settings.json', '/readyz', '/healthz'].map((path) => ask(path, {}, bounds)),
  );
  // Once more, for the time that it takes by itself and without a new connection.
  const health = first && ((await ask('/healthz', {}, bounds)) ?? first);
  const at = Date.now() / 1000;
  const base = { settings: settings?.response.ok ? settings.body : null, date: null, at };
  if (!health) return { ...base, step: { result: 'failed', reason: 'unreached' } };
  const { milliseconds, response } = health;
  const date = Date.parse(response.headers.get('date') ?? '') / 1000;
  const seen = { ...base, date: Number.isNaN(date) ? null : date, at: at - milliseconds / 2000 };
  if (!response.ok)
    return { ...seen, step: { result: 'failed', reason: 'status', status: response.status, milliseconds } };
  const notReady = ready && ready.response.status === 503 ? (ready.body?.reasons ?? []) : null;
  const step = { result: notReady ? 'warning' : 'ok', status: response.status, milliseconds };
  return { ...seen, step: notReady ? { ...step, reason: 'not-ready', notReady } : step };
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>} whether the server answers at this moment
 */
export async function stillAnswers(signal) {
  return (await ask('/healthz', {}, { milliseconds: 3000, signal }))?.response.ok === true;
}

/**
 * This device's clock against the server's. Pure.
 * @param {{date: number|null, at: number}} seen
 * @returns {object} the step; `offset` in seconds, positive when this device is ahead
 */
export function compareClocks({ date, at }) {
  if (date === null) return { result: 'skipped', reason: 'no-date' };
  // The header has whole seconds, cut: on average the server was half a second further.
  const offset = at - (date + 0.5);
  return { result: Math.abs(offset) > CLOCK_TOLERANCE ? 'warning' : 'ok', offset };
}
