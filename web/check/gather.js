// What a connection learns by gathering candidates: whether a STUN or TURN server answers, how fast, what it refuses.
import { within } from './bounded.js';

/**
 * @typedef {object} Seen a candidate, as the report shows it
 * @property {string} type host, srflx, prflx or relay
 * @property {string} protocol
 * @property {string} relayProtocol how the relay is reached, where the browser says it
 * @property {string} address
 * @property {number} port
 */

/**
 * @typedef {object} Gathering
 * @property {string} url
 * @property {boolean} found whether a candidate of the wanted type came
 * @property {boolean} ended whether gathering was over before the time was
 * @property {number} milliseconds until the wanted candidate, or until it was given up
 * @property {Seen[]} candidates
 * @property {{code: number, text: string}[]} errors each once
 */

/**
 * @param {RTCIceCandidate} candidate
 * @returns {Seen}
 */
export function seen(candidate) {
  const { type, protocol, relayProtocol, address, port } = candidate;
  // Not every browser takes it apart. RFC 8839 section 5.1: foundation, component, protocol, priority, address, port.
  const [, , saidProtocol = '', , saidAddress = '', saidPort, , saidType] = candidate.candidate?.split(' ') ?? [];
  return {
    type: type ?? saidType ?? '',
    protocol: protocol ?? saidProtocol.toLowerCase(),
    relayProtocol: relayProtocol ?? '',
    address: address ?? saidAddress,
    port: port ?? Number(saidPort ?? 0),
  };
}

function remember(errors, { errorCode, errorText }) {
  const text = errorText ?? '';
  if (!errors.some((error) => error.code === errorCode && error.text === text)) errors.push({ code: errorCode, text });
}

/**
 * Gathers with one URL alone until a candidate of the wanted type comes.
 * @param {{url: string, configuration: RTCConfiguration, wanted: string}} what
 * @param {{milliseconds: number, signal: AbortSignal, enough: Promise<void>}} bounds `enough` ends it earlier
 * @returns {Promise<Gathering>}
 */
export async function gather({ url, configuration, wanted }, bounds) {
  const result = { url, found: false, ended: false, milliseconds: 0, candidates: [], errors: [] };
  const connection = new RTCPeerConnection(configuration);
  const began = performance.now();
  try {
    await within(bounds, (settle, fail) => {
      connection.addEventListener('icecandidateerror', (event) => remember(result.errors, event));
      connection.addEventListener('icegatheringstatechange', () => {
        result.ended = connection.iceGatheringState === 'complete';
        if (result.ended) settle();
      });
      connection.addEventListener('icecandidate', ({ candidate }) => {
        if (!candidate?.candidate) return;
        const came = seen(candidate);
        result.candidates.push(came);
        result.found ||= came.type === wanted;
        if (result.found) settle();
      });
      bounds.enough.then(settle);
      connection.createDataChannel('check');
      connection
        .createOffer()
        .then((offer) => connection.setLocalDescription(offer))
        .catch(fail);
    });
  } finally {
    result.milliseconds = performance.now() - began;
    connection.close();
  }
  return result;
}
