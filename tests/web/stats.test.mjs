import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summarize } from '../../web/client/stats.js';

const report = (...entries) => new Map(entries.map((entry) => [entry.id, { timestamp: 1000, ...entry }]));
const sideOf = (id) => (id[0] === 'l' ? 'local' : 'remote');
const candidate = (id, candidateType, more) =>
  ({ id, type: `${sideOf(id)}-candidate`, candidateType, protocol: 'udp', ...more });
const pair = (id, more) =>
  ({ id, type: 'candidate-pair', localCandidateId: 'l1', remoteCandidateId: 'r1', state: 'succeeded', ...more });
// Chromium and Safari have it.
const transport = { id: 't', type: 'transport', selectedCandidatePairId: 'p' };

/** Two reports, the second `seconds` later; each entry is given as [before, after]. */
function twoReports(seconds, ...entries) {
  const before = entries.map(([changed, after]) => ({ ...after, ...changed }));
  const previous = report(...before.filter(({ absent }) => !absent));
  const current = report(...entries.map(([, after]) => ({ ...after, timestamp: 1000 + seconds * 1000 })));
  return summarize(previous, current);
}

const video = (more) => ({ id: 'v', type: 'inbound-rtp', kind: 'video', ...more });
const outbound = (more) => ({ id: 'o', type: 'outbound-rtp', kind: 'video', ssrc: 5, ...more });
const remoteInbound = (more) =>
  ({ id: 'ri', type: 'remote-inbound-rtp', kind: 'video', localId: 'o', ssrc: 5, ...more });

test('Chromium names the pair in the transport, and the protocol to the relay in the candidate', () => {
  const stats = summarize(null, report(
    { id: 't', type: 'transport', selectedCandidatePairId: 'p2' },
    pair('p1', { localCandidateId: 'l2', nominated: true }),
    pair('p2', { nominated: true, currentRoundTripTime: 0.05 }),
    candidate('l1', 'relay', { relayProtocol: 'tls' }), candidate('l2', 'host'), candidate('r1', 'srflx')));
  assert.deepEqual([stats.path, stats.transport, stats.roundTripTime, stats.quality], ['relayed', 'tls', 0.05, 'good']);
  assert.deepEqual([stats.localCandidate, stats.remoteCandidate],
    [{ type: 'relay', protocol: 'udp' }, { type: 'srflx', protocol: 'udp' }]);
});

test('Firefox without a transport marks the pair as selected', () => {
  const stats = summarize(null, report(
    pair('p1', { localCandidateId: 'l2', nominated: true, selected: false, bytesSent: 900 }),
    pair('p2', { selected: true, nominated: true }),
    candidate('l1', 'host'), candidate('l2', 'relay'), candidate('r1', 'host')));
  assert.deepEqual([stats.path, stats.transport], ['direct', null]);
});

test('where nothing is marked, it is the nominated pair that succeeded and is used most', () => {
  const stats = summarize(null, report(
    pair('p1', { localCandidateId: 'l2', nominated: true, bytesSent: 10 }),
    pair('p2', { nominated: true, bytesSent: 1000 }),
    pair('p3', { localCandidateId: 'l2', nominated: true, state: 'failed', bytesSent: 5000 }),
    pair('p4', { localCandidateId: 'l2' }),
    candidate('l1', 'host'), candidate('l2', 'relay'), candidate('r1', 'relay')));
  assert.equal(stats.localCandidate.type, 'host');
});

test('Safari without relayProtocol says the transport in the URL of the candidate', () => {
  const transportOf = (more) =>
    summarize(null, report(transport, pair('p'), candidate('l1', 'relay', more), candidate('r1', 'host'))).transport;
  assert.equal(transportOf({ url: 'turns:turn.example.org:443?transport=tcp' }), 'tls');
  assert.equal(transportOf({ url: 'turn:turn.example.org:3478?transport=tcp' }), 'tcp');
  assert.equal(transportOf({ url: 'turn:turn.example.org:3478?transport=udp' }), 'udp');
  assert.equal(transportOf({}), 'udp');
});

