// Files on their way, one row for each.
import { byId, make } from './dom.js';
import { sizeWords } from './words.js';

const ENDED = new Set(['done', 'failed', 'cancelled']);

// Rows; beyond that those that came to nothing go.
const KEPT = 200;

const REASONS = {
  checksum: 'Arrived damaged. Have it sent again.',
  size: 'Arrived incomplete. Have it sent again.',
  unreadable: 'The file can no longer be read.',
  disconnected: 'The connection was lost on the way. Send it again.',
  'too-many': 'Too many files at once. Send it again later.',
  refused: 'Declined',
};

/**
 * @param {{state: string, direction: string, transferred: number, size: number, reason?: string}} transfer
 * @returns {string}
 */
export function transferWords({ state, direction, transferred, size, reason }) {
  const sending = direction === 'send';
  if (state === 'offered') return sending ? `${sizeWords(size)}, waits to be accepted` : sizeWords(size);
  if (state === 'running') return `${sizeWords(transferred)} of ${sizeWords(size)}`;
  if (state === 'done') return `${sizeWords(size)}, ${sending ? 'arrived' : 'received'}`;
  return REASONS[reason] ?? (state === 'cancelled' ? 'Cancelled' : 'Did not get through. Send it again.');
}

/** Shows transfers, and lets them be accepted, cancelled and saved. */
export class Transfers {
  #addresses = [];

  constructor() {
    byId('files').replaceChildren();
  }

  /**
   * @param {Object} transfer a FileTransfer of turnpike-client.js
   * @param {string} other name of who sends or receives it
   */
  add(transfer, other) {
    const row = new Row(transfer, other, (address) => this.#addresses.push(address));
    const list = byId('files');
    list.append(row.element);
    const vain = list.querySelectorAll('[data-state=failed], [data-state=cancelled]');
    for (let i = 0; i < vain.length && list.children.length > KEPT; ++i) vain[i].remove();
    row.element.scrollIntoView({ block: 'nearest' });
  }

  /** Forgets what was received and not saved. */
  close() {
    for (const address of this.#addresses) URL.revokeObjectURL(address);
    byId('files').replaceChildren();
  }
}

class Row {
  #transfer;
  #keep;
  #words = make('span', { className: 'file-words muted' });
  #progress = make('progress', { max: 1 });
  #buttons = make('div', { className: 'row' });

  constructor(transfer, other, keep) {
    this.#transfer = transfer;
    this.#keep = keep;
    const way = transfer.direction === 'send' ? `to ${other}` : `from ${other}`;
    this.#progress.setAttribute('aria-label', `${transfer.name}: progress`);
    const data = { file: transfer.id, direction: transfer.direction };
    this.element = make('li', { className: 'file', tabIndex: -1, data },
      make('p', {}, make('b', { className: 'file-name', dir: 'auto' }, transfer.name), ' ',
        make('span', { className: 'muted' }, way)),
      this.#progress, this.#words, this.#buttons);
    transfer.addEventListener('state', () => this.#update());
    transfer.addEventListener('progress', () => this.#move());
    this.#update();
  }

  #move() {
    const { transferred, size } = this.#transfer;
    this.#progress.value = size > 0 ? transferred / size : 1;
    this.#words.textContent = transferWords(this.#transfer);
  }

  #update() {
    const { state } = this.#transfer;
    this.element.dataset.state = state;
    this.#progress.hidden = state !== 'running';
    this.#move();
    const held = this.#buttons.contains(document.activeElement);
    this.#buttons.replaceChildren(...this.#actions());
    if (state === 'done') this.#finish();
    // The button that was pressed is gone.
    if (held) (this.#buttons.firstElementChild ?? this.element).focus();
  }

  #actions() {
    const { state, direction, name } = this.#transfer;
    if (ENDED.has(state)) return [];
    const waiting = state === 'offered' && direction === 'receive';
    const button = (className, label, onclick) => {
      const made = make('button', { type: 'button', className, textContent: label, onclick });
      made.setAttribute('aria-label', `${label}: ${name}`);
      return made;
    };
    const cancel = button('cancel', waiting ? 'Decline' : 'Cancel', () => this.#transfer.cancel());
    return waiting ? [button('accept primary', 'Accept', () => this.#transfer.accept()), cancel] : [cancel];
  }

  #finish() {
    const { direction, blob, checksum, name } = this.#transfer;
    if (checksum) {
      this.element.dataset.sha256 = checksum;
      this.element.append(make('details', { className: 'checksum' },
        make('summary', {}, 'Checksum'), make('code', {}, `SHA-256 ${checksum}`)));
    }
    if (direction !== 'receive' || !blob) return;
    // Under a neutral type nothing that was received can run as a page of ours, however the link is opened.
    const address = URL.createObjectURL(new Blob([blob], { type: 'application/octet-stream' }));
    this.#keep(address);
    const save = make('a', { href: address, download: name, className: 'button primary', textContent: 'Save' });
    save.setAttribute('aria-label', `Save: ${name}`);
    this.#buttons.append(save);
  }
}
