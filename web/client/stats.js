/**
 * @typedef {object} PeerStats
 * @property {number} at when, in milliseconds as the browser stamps its reports
 * @property {'direct' | 'relayed' | 'unknown'} path
 * @property {'udp' | 'tcp' | 'tls' | null} transport how this side reaches its relay; null when it needs none
 * @property {number | null} roundTripTime in seconds
 * @property {number} loss of what comes in, 0 to 1; 0 when nothing is known
 * @property {number} lossOut of what goes out, as the peer says
 * @property {number} bitrateIn audio and video, bit/s
 * @property {number} bitrateOut
 * @property {number} width of the largest video that comes in; 0 when there is none
 * @property {number} height
 * @property {number} framesPerSecond
 * @property {'good' | 'fair' | 'poor' | 'unknown'} quality
 * @property {{type: string, protocol: string} | null} localCandidate
 * @property {{type: string, protocol: string} | null} remoteCandidate
 */

/** @typedef {ReadonlyMap<string, any> | RTCStatsReport} Report */

// Above the second, talking is hard work.
const FAIR_LOSS = 0.02;
const POOR_LOSS = 0.05;
const FAIR_ROUND_TRIP = 0.3;
const POOR_ROUND_TRIP = 0.6;
// In milliseconds: even a screen on which nothing moves sends something more often.
const LONGEST_PAUSE = 3_000;

/** @param {Report} report @returns {any[]} */
function entriesOf(report) {
  const entries = /** @type {any[]} */ ([]);
  report.forEach((/** @type {any} */ entry) => entries.push(entry));
  return entries;
}

/** @param {unknown} value */
const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);

/**
 * The pair in use: Chromium and Safari name it in the transport, older Firefox marks it, and else it is one that was
 * nominated, of several the one that is used most.
 *
 * @param {Report} report
 * @param {any[]} entries
 */
function selectedPair(report, entries) {
  const named = entries.find(({ type, selectedCandidatePairId }) => type === 'transport' && selectedCandidatePairId);
  const pair = named && /** @type {any} */ (report).get(named.selectedCandidatePairId);
  if (pair) return pair;
  const pairs = entries.filter(({ type }) => type === 'candidate-pair');
  const nominated = pairs.filter((each) => each.nominated && each.state === 'succeeded');
  nominated.sort((one, two) => (two.bytesSent ?? 0) - (one.bytesSent ?? 0));
  return pairs.find(({ selected }) => selected) ?? nominated[0] ?? null;
}

/** @param {any} candidate */
const candidateSummary = (candidate) =>
  candidate ? { type: candidate.candidateType ?? 'unknown', protocol: candidate.protocol ?? 'udp' } : null;

/**
 * @param {any} local
 * @returns {'udp' | 'tcp' | 'tls' | null}
 */
function relayTransport(local) {
  if (local?.candidateType !== 'relay') return null;
  if (local.relayProtocol) return local.relayProtocol;
  const url = String(local.url ?? '');
  if (url.startsWith('turns:')) return 'tls';
  return url.endsWith('transport=tcp') ? 'tcp' : 'udp';
}

/**
 * How much a counter grew; 0 where there is nothing to compare with, or when it went back: streams start anew, and late
 * packets are no longer lost.
 *
 * @param {any} entry
 * @param {any} before
 * @param {string} counter
 */
function growth(entry, before, counter) {
  if (!isNumber(entry?.[counter]) || !isNumber(before?.[counter])) return 0;
  return Math.max(0, entry[counter] - before[counter]);
}

/** @param {Report | null} report @param {any} entry @returns {any} */
const earlier = (report, entry) => (report && entry ? /** @type {any} */ (report).get(entry.id) ?? null : null);

/** @param {Report | null} previous @param {any[]} streams @param {string} counter */
function bitrateOf(previous, streams, counter) {
  let sum = 0;
  for (const entry of streams) {
    const before = earlier(previous, entry);
    const milliseconds = growth(entry, before, 'timestamp');
    if (milliseconds > 0) sum += (growth(entry, before, counter) * 8000) / milliseconds;
  }
  return sum;
}

/** @param {Report | null} previous @param {any[]} inbound */
function incomingLoss(previous, inbound) {
  let lost = 0;
  let received = 0;
  for (const entry of inbound) {
    lost += growth(entry, earlier(previous, entry), 'packetsLost');
    received += growth(entry, earlier(previous, entry), 'packetsReceived');
  }
  return lost > 0 ? lost / (lost + received) : 0;
}

/**
 * What the peer says of the streams that it gets, each weighed by what was sent of it meanwhile: a stream that is muted
 * keeps its last word for ever.
 *
 * @param {Report | null} previous
 * @param {any[]} outbound
 * @param {any[]} remoteInbound
 */