test('a relay on the other side is a relayed path without a transport of ours', () => {
  const stats = summarize(null, report(transport, pair('p'), candidate('l1', 'host'), candidate('r1', 'relay')));
  assert.deepEqual([stats.path, stats.transport], ['relayed', null]);
});

test('nothing is known of a connection that has no pair yet', () => {
  for (const current of [new Map(), report({ id: 't', type: 'transport' }, pair('p', { state: 'in-progress' }))]) {
    const { at, ...stats } = summarize(null, current);
    assert.equal(at, current.size ? 1000 : 0);
    assert.deepEqual(stats, {
      path: 'unknown', transport: null, roundTripTime: null, loss: 0, lossOut: 0, bitrateIn: 0, bitrateOut: 0,
      width: 0, height: 0, framesPerSecond: 0, quality: 'unknown', localCandidate: null, remoteCandidate: null,
    });
  }
});

test('bitrates are those of audio and video together, in both directions', () => {
  const stats = twoReports(2,
    [{ bytesReceived: 1000 }, video({ bytesReceived: 251_000 })],
    [{ bytesReceived: 0 }, { id: 'a', type: 'inbound-rtp', kind: 'audio', bytesReceived: 10_000 }],
    [{ bytesSent: 0 }, outbound({ bytesSent: 125_000 })]);
  assert.deepEqual([stats.bitrateIn, stats.bitrateOut], [1_040_000, 500_000]);
});

test('incoming loss is of what was sent since the last report', () => {
  const stats = twoReports(1,
    [{ packetsLost: 500, packetsReceived: 500 }, video({ packetsLost: 510, packetsReceived: 590 })]);
  assert.equal(stats.loss, 0.1);
});

test('counters that go back count as nothing', () => {
  const stats = twoReports(1,
    [{ packetsLost: 20, packetsReceived: 5000, bytesReceived: 9_000_000, framesDecoded: 900 },
      video({ packetsLost: 3, packetsReceived: 10, bytesReceived: 4000, framesDecoded: 2 })],
    [{ packetsSent: 900, bytesSent: 90_000 }, outbound({ packetsSent: 3, bytesSent: 300 })],
    [{ packetsLost: 80 }, remoteInbound({ packetsLost: -1 })]);
  const { loss, lossOut, bitrateIn, bitrateOut, framesPerSecond } = stats;
  assert.deepEqual([loss, lossOut, bitrateIn, bitrateOut, framesPerSecond], [0, 0, 0, 0, 0]);
});

test('a stream that has just come has no rate yet', () => {
  const stats = twoReports(1,
    [{ absent: true }, video({ bytesReceived: 90_000, packetsReceived: 90, packetsLost: 9 })]);
  assert.deepEqual([stats.bitrateIn, stats.loss], [0, 0]);
});

test('outgoing loss is what the peer says, weighed by what was sent', () => {
  const stats = twoReports(1,
    [{ packetsSent: 0 }, outbound({ packetsSent: 300 })],
    [{}, remoteInbound({ fractionLost: 0.2 })],
    [{ packetsSent: 0 }, outbound({ id: 'o2', kind: 'audio', ssrc: 6, packetsSent: 100 })],
    [{}, remoteInbound({ id: 'ri2', localId: 'o2', ssrc: 6, fractionLost: 0 })]);
  assert.ok(Math.abs(stats.lossOut - 0.15) < 1e-9);
});

test('a stream that is no longer sent has no say in the outgoing loss', () => {
  const stats = twoReports(1,
    [{ packetsSent: 70 }, outbound({ packetsSent: 70 })], [{}, remoteInbound({ fractionLost: 1 })],
    [{ packetsSent: 0 }, outbound({ id: 'o2', ssrc: 6, packetsSent: 50 })],
    [{}, remoteInbound({ id: 'ri2', localId: undefined, ssrc: 6, fractionLost: 0.02 })]);
  assert.equal(stats.lossOut, 0.02);
});

