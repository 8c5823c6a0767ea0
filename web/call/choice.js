// The lists of cameras and microphones. They stand on the join screen, and in a dialog during the call.
import { byId, make } from './dom.js';
import { NONE, listDevices } from './devices.js';

const LISTS = [['camera', 'No camera'], ['microphone', 'No microphone']];

/** Keeps the lists up to date and passes on what is chosen. */
export class DeviceChoice {
  #media;

  /** @param {import('./own_media.js').OwnMedia} media */
  constructor(media) {
    this.#media = media;
    for (const [kind] of LISTS) {
      byId(kind).addEventListener('change', (event) => media.choose(kind, event.target.value));
    }
    media.addEventListener('change', () => this.refresh());
    navigator.mediaDevices?.addEventListener?.('devicechange', () => this.refresh());
  }

  /** @param {HTMLElement} section whose slot the lists are in from now on */
  moveTo(section) {
    section.querySelector('[data-choice-slot]').append(byId('choice'));
  }

  /** @returns {Promise<void>} */
  async refresh() {
    const found = await listDevices();
    for (const [kind, none] of LISTS) {
      const options = [...found[kind], { id: NONE, label: none }];
      const chosen = this.#media.chosen(kind);
      const selected = options.some(({ id }) => id === chosen) ? chosen : options[0].id;
      fill(byId(kind), options, selected);
    }
  }
}

function fill(select, options, selected) {
  const same = select.options.length === options.length
    && options.every(({ id, label }, i) => select.options[i].value === id && select.options[i].text === label);
  // A list that is open closes when it is filled.
  if (!same) {
    select.replaceChildren(...options.map(({ id, label }) => make('option', { value: id, textContent: label })));
  }
  select.value = selected;
}
