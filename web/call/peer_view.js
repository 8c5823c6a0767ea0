// One other person: the tile of the camera, the tile of the screen, and who is speaking.
import { streamRoles } from './roles.js';
import { Tile } from './tile.js';

// About -40 dB.
const SPEAKING = 0.01;

/** Keeps a peer's tiles as the peer is. */
export class PeerView {
  #peer;
  #stage;
  #onDetails;
  #screen = null;
  #named;
  #stop = new AbortController();

  /**
   * @param {Object} peer a Peer of turnpike-client.js
   * @param {import('./stage.js').Stage} stage
   * @param {() => void} onDetails the badge was pressed
   */
  constructor(peer, stage, onDetails) {
    this.#peer = peer;
    this.#stage = stage;
    this.#onDetails = onDetails;
    this.tile = new Tile({ user: peer.user, onDetails });
    this.#name();
    stage.add(this.tile);
    const { signal } = this.#stop;
    for (const event of ['streams', 'track', 'status', 'state', 'stats']) {
      peer.addEventListener(event, () => this.#update(), { signal });
    }
    this.#update();
  }

  /** @returns {string} */
  get name() {
    return this.tile.shownName;
  }

  /** @returns {boolean} whether the keyboard is on one of the tiles */
  get holdsFocus() {
    return [this.tile, this.#screen].some((tile) => tile?.element.contains(document.activeElement));
  }

  /** Takes the tiles away. */
  close() {
    this.#stop.abort();
    this.#stage.remove(this.tile);
    this.#showScreen(null);
  }

  /** Looks whether this one speaks; the browser knows it of what it plays. */
  listen() {
    const receivers = this.#peer.connection?.getReceivers?.() ?? [];
    const level = (receiver) => receiver.getSynchronizationSources?.()[0]?.audioLevel ?? 0;
    const speaking = receivers.some((receiver) => receiver.track?.kind === 'audio' && level(receiver) > SPEAKING);
    this.tile.show({ speaking: speaking && !this.#peer.status?.muted });
  }

  #update() {
    const { status, state, stats, path } = this.#peer;
    const { camera, screen } = streamRoles(this.#peer.streams, status);
    const pictured = camera !== null && camera.getVideoTracks().length > 0;
    this.tile.play(camera);
    if (this.#peer.name !== this.#named) this.#name();
    this.tile.state(state);
    this.tile.badge(path, stats?.quality ?? 'unknown');
    this.tile.show({ muted: status?.muted === true, noVideo: !pictured || status?.cameraOff === true });
    this.#showScreen(screen);
    this.#screen?.state(state);
  }

  #name() {
    this.#named = this.#peer.name;
    this.tile.name(this.#named);
    this.#screen?.name(this.#named);
  }

  #showScreen(stream) {
    if (!stream) {
      if (this.#screen) this.#stage.remove(this.#screen);
      this.#screen = null;
      return;
    }
    if (!this.#screen) {
      this.#screen = new Tile({ user: this.#peer.user, screen: true });
      this.#screen.name(this.#peer.name);
      this.#screen.show({ noVideo: false });
      this.#stage.add(this.#screen);
    }
    this.#screen.play(stream);
  }
}
