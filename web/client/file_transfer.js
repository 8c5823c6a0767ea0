import { emit } from './events.js';

// At most ten `progress` events a second.
const PROGRESS_INTERVAL = 100;
// A channel that closes and the word about why come by different streams, in any order.
const LAST_WORD_TIME = 2000;

/** @typedef {'offered' | 'running' | 'done' | 'failed' | 'cancelled'} TransferState */
/** @typedef {{id: string, name: string, size: number, type: string, direction: 'send' | 'receive'}} TransferFile */
/** @typedef {{reason?: string, checksum?: string, blob?: Blob}} TransferResult */

/**
 * What its buttons do, and what to clean up when it is over.
 *
 * @typedef {object} TransferActions
 * @property {() => void} [accept]
 * @property {() => void} cancel
 * @property {() => void} ended
 */

/**
 * What moves a transfer on; only who made the transfer has it.
 *
 * @typedef {object} TransferControl
 * @property {FileTransfer} transfer
 * @property {() => boolean} start gives whether it runs now: it may run already, or be cancelled by who heard of it
 * @property {(transferred: number) => void} advance
 * @property {(state: 'done' | 'failed' | 'cancelled', result: TransferResult) => void} settle
 * @property {() => void} lose the channel is gone: fails if nobody says anything else soon
 */

/**
 * One file, on its way to a peer or from one.
 *
 * Events: `state` {state, reason}; `progress` {transferred, size}, at most ten times a second.
 */
export class FileTransfer extends EventTarget {
  #environment;
  /** @type {TransferActions} */ #actions;
  /** @type {TransferState} */ #state = 'offered';
  #transferred = 0;
  #shownAt = -Infinity;
  /** @type {any} */ #progressTimer = null;
  /** @type {any} */ #lossTimer = null;
  /** @type {TransferResult} */ #result = {};

  /**
   * @param {TransferFile} file
   * @param {TransferActions} actions
   * @param {import('./environment.js').Environment} environment
   */
  constructor(file, actions, environment) {
    super();
    /** @type {string} */ this.id = file.id;
    /** @type {string} without folders or control characters */ this.name = file.name;
    /** @type {number} in bytes */ this.size = file.size;
    /** @type {string} the media type that the sender gave, or '' */ this.type = file.type;
    /** @type {'send' | 'receive'} */ this.direction = file.direction;
    this.#actions = actions;
    this.#environment = environment;
  }

  /**
   * @param {TransferFile} file
   * @param {TransferActions} actions
   * @param {import('./environment.js').Environment} environment
   * @returns {TransferControl}
   */
  static begin(file, actions, environment) {
    const transfer = new FileTransfer(file, actions, environment);
    return {
      transfer,
      start: () => transfer.#start(),
      advance: (transferred) => transfer.#advance(transferred),
      settle: (state, result) => transfer.#settle(state, result),
      lose: () => transfer.#lose(),
    };
  }

  get state() {
    return this.#state;
  }

  /** Bytes that were received, or given to the browser to be sent. */
  get transferred() {
    return this.#transferred;
  }

  /** @returns {string | undefined} hex SHA-256 of the whole file, when done */
  get checksum() {
    return this.#result.checksum;
  }

  /** @returns {Blob | undefined} what was received, when done */
  get blob() {
    return this.#result.blob;
  }

  /**
   * Why it failed (`checksum`, `size`, `unreadable`, `disconnected`, `too-many`) or was cancelled (`cancelled` here,
   * `peer-cancelled`, `refused`).
   *
   * @returns {string | undefined}
   */
  get reason() {
    return this.#result.reason;
  }

  /** Takes a file that a peer offers. */
  accept() {
    if (this.#state === 'offered') this.#actions.accept?.();
  }

  /** Refuses, or stops, from either side and at any time. */
  cancel() {
    if (!this.#isOver) this.#actions.cancel();
  }

  get #isOver() {
    return this.#state !== 'offered' && this.#state !== 'running';
  }

  #start() {
    if (this.#state !== 'offered') return false;
    this.#state = 'running';
    emit(this, 'state', { state: 'running' });
    return !this.#isOver;
  }

  /** @param {number} transferred */
  #advance(transferred) {
    this.#transferred = transferred;
    if (this.#progressTimer !== null) return;
    const wait = this.#shownAt + PROGRESS_INTERVAL - this.#environment.now();
    if (wait <= 0) this.#show();
    else this.#progressTimer = this.#environment.setTimeout(() => this.#show(), wait);
  }

  #show() {
    this.#progressTimer = null;
    this.#shownAt = this.#environment.now();
    emit(this, 'progress', { transferred: this.#transferred, size: this.size });
  }

  /**
   * @param {'done' | 'failed' | 'cancelled'} state
   * @param {TransferResult} result
   */
  #settle(state, result) {
    if (this.#isOver) return;
    for (const timer of [this.#progressTimer, this.#lossTimer]) {
      if (timer !== null) this.#environment.clearTimeout(timer);
    }
    this.#result = result;
    this.#state = state;
    this.#actions.ended();
    emit(this, 'state', { state, reason: this.reason });
  }

  #lose() {
    if (this.#isOver || this.#lossTimer !== null) return;
    const fail = () => this.#settle('failed', { reason: 'disconnected' });
    this.#lossTimer = this.#environment.setTimeout(fail, LAST_WORD_TIME);
  }
}
