// RTCPeerConnection without a network: its signaling states, roll-back, transceivers, candidates and data channels are
// those of the standard; descriptions are JSON. Two of one FakeNetwork connect when both have negotiated and hold a
// candidate.
import { FakeDataChannel } from './channel.mjs';
import { FakeStream, FakeTrack } from './media.mjs';

let count = 0;
const REVERSED = { sendrecv: 'sendrecv', sendonly: 'recvonly', recvonly: 'sendonly', inactive: 'inactive' };
const sends = (direction) => direction.startsWith('send');
const receives = (direction) => direction.endsWith('recv') || direction === 'recvonly';
const directionOf = (send, receive) => (send ? (receive ? 'sendrecv' : 'sendonly') : receive ? 'recvonly' : 'inactive');
const fault = (name, words) => new DOMException(words, name);

class FakeSender {
  streams = [];
  used = false;
  #parameters = { encodings: [{}] };

  constructor(track) {
    this.track = track;
  }

  async replaceTrack(track) {
    this.track = track;
  }

  getParameters() {
    return structuredClone(this.#parameters);
  }

  async setParameters(parameters) {
    this.#parameters = structuredClone(parameters);
  }
}

class FakeTransceiver {
  mid = null;
  /** As last agreed upon. */
  currentDirection = null;
  /** Of the remote side's last section. */
  receiving = false;

  constructor(kind, direction, track = null) {
    this.kind = kind;
    this.direction = direction;
    this.sender = new FakeSender(track);
    this.receiver = { track: new FakeTrack(kind) };
  }
}

class FakePeerConnection extends EventTarget {
  id = `connection-${++count}`;
  signalingState = 'stable';
  connectionState = 'new';
  iceConnectionState = 'new';
  iceGatheringState = 'new';
  localDescription = null;
  remoteDescription = null;
  sctp = null;
  /** Those that addIceCandidate() took. */
  candidates = [];
  /** What getStats() answers. */
  stats = new Map();
  /** How often ICE has been restarted. */
  restarts = 0;
  /** How often an offer of this side was taken back. */
  rollbacks = 0;
  channels = [];
  #configuration;
  #network;
  #transceivers = [];
  #streams = new Map();
  #chain = Promise.resolve();
  #stable = { local: null, remote: null };
  #ufrag = null;
  #wantsRestart = false;
  #told = false;

  constructor(network, configuration = {}) {
    super();
    if (network.refuses(configuration)) throw new SyntaxError('no such configuration');
    this.#network = network;
    this.#configuration = configuration;
    network.connections.push(this);
  }

  getConfiguration() {
    return this.#configuration;
  }

  setConfiguration(configuration) {
    this.#configuration = configuration;
  }

  getTransceivers() {
    return [...this.#transceivers];
  }

  getSenders() {
    return this.#transceivers.map(({ sender }) => sender);
  }

  getReceivers() {
    return this.#transceivers.map(({ receiver }) => receiver);
  }

  async getStats() {
    return this.stats;
  }

  addTrack(track, ...streams) {
    this.#assertOpen();
    const free = ({ kind, sender }) => kind === track.kind && !sender.track && !sender.used;
    let transceiver = this.#transceivers.find(free);
    if (transceiver) {
      transceiver.sender.track = track;
      transceiver.direction = directionOf(true, receives(transceiver.direction));
    } else {
      transceiver = new FakeTransceiver(track.kind, 'sendrecv', track);
      this.#transceivers.push(transceiver);
    }
    transceiver.sender.streams = streams.map(({ id }) => id);
    this.#look();
    return transceiver.sender;
  }

  removeTrack(sender) {
    this.#assertOpen();
    const transceiver = this.#transceivers.find((each) => each.sender === sender);
    if (!transceiver) throw fault('InvalidAccessError', 'not a sender of this connection');
    sender.track = null;
    transceiver.direction = directionOf(false, receives(transceiver.direction));
    this.#look();
  }

  createDataChannel(label, options) {
    this.#assertOpen();
    const channel = new FakeDataChannel(label, options);
    this.channels.push(channel);
    this.#look();
    queueMicrotask(() => this.#network.connect(this));
    return channel;
  }

  restartIce() {
    this.#wantsRestart = true;
    ++this.restarts;
    this.#look();
  }

  setLocalDescription(description) {
    return this.#inOrder(() => {
      const fitting = this.signalingState === 'have-remote-offer' ? 'answer' : 'offer';
      const type = description?.type ?? fitting;
      if (type === 'rollback') return this.#rollBack('have-local-offer');
      if (type !== fitting) throw fault('InvalidStateError', `no ${type} in ${this.signalingState}`);
      this.localDescription = { type, sdp: this.#describe(type) };
      this.#move(type === 'offer' ? 'have-local-offer' : 'stable');
      this.#gather();
    });
  }

  setRemoteDescription(description) {
    return this.#inOrder(() => {
      const { type } = description;
      if (type === 'offer' && this.signalingState === 'have-local-offer') this.#rollBack('have-local-offer');
      const fitting = type === 'answer' ? ['have-local-offer'] : ['stable', 'have-remote-offer'];
      const { signalingState } = this;
      if (!fitting.includes(signalingState)) throw fault('InvalidStateError', `no ${type} in ${signalingState}`);
      this.remoteDescription = { type, sdp: description.sdp };
      this.#apply(JSON.parse(description.sdp), type);
      this.#move(type === 'offer' ? 'have-remote-offer' : 'stable');
    });
  }

