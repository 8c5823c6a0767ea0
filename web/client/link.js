import { Channel } from './channel.js';
import { drawName } from './environment.js';
import { emit, listen } from './events.js';
import { FileTransfers } from './files.js';
import { Negotiation } from './negotiation.js';
import { RemoteStreams, Senders } from './tracks.js';

const CONTROL_LABEL = 'turnpike';
// What the other side may say: it is repeated to them, or kept.
const LONGEST_SESSION = 64;
const LONGEST_CONTROL = 20 * 1024;
// For browsers that do not know the state of the whole connection.
/** @type {Record<string, RTCPeerConnectionState>} */
const STATE_OF_ICE = { checking: 'connecting', completed: 'connected' };

/**
 * One RTCPeerConnection to a peer, and all that ends with it. A peer whose page was loaded anew gets another Link.
 *
 * Events: `state` {state}; `track` {track, streams}; `streams`; `control` {message}; `channel` {channel}; `file`
 * {transfer}; `broken`: the connection can be negotiated no further.
 */
export class Link extends EventTarget {
  #environment;
  #send;
  #negotiation;
  /** @type {string | undefined} */ #remote;
  #streams;
  #closed = false;
  /** @type {RTCPeerConnection} */ connection;
  /** @type {Senders} */ senders;
  /** @type {Channel} */ control;
  /** @type {FileTransfers} */ files;
  /** Tells this connection from an earlier one of the same user. */
  session;

  /**
   * @param {object} options
   * @param {import('./environment.js').Environment} options.environment
   * @param {RTCConfiguration} options.configuration
   * @param {boolean} options.polite
   * @param {boolean} options.waits whether the other side is expected to call
   * @param {import('./tracks.js').LocalTrack[]} options.tracks
   * @param {(data: object) => void} options.send
   * @param {() => boolean} options.isReachable whether the other side can be told
   */
  constructor({ environment, configuration, polite, waits, tracks, send, isReachable }) {
    super();
    this.#environment = environment;
    this.#send = send;
    this.session = drawName(environment);
    this.connection = new environment.RTCPeerConnection(configuration);
    this.#negotiation = new Negotiation({
      connection: this.connection,
      polite,
      waits,
      environment,
      isReachable,
      takesTurns: () => this.#remote !== undefined,
      send: (data) => this.#say(data),
      onBroken: () => emit(this, 'broken'),
    });
    this.#streams = new RemoteStreams(this.connection, environment, {
      onTrack: (track, streams) => this.#tell('track', { track, streams }),
      onChange: () => this.#tell('streams'),
    });
    this.control = this.#openControl();
    this.files = this.#openFiles();
    this.#listen();
    this.senders = new Senders(this.connection);
    for (const track of tracks) this.senders.add(track);
  }

  /** @returns {RTCPeerConnectionState} */
  get state() {
    const { connectionState, iceConnectionState } = this.connection;
    return connectionState ?? STATE_OF_ICE[iceConnectionState] ?? iceConnectionState;
  }

  get isClosed() {
    return this.#closed;
  }

  /** @returns {MediaStream[]} */
  get streams() {
    return this.#streams.list;
  }

  /** Whether it failed above ICE, where another path is of no use. */
  get isBeyondRepair() {
    const { connection } = this;
    const isIceFine = ['connected', 'completed'].includes(connection.iceConnectionState);
    return isIceFine && this.state === 'failed';
  }

  /**
   * What a signal of the other side is to this connection: `ours`; `late`: meant for an earlier one, or by an earlier
   * one; `another`: from a new one of the other side, which this one cannot go on with.
   *
   * @param {{session?: any, to?: any, description?: {type: string}}} data
   * @returns {'ours' | 'late' | 'another'}
   */
  judge({ session, to, description }) {
    if (to !== undefined && to !== this.session) return 'late';
    if (session === undefined || session === this.#remote) return 'ours';
    if (typeof session !== 'string' || session.length > LONGEST_SESSION) return 'late';
    if (this.#remote === undefined) return 'ours';
    return description?.type === 'offer' ? 'another' : 'late';
  }

  /** @param {any} data that is `ours` */
  onSignal(data) {
    if (typeof data.session === 'string') this.#remote = data.session;
    return this.#negotiation.onSignal(data);
  }

  /** Calls, if the other side was expected to. */
  call() {
    this.#negotiation.stopWaiting();
  }

  restart() {
    this.#negotiation.restart();
  }

  /** @param {object} message */
  async tell(message) {
    await this.control.send(JSON.stringify(message));
  }

  /**
   * @param {string} label
   * @param {RTCDataChannelInit} [options]
   */
  openChannel(label, options) {
    return this.connection.createDataChannel(label, options);
  }

  close() {
    if (this.#closed) return;
    this.#closed = true;
    this.#negotiation.close();
    this.files.close();
    this.control.close();
    this.connection.close();
  }

  /** @param {object} data */
  #say(data) {
    this.#send({ ...data, session: this.session, to: this.#remote });
  }

  /** @param {string} type @param {object} [detail] */
  #tell(type, detail) {
    if (!this.#closed) emit(this, type, detail);
  }

  /** Both sides have it, without one telling the other. Simple clients have it not, and hear nothing of it. */
  #openControl() {
    const control = new Channel(this.openChannel(CONTROL_LABEL, { id: 0, negotiated: true }));
    listen(control, 'message', ({ message }) => this.#onControl(message));
    return control;
  }

  #openFiles() {
    const files = new FileTransfers({
      control: { send: (message) => this.tell(message) },
      openChannel: (label, options) => this.openChannel(label, options),
      environment: this.#environment,
      maxMessageSize: () => this.connection.sctp?.maxMessageSize ?? 0,
    });
    listen(files, 'file', (detail) => this.#tell('file', detail));
    return files;
  }

  #listen() {
    const { connection } = this;
    const onState = () => this.#tell('state', { state: this.state });
    connection.addEventListener('connectionstatechange', onState);
    if (connection.connectionState === undefined) connection.addEventListener('iceconnectionstatechange', onState);
    connection.addEventListener('datachannel', ({ channel }) => {
      if (this.files.onChannel(channel)) return;
      this.#tell('channel', { channel: new Channel(channel) });
    });
  }

  /** @param {any} text */
  #onControl(text) {
    if (typeof text !== 'string' || text.length > LONGEST_CONTROL) return;
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      return;
    }
    if (!this.files.onControl(message)) this.#tell('control', { message });
  }
}
