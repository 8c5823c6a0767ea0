// STUN and TURN servers, each URL alone, by gathering.
import { asIceServer, onlyLoopback } from './kinds.js';
import { gather } from './gather.js';

const BOUND = { atLeast: 8000, atMost: 20000 };

// Where one URL of a kind works, the others (of an address family that is missing here) are not waited for much longer.
const GRACE = 1500;

// A request that gets no answer is sent again for seconds. Gathering that ended sooner did get one.
const ANSWERED_WITHIN = 3000;

/**
 * How long an answer is waited for. Pure.
 * @param {number} [roundTrip] milliseconds that an answer over HTTP took: over TLS a relayed address takes six of them
 * @returns {number} milliseconds
 */
export function gatheringTime(roundTrip = 0) {
  return Math.min(BOUND.atMost, Math.max(BOUND.atLeast, 8 * roundTrip));
}

/** Gathering with one URL, judged. Pure.
 * @param {import('./gather.js').Gathering} gathering
 * @returns {'ok'|'unreached'|'refused'|'silent'|'error'} silent: it ended early, and the browser does not say why
 */
export function judgeTurn({ found, ended, milliseconds, errors }) {
  if (found) return 'ok';
  const codes = errors.map(({ code }) => code);
  if (codes.includes(401)) return 'refused';
  if (codes.some((code) => code >= 300 && code < 700)) return 'error';
  return ended && codes.length === 0 && milliseconds < ANSWERED_WITHIN ? 'silent' : 'unreached';
}

/** The same for a STUN server. Pure.
 * @param {import('./gather.js').Gathering} gathering
 * @returns {'ok'|'same-address'|'unreached'} same-address: browsers leave out an address that is the device's own
 */
export function judgeStun({ found, ended, milliseconds, errors, candidates }) {
  if (found) return 'ok';
  const quiet = ended && errors.length === 0 && milliseconds < ANSWERED_WITHIN;
  return quiet && candidates.some(({ type, protocol }) => type === 'host' && protocol === 'udp')
    ? 'same-address'
    : 'unreached';
}

/** Verdicts that mean an answer. */
export const GOOD = ['ok', 'same-address'];

const ORDER = [...GOOD, 'refused', 'error', 'silent', 'unreached'];

/** The step for one kind out of what its URLs gave: the best of them counts. Pure.
 * @param {{gathering: import('./gather.js').Gathering, verdict: string}[]} tries
 */
export function combine(tries) {
  const best = [...tries].sort(
    (a, b) =>
      ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict) || a.gathering.milliseconds - b.gathering.milliseconds,
  )[0];
  const good = GOOD.includes(best.verdict);
  const partly = good && tries.some(({ verdict }) => !GOOD.includes(verdict));
  const code = best.gathering.errors.map((error) => error.code).find((value) => value < 700) ?? null;
  return {
    result: good ? (partly ? 'warning' : 'ok') : 'failed',
    reason: partly ? 'partly' : best.verdict,
    milliseconds: best.gathering.milliseconds,
    code: good ? null : code,
    best: good ? best.gathering.url : null,
    tries: tries.map(({ gathering, verdict }) => ({ ...gathering, verdict })),
  };
}

/**
 * @param {import('./own_servers.js').IceUrl[]} servers of one kind
 * @param {{wanted: 'srflx'|'relay', milliseconds: number, signal: AbortSignal}} options see gatheringTime
 * @returns {Promise<object>} the step
 */
export async function probeGather(servers, { wanted, milliseconds, signal }) {
  if (servers.length === 0) return { result: 'skipped', reason: 'not-offered' };
  if (onlyLoopback(servers)) return { result: 'skipped', reason: 'loopback' };
  const iceTransportPolicy = wanted === 'relay' ? 'relay' : 'all';
  const judge = wanted === 'relay' ? judgeTurn : judgeStun;
  let enough;
  const bounds = {
    milliseconds,
    signal,
    enough: new Promise((resolve) => {
      enough = resolve;
    }),
  };
  return combine(
    await Promise.all(
      servers.map(async (server) => {
        const configuration = { iceServers: [asIceServer(server)], iceTransportPolicy };
        const gathering = await gather({ url: server.url, configuration, wanted }, bounds);
        if (gathering.found) setTimeout(enough, GRACE);
        return { gathering, verdict: judge(gathering) };
      }),
    ),
  );
}