  addIceCandidate(candidate) {
    return this.#inOrder(() => {
      if (!this.remoteDescription) throw fault('InvalidStateError', 'no remote description');
      if (!candidate?.candidate) return;
      const { ufrag } = JSON.parse(this.remoteDescription.sdp);
      if (candidate.usernameFragment !== ufrag) throw fault('OperationError', 'unknown ufrag');
      this.candidates.push(candidate);
      this.#network.connect(this);
    });
  }

  close() {
    this.signalingState = 'closed';
    this.connectionState = 'closed';
    this.iceConnectionState = 'closed';
    for (const channel of this.channels) channel.close();
  }

  // What follows is for tests and for FakeNetwork.

  moveTo(state) {
    this.connectionState = state;
    this.iceConnectionState = state === 'connecting' ? 'checking' : state;
    this.dispatchEvent(new Event('iceconnectionstatechange'));
    this.dispatchEvent(new Event('connectionstatechange'));
  }

  /** Whether all that connecting to `other` takes is there. */
  isReadyFor(other) {
    if (this.signalingState !== 'stable' || !this.localDescription || !this.remoteDescription) return false;
    const remote = JSON.parse(this.remoteDescription.sdp);
    return remote.id === other.id && this.candidates.some(({ usernameFragment }) => usernameFragment === remote.ufrag);
  }

  get peerId() {
    return this.remoteDescription && JSON.parse(this.remoteDescription.sdp).id;
  }

  /** The number of tracks that the other side sends. */
  get receiving() {
    return this.#transceivers.filter(({ receiving }) => receiving).length;
  }

  adopt(channel) {
    this.channels.push(channel);
    this.dispatchEvent(Object.assign(new Event('datachannel'), { channel }));
  }

  #assertOpen() {
    if (this.signalingState === 'closed') throw fault('InvalidStateError', 'the connection is closed');
  }

  #inOrder(operation) {
    const done = this.#chain.then(() => {
      this.#assertOpen();
      return operation();
    });
    this.#chain = done.catch(() => {});
    return done;
  }

  #move(state) {
    if (state === 'stable') this.#stable = { local: this.localDescription, remote: this.remoteDescription };
    if (state !== this.signalingState) {
      this.signalingState = state;
      this.dispatchEvent(new Event('signalingstatechange'));
    }
    if (state !== 'stable') return;
    this.#told = false;
    this.#look();
    this.#network.connect(this);
  }

  #rollBack(state) {
    if (this.signalingState !== state) throw fault('InvalidStateError', `no roll-back in ${this.signalingState}`);
    ++this.rollbacks;
    this.localDescription = this.#stable.local;
    this.remoteDescription = this.#stable.remote;
    for (const transceiver of this.#transceivers) if (transceiver.currentDirection === null) transceiver.mid = null;
    this.#move('stable');
  }

  #look() {
    queueMicrotask(() => {
      if (this.#told || this.signalingState !== 'stable' || !this.#needsNegotiation()) return;
      this.#told = true;
      this.dispatchEvent(new Event('negotiationneeded'));
    });
  }

  #needsNegotiation() {
    const agreed = this.#stable.local && JSON.parse(this.#stable.local.sdp);
    if (this.#wantsRestart || (this.channels.length && !agreed?.application)) return true;
    return this.#transceivers.some(({ mid, direction, currentDirection }) => {
      if (mid === null) return true;
      return sends(direction) !== sends(currentDirection ?? 'inactive');
    });
  }

  #describe(type) {
    const remote = this.remoteDescription && JSON.parse(this.remoteDescription.sdp);
    const before = this.#stable.remote && JSON.parse(this.#stable.remote.sdp);
    const renewed = type === 'answer' && remote.ufrag !== before?.ufrag;
    if (!this.#ufrag || this.#wantsRestart || renewed) this.#ufrag = `ufrag-${++count}`;
    this.#wantsRestart = false;
    const sections = [];
    for (const transceiver of this.#transceivers) {
      if (type === 'answer' && transceiver.mid === null) continue;
      transceiver.mid ??= `${this.id}/${++count}`;
      sections.push(this.#section(transceiver, type, remote));
    }
    const isWanted = this.channels.length > 0 || Boolean(remote?.application);
    const application = type === 'answer' ? remote.application : isWanted;
    return JSON.stringify({ id: this.id, ufrag: this.#ufrag, application, sections });
  }

  #section(transceiver, type, remote) {
    const { mid, kind, sender } = transceiver;
    let { direction } = transceiver;
    if (type === 'answer') {
      const wished = REVERSED[remote.sections.find((each) => each.mid === mid)?.direction ?? 'inactive'];
      direction = directionOf(sends(direction) && sends(wished), receives(direction) && receives(wished));
      transceiver.currentDirection = direction;
    }
    if (sends(direction)) sender.used = true;
    return { mid, kind, direction, streams: sender.streams };
  }

  #apply(remote, type) {
    for (const section of remote.sections) {
      let transceiver = this.#transceivers.find(({ mid }) => mid === section.mid);
      const isFree = ({ mid, kind, sender }) => mid === null && kind === section.kind && sender.track;
      transceiver ??= this.#transceivers.find(isFree);
      if (!transceiver) {
        transceiver = new FakeTransceiver(section.kind, 'recvonly');
        this.#transceivers.push(transceiver);
      }
      transceiver.mid = section.mid;
      if (type === 'answer') transceiver.currentDirection = REVERSED[section.direction];
      this.#receive(transceiver, section);
    }
  }

  #receive(transceiver, section) {
    const { track } = transceiver.receiver;
    const streams = section.streams.map((id) => this.#streams.get(id) ?? new FakeStream([], id));
    for (const stream of streams) this.#streams.set(stream.id, stream);
    const before = transceiver.receiving;
    transceiver.receiving = sends(section.direction);
    if (transceiver.receiving && !before) {
      for (const stream of streams) stream.addTrack(track);
      const fields = { track, streams, transceiver, receiver: transceiver.receiver };
      queueMicrotask(() => this.dispatchEvent(Object.assign(new Event('track'), fields)));
    } else if (before && !transceiver.receiving) {
      for (const stream of this.#streams.values()) if (stream.getTracks().includes(track)) stream.drop(track);
    }
  }

  #gather() {
    const usernameFragment = this.#ufrag;
    queueMicrotask(() => {
      if (this.signalingState === 'closed') return;
      const candidate = { candidate: `candidate:${++count}`, sdpMid: '0', sdpMLineIndex: 0, usernameFragment };
      this.dispatchEvent(Object.assign(new Event('icecandidate'), { candidate }));
      this.dispatchEvent(Object.assign(new Event('icecandidate'), { candidate: null }));
    });
  }
}

/** The connections of one test, oldest first. `up`: whether packets go through. */
export class FakeNetwork {
  connections = [];
  up = true;
  refuses = (_configuration) => false;

  constructor() {
    const network = this;
    this.RTCPeerConnection = class extends FakePeerConnection {
      constructor(configuration) {
        super(network, configuration);
      }
    };
  }

  /** Connects `one` with its counterpart when both are ready, and opens what data channels they have. */
  connect(one) {
    const two = this.connections.find(({ id }) => id === one.peerId);
    if (!this.up || !two || !one.isReadyFor(two) || !two.isReadyFor(one)) return;
    for (const each of [one, two]) if (each.connectionState !== 'connected') each.moveTo('connected');
    openChannels(one, two);
    openChannels(two, one);
  }
}

function openChannels(one, two) {
  for (const channel of one.channels) {
    if (channel.readyState !== 'connecting') continue;
    let other = two.channels.find(({ negotiated, id }) => negotiated && channel.negotiated && id === channel.id);
    if (channel.negotiated && !other) continue;
    if (!other) {
      other = new FakeDataChannel(channel.label, channel);
      two.adopt(other);
    }
    FakeDataChannel.connect(channel, other);
  }
}