function outgoingLoss(previous, outbound, remoteInbound) {
  let lost = 0;
  let sent = 0;
  for (const remote of remoteInbound) {
    const local = outbound.find(({ id, ssrc }) => id === remote.localId || (isNumber(ssrc) && ssrc === remote.ssrc));
    const packets = growth(local, earlier(previous, local), 'packetsSent');
    const missing = growth(remote, earlier(previous, remote), 'packetsLost');
    const share = isNumber(remote.fractionLost) ? remote.fractionLost : packets > 0 ? missing / packets : 0;
    lost += Math.min(1, Math.max(0, share)) * packets;
    sent += packets;
  }
  return sent > 0 ? lost / sent : 0;
}

/** @param {any} pair @param {any} before @param {any[]} remoteInbound @returns {number | null} */
function roundTripTimeOf(pair, before, remoteInbound) {
  if (isNumber(pair?.currentRoundTripTime)) return pair.currentRoundTripTime;
  const times = remoteInbound.map(({ roundTripTime }) => roundTripTime).filter(isNumber);
  if (times.length > 0) return Math.max(...times);
  const responses = growth(pair, before, 'responsesReceived');
  return responses > 0 ? growth(pair, before, 'totalRoundTripTime') / responses : null;
}

/**
 * Whether something comes in. A stream that ended, such as a screen's, stays in the reports with the size it had.
 *
 * @param {any} entry
 * @param {any} before
 */
function isFlowing(entry, before) {
  if (isNumber(entry.lastPacketReceivedTimestamp)) {
    return entry.timestamp - entry.lastPacketReceivedTimestamp < LONGEST_PAUSE;
  }
  if (!isNumber(before?.packetsReceived) || !(entry.timestamp > before.timestamp)) return true;
  return growth(entry, before, 'packetsReceived') > 0;
}

/** @param {Report} report @param {Report | null} previous @param {any[]} inbound */
function largestVideo(report, previous, inbound) {
  const isShown = (/** @type {any} */ entry) =>
    mediaKind(entry) === 'video' && isFlowing(entry, earlier(previous, entry));
  const videos = inbound.filter(isShown).map((entry) => {
    // Older Safari keeps the size in an entry of its own.
    const holder = isNumber(entry.frameWidth) ? entry : /** @type {any} */ (report).get(entry.trackId);
    const { frameWidth = 0, frameHeight = 0 } = holder ?? {};
    const seconds = growth(entry, earlier(previous, entry), 'timestamp') / 1000;
    const frames = seconds > 0 ? growth(entry, earlier(previous, entry), 'framesDecoded') / seconds : 0;
    return { width: frameWidth, height: frameHeight, framesPerSecond: entry.framesPerSecond ?? frames };
  });
  videos.sort((one, two) => two.width * two.height - one.width * one.height);
  return videos[0] ?? { width: 0, height: 0, framesPerSecond: 0 };
}

/** @param {any} entry */
const mediaKind = (entry) => entry.kind ?? entry.mediaType;

/** @param {number} loss @param {number | null} roundTripTime @returns {'good' | 'fair' | 'poor'} */
function qualityOf(loss, roundTripTime) {
  const time = roundTripTime ?? 0;
  if (loss > POOR_LOSS || time > POOR_ROUND_TRIP) return 'poor';
  return loss > FAIR_LOSS || time > FAIR_ROUND_TRIP ? 'fair' : 'good';
}

/**
 * What two reports of a connection, one after the other, say about it. `previous` is null the first time, when there
 * are no rates yet.
 *
 * @param {Report | null} previous
 * @param {Report} current
 * @returns {PeerStats}
 */
export function summarize(previous, current) {
  const entries = entriesOf(current);
  const ofType = (/** @type {string} */ type) => entries.filter((entry) => entry.type === type && !entry.isRemote);
  const pair = selectedPair(current, entries);
  const local = pair && /** @type {any} */ (current).get(pair.localCandidateId);
  const remote = pair && /** @type {any} */ (current).get(pair.remoteCandidateId);
  const inbound = ofType('inbound-rtp');
  const outbound = ofType('outbound-rtp');
  const remoteInbound = entries.filter(({ type }) => type === 'remote-inbound-rtp');
  const loss = incomingLoss(previous, inbound);
  const lossOut = outgoingLoss(previous, outbound, remoteInbound);
  const roundTripTime = roundTripTimeOf(pair, earlier(previous, pair), remoteInbound);
  const relayed = local?.candidateType === 'relay' || remote?.candidateType === 'relay';
  return {
    at: entries.reduce((latest, { timestamp }) => Math.max(latest, timestamp ?? 0), 0),
    path: !pair || !local ? 'unknown' : relayed ? 'relayed' : 'direct',
    transport: relayTransport(local),
    roundTripTime,
    loss,
    lossOut,
    bitrateIn: bitrateOf(previous, inbound, 'bytesReceived'),
    bitrateOut: bitrateOf(previous, outbound, 'bytesSent'),
    ...largestVideo(current, previous, inbound),
    quality: pair ? qualityOf(Math.max(loss, lossOut), roundTripTime) : 'unknown',
    localCandidate: candidateSummary(local),
    remoteCandidate: candidateSummary(remote),
  };
}
