// One's own camera and microphone: which are chosen, which are open, and whether they are muted.
import { NONE, openDevices } from './devices.js';
import { lasting } from './storage.js';

const KINDS = ['camera', 'microphone'];

/**
 * Events: `change` after anything; `track` {kind, track} when a camera or microphone was opened; `problem` {problems}
 * when one could not be, or went away ([] when all is well again).
 */
export class OwnMedia extends EventTarget {
  #tracks = { camera: null, microphone: null };
  #chosen = { camera: '', microphone: '' };
  #wanted = { camera: true, microphone: true };
  #turn = Promise.resolve();
  /** How often everything was closed. */
  #closes = 0;

  constructor() {
    super();
    /** Holds what is open at the moment; stays the same for as long as the page. */
    this.stream = new MediaStream();
    for (const kind of KINDS) this.#chosen[kind] = lasting.get(kind) ?? '';
  }

  /** @param {'camera'|'microphone'} kind @returns {MediaStreamTrack|null} */
  track(kind) {
    return this.#tracks[kind];
  }

  /** @param {'camera'|'microphone'} kind @returns {string} id of the chosen device, 'none', or '' for any */
  chosen(kind) {
    return this.#chosen[kind];
  }

  /** @param {'camera'|'microphone'} kind @returns {boolean} whether others see, or hear, something */
  on(kind) {
    return this.#tracks[kind] !== null && this.#wanted[kind];
  }

  /** @returns {boolean} whether one sees oneself as in a mirror: not with a camera that looks away */
  get mirrored() {
    return this.#tracks.camera?.getSettings?.().facingMode !== 'environment';
  }

  /** Opens what is chosen and not open yet. @returns {Promise<void>} */
  open() {
    const wanted = (kind) => this.#chosen[kind] !== NONE && (kind === 'microphone' || this.#wanted[kind]);
    return this.#inTurn(() => this.#openMissing(KINDS.filter(wanted)));
  }

  /**
   * Takes another device, or none.
   * @param {'camera'|'microphone'} kind
   * @param {string} id
   * @returns {Promise<void>}
   */
  choose(kind, id) {
    this.#chosen[kind] = id;
    lasting.set(kind, id);
    return this.#inTurn(async () => {
      // The old one goes first: phones open one camera at a time.
      this.#close(kind);
      if (id === NONE) this.#tell('problem', { problems: [] });
      else if (kind === 'microphone' || this.#wanted[kind]) await this.#openMissing([kind]);
      this.#tell('change');
    });
  }

  /**
   * Switches on or off. A muted microphone stays open, so that speaking up takes no time; a camera that is off is
   * closed, and its light goes out.
   * @param {'camera'|'microphone'} kind
   * @param {boolean} on
   * @returns {Promise<void>}
   */
  turn(kind, on) {
    this.#wanted[kind] = on;
    return this.#inTurn(async () => {
      if (kind === 'camera' && !on) this.#close(kind);
      if (on && this.#chosen[kind] === NONE) this.#chosen[kind] = '';
      if (on) await this.#openMissing([kind]);
      if (this.#tracks[kind]) this.#tracks[kind].enabled = on;
      this.#tell('change');
    });
  }

  /** Closes everything. */
  close() {
    ++this.#closes;
    for (const kind of KINDS) this.#close(kind);
    this.#tell('change');
  }

  async #openMissing(kinds) {
    const wanted = {};
    for (const kind of kinds) if (!this.#tracks[kind]) wanted[kind] = this.#chosen[kind];
    const closes = this.#closes;
    const { problems, ...opened } = await openDevices(wanted);
    if (closes !== this.#closes) {
      for (const track of Object.values(opened)) track?.stop();
      return;
    }
    for (const kind of KINDS) if (opened[kind]) this.#take(kind, opened[kind]);
    this.#tell('problem', { problems });
    this.#tell('change');
  }

  #take(kind, track) {
    track.enabled = this.#wanted[kind];
    this.#tracks[kind] = track;
    this.#chosen[kind] = track.getSettings().deviceId || this.#chosen[kind];
    this.stream.addTrack(track);
    track.addEventListener('ended', () => this.#lost(kind, track));
    this.#tell('track', { kind, track });
  }

  /** Only for tracks that ended by themselves: stop() fires no event. */
  #lost(kind, track) {
    if (this.#tracks[kind] !== track) return;
    this.#close(kind);
    this.#tell('problem', { problems: [{ problem: 'unplugged', kind, message: '' }] });
    this.#tell('change');
  }

  #close(kind) {
    const track = this.#tracks[kind];
    if (!track) return;
    track.stop();
    this.stream.removeTrack(track);
    this.#tracks[kind] = null;
  }

  /** One after the other: two requests at once would open a device twice. What waits when all is closed is not done. */
  #inTurn(action) {
    const closes = this.#closes;
    const act = () => (closes === this.#closes ? action() : undefined);
    this.#turn = this.#turn.then(act, act);
    return this.#turn;
  }

  #tell(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