test('without a fraction the outgoing loss comes from the counters, and is never more than everything', () => {
  const lossOf = (lost) => twoReports(1,
    [{ packetsSent: 100 }, outbound({ packetsSent: 200 })],
    [{ packetsLost: 5 }, remoteInbound({ packetsLost: 5 + lost })]).lossOut;
  assert.equal(lossOf(10), 0.1);
  assert.equal(lossOf(500), 1);
});

test('without a time of the pair the round trip is that of RTCP, or of the checks', () => {
  const candidates = [[{}, transport], [{}, candidate('l1', 'host')], [{}, candidate('r1', 'host')]];
  const rtcp = twoReports(1, [{}, pair('p')], ...candidates, [{}, remoteInbound({ roundTripTime: 0.08 })]);
  assert.equal(rtcp.roundTripTime, 0.08);
  const checks = twoReports(1, ...candidates,
    [{ totalRoundTripTime: 1, responsesReceived: 10 }, pair('p', { totalRoundTripTime: 1.5, responsesReceived: 15 })]);
  assert.equal(checks.roundTripTime, 0.1);
});

test('the picture is that of the largest video', () => {
  const stats = twoReports(1, [{}, video({ frameWidth: 320, frameHeight: 240, framesPerSecond: 30 })],
    [{}, { id: 'v2', type: 'inbound-rtp', mediaType: 'video', frameWidth: 1280, frameHeight: 720, framesPerSecond: 15 }]);
  assert.deepEqual([stats.width, stats.height, stats.framesPerSecond], [1280, 720, 15]);
});

test('older Safari has the size in the track, and the rate in the counter', () => {
  const stats = twoReports(2, [{ framesDecoded: 100 }, video({ trackId: 'tr', framesDecoded: 150 })],
    [{}, { id: 'tr', type: 'track', frameWidth: 640, frameHeight: 360 }]);
  assert.deepEqual([stats.width, stats.height, stats.framesPerSecond], [640, 360, 25]);
});

test('quality is what the worse of loss and delay makes of it', () => {
  const qualityOf = (fractionLost, currentRoundTripTime) => twoReports(1,
    [{}, transport], [{}, pair('p', { currentRoundTripTime })],
    [{}, candidate('l1', 'host')], [{}, candidate('r1', 'host')],
    [{ packetsSent: 0 }, outbound({ packetsSent: 100 })], [{}, remoteInbound({ fractionLost })]).quality;
  assert.equal(qualityOf(0, 0.1), 'good');
  assert.equal(qualityOf(0.03, 0.1), 'fair');
  assert.equal(qualityOf(0, 0.4), 'fair');
  assert.equal(qualityOf(0.06, 0.1), 'poor');
  assert.equal(qualityOf(0, 0.7), 'poor');
});

test('a screen that is no longer shared does not count, though its size stays in the reports', () => {
  const size = { frameWidth: 1600, frameHeight: 900 };
  const camera = { frameWidth: 640, frameHeight: 360 };
  const of = (screen, face) => {
    const { width, height } = twoReports(1, [{ packetsReceived: 10 }, video({ id: 's', ...size, ...screen })],
      [{ packetsReceived: 10 }, video({ ...camera, ...face })]);
    return [width, height];
  };
  assert.deepEqual(of({ packetsReceived: 12 }, { packetsReceived: 20 }), [1600, 900]);
  assert.deepEqual(of({ packetsReceived: 10 }, { packetsReceived: 20 }), [640, 360]);
  assert.deepEqual(of({ packetsReceived: 10 }, { packetsReceived: 10 }), [0, 0]);
  // Still for a second, which is no end: where the browser says when something came last, that counts.
  assert.deepEqual(of({ packetsReceived: 10, lastPacketReceivedTimestamp: 500 }, { packetsReceived: 20 }), [1600, 900]);
  assert.deepEqual(of({ packetsReceived: 10, lastPacketReceivedTimestamp: -4000 }, { packetsReceived: 20 }), [640, 360]);
});
