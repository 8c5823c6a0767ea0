// What the way between this device and the world is like, judged by what a relay on the outside saw of it. Pure.

// Addresses that relays refuse as peers unless they are told otherwise.
const PRIVATE_V4 =
  /^(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./;
const PRIVATE_V6 = /^(?:f[cd]|fe[89ab]|::1?$)/i;

const isPrivate = (address) => PRIVATE_V4.test(address) || PRIVATE_V6.test(address);
const family = ({ address }) => (address.includes(':') ? 6 : 4);

/**
 * @typedef {object} NatEvidence
 * @property {boolean} connected whether a connection without relay reached the relayed address of another
 * @property {import('./gather.js').Seen[]} own candidates of the one without relay
 * @property {import('./gather.js').Seen[]} relayed candidates of the other, relayed ones only
 * @property {boolean} permitted whether the relay is known to send to this device's address, whatever kind it is of
 * @property {string|null} remote the type that the relay's side gives to where the checks came from
 */

/**
 * @param {NatEvidence} evidence
 * @returns {{nat: 'none'|'easy'|'symmetric'|'unknown', reached: boolean|null}} `reached` null: nothing was tried
 */
export function judgeNat({ connected, own, relayed, permitted, remote }) {
  const mapped = own.filter(({ type }) => type === 'srflx');
  const visible = own.filter(({ type, address }) => type === 'host' && address && !address.endsWith('.local'));
  const reflexive = mapped.length > 0 ? mapped : visible;
  const reachable = reflexive.filter(({ address }) => permitted || !isPrivate(address));
  const comparable = relayed.some((one) => reachable.some((other) => family(one) === family(other)));
  if (!connected) return { nat: 'unknown', reached: comparable ? false : null };
  if (mapped.length === 0) return { nat: 'none', reached: true };
  const unchanged = mapped.every(({ address, port }) =>
    visible.some((host) => host.address === address && host.port === port),
  );
  if (unchanged) return { nat: 'none', reached: true };
  if (remote === 'prflx') return { nat: 'symmetric', reached: true };
  return { nat: remote === 'srflx' || remote === 'host' ? 'easy' : 'unknown', reached: true };
}
