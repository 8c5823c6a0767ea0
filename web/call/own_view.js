// Oneself on the stage, and what the others are told about oneself.
import { Tile } from './tile.js';

/** Shows one's camera and screen, sends their tracks, and says what is muted. */
export class OwnView {
  #room;
  #media;
  #share;
  #stage;
  #screen = null;
  #sent = {};
  #stop = new AbortController();

  /**
   * @param {Object} room a Room of turnpike-client.js
   * @param {import('./own_media.js').OwnMedia} media
   * @param {import('./screen.js').ScreenShare} share
   */
  constructor(room, media, share) {
    this.#room = room;
    this.#media = media;
    this.#share = share;
    const { signal } = this.#stop;
    for (const kind of ['microphone', 'camera']) if (media.track(kind)) this.#send(kind, media.track(kind));
    media.addEventListener('track', ({ detail }) => this.#send(detail.kind, detail.track), { signal });
    media.addEventListener('change', () => this.#update(), { signal });
    share.addEventListener('change', () => this.#update(), { signal });
    this.#tell();
  }

  /** @param {import('./stage.js').Stage} stage where it appears, once it is known under which id one is there */
  show(stage) {
    this.#stage = stage;
    this.tile = new Tile({ user: this.#room.user, own: true });
    this.tile.name(this.#room.name);
    this.tile.play(this.#media.stream);
    stage.add(this.tile);
    this.#update();
  }

  close() {
    this.#stop.abort();
  }

  /**
   * Once sent, a sender stays: a camera that is off has only ended there, which costs nothing and is undone without a
   * new agreement between the two sides.
   */
  #send(kind, track) {
    const old = this.#sent[kind];
    this.#sent[kind] = track;
    if (old) this.#room.replaceTrack(old, track).catch(() => {});
    else this.#room.addTrack(track, this.#media.stream);
  }

  #update() {
    this.#tell();
    if (!this.tile) return;
    const { on, mirrored } = { on: (kind) => this.#media.on(kind), mirrored: this.#media.mirrored };
    this.tile.play(this.#media.stream);
    this.tile.show({ muted: !on('microphone'), noVideo: !on('camera'), mirrored });
    this.#showScreen();
  }

  #tell() {
    this.#room.setStatus({
      muted: !this.#media.on('microphone'),
      cameraOff: !this.#media.on('camera'),
      camera: this.#media.stream.id,
      screen: this.#share.stream?.id ?? null,
    });
  }

  #showScreen() {
    const { stream } = this.#share;
    if (!stream && this.#screen) this.#stage.remove(this.#screen);
    if (!stream) {
      this.#screen = null;
    } else if (!this.#screen) {
      this.#screen = new Tile({ user: this.#room.user, own: true, screen: true });
      this.#screen.name(this.#room.name);
      this.#screen.show({ noVideo: false });
      this.#stage.add(this.#screen);
      this.#screen.play(stream);
    }
  }
}
