// One person, or one shared screen, on the stage.
import { flag, icon, make } from './dom.js';
import { badgeWords, initials, nameOr, peerStateWords } from './words.js';

const AVATAR_COLOURS = 6;

function colourOf(text) {
  let sum = 0;
  for (const letter of text) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
  return sum % AVATAR_COLOURS;
}

/** Event on `element`: `silent` (bubbles) when the browser does not let the sound play without a click. */
export class Tile {
  #avatar;
  #name;
  #words;
  #badge = null;

  /**
   * @param {{user: string, own?: boolean, screen?: boolean, onDetails?: () => void}} options
   */
  constructor({ user, own = false, screen = false, onDetails }) {
    this.own = own;
    this.screen = screen;
    this.video = make('video', { autoplay: true, playsInline: true, muted: own });
    this.#avatar = make('span', { className: 'avatar' });
    this.#avatar.setAttribute('aria-hidden', 'true');
    this.#name = make('span', { className: 'name' });
    this.#words = make('p', { className: 'state-words' });
    const muted = make('span', { className: 'muted-mark' }, icon('mic-off'),
      make('span', { className: 'visually-hidden' }, 'muted'));
    this.element = make('figure', { className: 'tile', data: { user, state: own ? 'connected' : 'connecting' } },
      this.video, this.#avatar, this.#words, make('figcaption', {}, muted, this.#name));
    flag(this.element, 'own', own);
    flag(this.element, 'screen', screen);
    flag(this.element, 'noVideo', true);
    if (onDetails) this.#addBadge(onDetails);
    if (screen && !own && document.fullscreenEnabled) this.#addEnlarge();
    // The picture may come and go without anybody's saying so, as when a connection breaks.
    for (const event of ['loadeddata', 'resize', 'emptied']) {
      this.video.addEventListener(event, () => flag(this.element, 'seen', this.video.videoWidth > 0));
    }
  }

  #addBadge(onDetails) {
    this.#badge = make('button', { type: 'button', className: 'badge', onclick: onDetails });
    this.element.append(this.#badge);
    this.badge('unknown', 'unknown');
  }

  /** What is shared may be too small to read, above all on a phone. */
  #addEnlarge() {
    const flip = () => (document.fullscreenElement ? document.exitFullscreen() : this.element.requestFullscreen());
    const button = make('button', { type: 'button', className: 'enlarge', onclick: flip }, icon('enlarge'));
    button.title = 'Full screen';
    button.setAttribute('aria-label', button.title);
    this.element.append(button);
  }

  /** @param {string} name */
  name(name) {
    const shown = nameOr(name);
    this.shownName = shown;
    const possessive = this.own ? 'Your screen' : `${shown}: screen`;
    this.#name.textContent = this.screen ? possessive : `${shown}${this.own ? ' (you)' : ''}`;
    this.#avatar.textContent = initials(shown);
    this.#avatar.dataset.colour = colourOf(shown);
    this.video.setAttribute('aria-label', this.#name.textContent);
    this.#badge?.setAttribute('title', `Connection to ${shown}: show the numbers`);
    this.#label();
  }

  /** @param {string} path @param {string} quality */
  badge(path, quality) {
    if (!this.#badge || (this.#badge.dataset.path === path && this.#badge.dataset.quality === quality)) return;
    Object.assign(this.#badge.dataset, { path, quality });
    const words = make('span', { className: 'badge-words' }, badgeWords(path, quality));
    this.#badge.replaceChildren(icon(path === 'direct' ? 'direct' : 'relayed'), words, bars());
    this.#label();
  }

  /** Whose badge it is must be heard, too, and what is not shown where there is little room. */
  #label() {
    const { path, quality } = this.#badge?.dataset ?? {};
    this.#badge?.setAttribute('aria-label', `${badgeWords(path, quality)}: connection to ${this.shownName ?? ''}`);
  }

  /** @param {string} state of the connection */
  state(state) {
    this.element.dataset.state = state;
    this.#words.textContent = peerStateWords(state);
  }

  /** @param {{muted?: boolean, noVideo?: boolean, mirrored?: boolean, speaking?: boolean}} flags those that changed */
  show(flags) {
    for (const [name, on] of Object.entries(flags)) flag(this.element, name, on);
  }

  /** @param {MediaStream|null} stream */
  play(stream) {
    if (this.video.srcObject !== stream) this.video.srcObject = stream;
    if (stream && this.video.paused) this.resume();
  }

  /** Plays on; what the browser refuses without a click is left to the button that asks for one. */
  async resume() {
    try {
      await this.video.play();
    } catch (error) {
      if (error?.name === 'NotAllowedError') this.element.dispatchEvent(new CustomEvent('silent', { bubbles: true }));
    }
  }

  /** Takes the tile away. */
  remove() {
    this.video.srcObject = null;
    this.element.remove();
  }
}

// The bars are lit by the badge's data-quality; three of them say it to those who do not see colours.
function bars() {
  const drawn = document.getElementById('icon-bars').querySelectorAll('path');
  const svg = icon('bars');
  svg.replaceChildren(...[...drawn].map((bar) => bar.cloneNode()));
  svg.classList.add('bars');
  return svg;
}
