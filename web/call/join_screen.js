// What comes before the call: see oneself, choose devices and a name.
import { byId, flag } from './dom.js';
import { LevelMeter } from './level.js';
import { lasting } from './storage.js';

/** Shows the preview and gathers what the call needs to know. */
export class JoinScreen {
  #media;
  #meter = new LevelMeter((level) => { byId('level').value = level; });
  #heard = null;
  #shown = false;
  #opening = false;

  /**
   * @param {import('./own_media.js').OwnMedia} media
   * @param {{relayOnly: boolean, onEnter: () => void}} options
   */
  constructor(media, { relayOnly, onEnter }) {
    this.#media = media;
    byId('name').value = lasting.get('name') ?? '';
    byId('relay-only').checked = relayOnly;
    byId('join').addEventListener('submit', (event) => {
      event.preventDefault();
      lasting.set('name', this.name);
      onEnter();
    });
    media.addEventListener('change', () => this.#update());
  }

  /** @returns {string} */
  get name() {
    return byId('name').value.trim();
  }

  /** @returns {boolean} */
  get relayOnly() {
    return byId('relay-only').checked;
  }

  /** Shows itself and opens the chosen devices. */
  async show() {
    this.#shown = this.#opening = true;
    byId('entrance').hidden = false;
    this.#update();
    await this.#media.open();
    this.#opening = false;
    this.#update();
  }

  /** The call has begun, or something ended it. */
  hide() {
    this.#shown = false;
    byId('entrance').hidden = true;
    byId('preview').srcObject = null;
    this.#listen(null);
  }

  /** @param {boolean} on whether we are on the way into the room */
  busy(on) {
    byId('enter').disabled = on;
    byId('enter').textContent = on ? 'Joining…' : 'Join the call';
  }

  #update() {
    if (!this.#shown) return;
    const preview = byId('preview');
    if (preview.srcObject !== this.#media.stream) preview.srcObject = this.#media.stream;
    flag(preview, 'mirrored', this.#media.mirrored);
    const seen = this.#media.track('camera') !== null;
    byId('preview-words').hidden = seen;
    byId('preview-words').textContent = this.#opening
      ? 'Your browser may ask whether this page may use camera and microphone.' : 'The camera is off';
    this.#listen(this.#media.track('microphone'));
  }

  #listen(track) {
    if (track === this.#heard) return;
    this.#heard = track;
    this.#meter.listen(track);
  }
}
