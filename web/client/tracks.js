/**
 * @typedef {object} LocalTrack
 * @property {MediaStreamTrack} track
 * @property {MediaStream} stream
 */

/** What this side sends over one connection. */
export class Senders {
  #connection;
  /** @type {Map<LocalTrack, RTCRtpSender>} */ #senders = new Map();

  /** @param {RTCPeerConnection} connection */
  constructor(connection) {
    this.#connection = connection;
  }

  /** @param {LocalTrack} local */
  add(local) {
    const sender = this.#connection.addTrack(local.track, local.stream);
    this.#senders.set(local, sender);
    return sender;
  }

  /** @param {LocalTrack} local */
  remove(local) {
    const sender = this.#senders.get(local);
    if (!sender) return;
    this.#senders.delete(local);
    this.#connection.removeTrack(sender);
  }

  /**
   * @param {LocalTrack} local
   * @param {MediaStreamTrack} track
   * @returns {Promise<void>}
   */
  async replace(local, track) {
    await this.#senders.get(local)?.replaceTrack(track);
  }

  /** Those that send pictures. */
  get video() {
    return [...this.#senders.values()].filter(({ track }) => track?.kind === 'video');
  }
}

/** What the other side sends: its streams, each as long as it has a track. */
export class RemoteStreams {
  #environment;
  #handlers;
  /** @type {WeakSet<MediaStream>} */ #known = new WeakSet();
  /** @type {MediaStream | null} */ #loose = null;
  /** @type {MediaStream[]} */ list = [];

  /**
   * @param {RTCPeerConnection} connection
   * @param {import('./environment.js').Environment} environment
   * @param {{onTrack: (track: MediaStreamTrack, streams: MediaStream[]) => void, onChange: () => void}} handlers
   */
  constructor(connection, environment, handlers) {
    this.#environment = environment;
    this.#handlers = handlers;
    connection.addEventListener('track', ({ track, streams }) => this.#onTrack(track, streams));
  }

  /** @param {MediaStreamTrack} track @param {readonly MediaStream[]} given */
  #onTrack(track, given) {
    const streams = given.length ? [...given] : [this.#streamOf(track)];
    for (const stream of streams) this.#watch(stream);
    this.list = [...this.list, ...streams.filter((stream) => !this.list.includes(stream))];
    this.#handlers.onTrack(track, streams);
    this.#handlers.onChange();
  }

  /**
   * Simple clients add tracks without a stream. These share one, as they would be of one camera.
   *
   * @param {MediaStreamTrack} track
   */
  #streamOf(track) {
    this.#loose ??= new this.#environment.MediaStream();
    this.#loose.addTrack(track);
    return this.#loose;
  }

  /** @param {MediaStream} stream */
  #watch(stream) {
    if (this.#known.has(stream)) return;
    this.#known.add(stream);
    stream.addEventListener('removetrack', () => {
      if (stream.getTracks().length === 0) this.list = this.list.filter((each) => each !== stream);
      this.#handlers.onChange();
    });
  }
}
