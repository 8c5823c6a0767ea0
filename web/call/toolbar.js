// The buttons of the call.
import { announce } from './announcements.js';
import { byId, icon, make } from './dom.js';
import { canShowPicture, togglePicture, watchPicture } from './picture.js';
import { canShareScreen } from './screen.js';

const SWITCHES = {
  microphone: { id: 'mute', label: 'Mute', key: 'M', on: ['mic', 'Mute'], off: ['mic-off', 'Unmute'] },
  camera: {
    id: 'camera-off', label: 'Camera off', key: 'V',
    on: ['camera', 'Switch the camera off'], off: ['camera-off', 'Switch the camera on'],
  },
};

/** Wires the buttons to what they switch. */
export class Toolbar {
  #media;
  #share;
  #stage;
  #stop = new AbortController();
  #unwatch;

  /**
   * @param {{media: import('./own_media.js').OwnMedia, share: import('./screen.js').ScreenShare,
   *   stage: import('./stage.js').Stage, onLeave: () => void}} parts
   */
  constructor({ media, share, stage, onLeave }) {
    this.#media = media;
    this.#share = share;
    this.#stage = stage;
    const { signal } = this.#stop;
    const click = (id, action) => byId(id).addEventListener('click', action, { signal });
    for (const kind of Object.keys(SWITCHES)) click(SWITCHES[kind].id, () => this.#flip(kind));
    click('share', () => this.#flipShare());
    click('picture', () => this.#flipPicture());
    click('leave', onLeave);
    document.addEventListener('keydown', (event) => this.#key(event), { signal });
    media.addEventListener('change', () => this.#update(), { signal });
    share.addEventListener('change', () => this.#update(), { signal });
    this.#unwatch = watchPicture((on) => byId('picture').setAttribute('aria-pressed', String(on)));
    byId('share').hidden = !canShareScreen();
    byId('picture').hidden = !canShowPicture();
    this.#update();
  }

  close() {
    this.#stop.abort();
    this.#unwatch();
  }

  #flip(kind) {
    this.#media.turn(kind, !this.#media.on(kind));
  }

  async #flipShare() {
    if (this.#share.stream) this.#share.stop();
    else if (!await this.#share.start()) announce('The screen is not shared.');
  }

  async #flipPicture() {
    if (!await togglePicture(this.#stage.tiles)) announce('There is no picture to put into a small window.');
  }

  /** Single letters, but never while somebody types or chooses. */
  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
    if (event.target.closest?.('input, textarea, select, dialog, [contenteditable]')) return;
    const kind = Object.keys(SWITCHES).find((name) => SWITCHES[name].key === event.key.toUpperCase());
    if (kind) this.#flip(kind);
  }

  #update() {
    for (const [kind, { id, label, key, on, off }] of Object.entries(SWITCHES)) {
      const active = this.#media.on(kind);
      const [drawing, title] = active ? on : off;
      const button = byId(id);
      button.setAttribute('aria-pressed', String(!active));
      button.title = `${title} (${key})`;
      button.replaceChildren(icon(drawing), make('span', { className: 'words' }, label));
    }
    byId('share').setAttribute('aria-pressed', String(this.#share.stream !== null));
    byId('share').title = this.#share.stream ? 'Stop sharing the screen' : 'Share the screen';
  }
}
