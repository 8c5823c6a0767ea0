// Whether relayed addresses are reached from outside, and what that shows of this network: one connection of the page
// uses no relay, the other nothing but one.
import { asIceServer } from './kinds.js';
import { Loop } from './loop.js';
import { judgeNat } from './nat.js';

// Routers that run Linux take a packet that comes before any left for one of a stranger, and give what leaves later
// another port, as if they were symmetric. So the checks from here go first.
const HEAD_START = 400;

/**
 * @param {object} servers
 * @param {import('./own_servers.js').IceUrl[]} servers.stun all that answer, and so for `turn`: both connections need
 *   the same address family, and a relay may send nowhere but to the address from which it was asked
 * @param {import('./own_servers.js').IceUrl[]} servers.turn
 * @param {string} servers.kind of `turn`
 * @param {boolean} servers.permitted see judgeNat
 * @param {number} servers.opening milliseconds, see openingTime
 * @param {AbortSignal} signal
 * @returns {Promise<object>} the step
 */
export async function probeNat({ stun, turn, kind, permitted, opening }, signal) {
  const loop = new Loop(
    { iceServers: stun.map(asIceServer) },
    { iceServers: turn.map(asIceServer), iceTransportPolicy: 'relay' },
    HEAD_START,
  );
  try {
    const began = performance.now();
    const connected = await loop.open({ milliseconds: opening, signal });
    const [nearPath, farPath] = connected ? await loop.paths() : [null, null];
    const [own, relayed] = loop.candidates;
    const base = {
      kind,
      milliseconds: performance.now() - began,
      candidates: loop.candidates,
      paths: [nearPath, farPath],
    };
    const judged = judgeNat({ connected, own, relayed, permitted, remote: farPath?.remote ?? null });
    if (judged.reached === null) return { ...base, nat: judged.nat, result: 'skipped', reason: 'not-comparable' };
    if (!judged.reached) return { ...base, nat: judged.nat, result: 'failed', reason: 'blocked' };
    return { ...base, nat: judged.nat, result: judged.nat === 'symmetric' ? 'warning' : 'ok', reason: judged.nat };
  } finally {
    loop.close();
  }
}
