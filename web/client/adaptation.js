// How much video is sent: everything, then less and less, then none. Each step is about half of the one before, which
// is what a path that loses one packet in ten may need.
const VIDEO_LEVELS = [
  { maxBitrate: Infinity, scaleResolutionDownBy: 1 },
  { maxBitrate: 900_000, scaleResolutionDownBy: 1.5 },
  { maxBitrate: 400_000, scaleResolutionDownBy: 2 },
  { maxBitrate: 150_000, scaleResolutionDownBy: 4 },
];
/** The level at which only audio is sent. */
export const AUDIO_ONLY_LEVEL = VIDEO_LEVELS.length;

// Loss that makes video unwatchable, and loss that is as good as none. Between the two everything stays as it is.
const BAD_LOSS = 0.05;
const GOOD_LOSS = 0.02;
// The loss that counts is the mean over so many milliseconds, and bad is what was bad for half of them: one burst is no
// reason to change anything.
const LOSS_WINDOW = 4000;
// How long it has to be bad before a step down, from the lowest level to audio only, and good before a step up.
const LOWER_AFTER = 4000;
const AUDIO_ONLY_AFTER = 8000;
const RAISE_AFTER = 10_000;
// A step up that has to be taken back so soon has failed: the next try waits twice as long, up to the second. After one
// that holds, it waits half as long again.
const RAISE_TRIAL = 20_000;
const LONGEST_RAISE_AFTER = 160_000;
// After such a pause (a laptop that slept, a path that was gone) what was seen before says nothing any more.
const LOSS_STALE = 10_000;

/** Decides how much video one peer gets, from how much of what is sent gets lost. */
export class Adaptation {
  #now;
  #level = 0;
  /** @type {{at: number, loss: number}[]} */ #window = [];
  /** @type {number | null} */ #badSince = null;
  /** @type {number | null} */ #goodSince = null;
  #recovery = RAISE_AFTER;
  /** @type {number | null} when a step up began that has not held yet */ #raisedAt = null;

  /** @param {{now: () => number}} clock */
  constructor({ now }) {
    this.#now = now;
  }

  /**
   * Takes the statistics of about each second.
   *
   * @param {{lossOut: number}} stats
   * @returns {{level: number, audioOnly: boolean, changed: boolean}} level 0 is everything
   */
  observe({ lossOut }) {
    const before = this.#level;
    const loss = this.#meanLoss(lossOut);
    if (loss !== null) this.#judge(loss);
    return { level: this.#level, audioOnly: this.#level === AUDIO_ONLY_LEVEL, changed: this.#level !== before };
  }

  /**
   * The mean over the window; null while that is not full.
   *
   * @param {number} lossOut
   */
  #meanLoss(lossOut) {
    const at = this.#now();
    const last = this.#window.at(-1);
    if (last && at - last.at > LOSS_STALE) this.#startAnew();
    this.#window.push({ at, loss: lossOut });
    const isFull = at - this.#window[0].at >= LOSS_WINDOW;
    while (this.#window.length > 1 && at - this.#window[1].at >= LOSS_WINDOW) this.#window.shift();
    return isFull ? this.#window.reduce((sum, { loss }) => sum + loss, 0) / this.#window.length : null;
  }

  /** @param {number} loss */
  #judge(loss) {
    const at = this.#now();
    const since = this.#window[0].at;
    const bad = this.#window.filter((each) => each.loss > BAD_LOSS).length;
    const isBad = loss > BAD_LOSS && bad * 2 >= this.#window.length;
    this.#badSince = isBad ? this.#badSince ?? since : null;
    this.#goodSince = loss < GOOD_LOSS ? this.#goodSince ?? since : null;
    if (this.#raisedAt !== null && at - this.#raisedAt >= RAISE_TRIAL) {
      this.#raisedAt = null;
      this.#recovery = Math.max(RAISE_AFTER, this.#recovery / 2);
    }
    const patience = this.#level === AUDIO_ONLY_LEVEL - 1 ? AUDIO_ONLY_AFTER : LOWER_AFTER;
    if (this.#badSince !== null && at - this.#badSince >= patience) this.#lower();
    else if (this.#goodSince !== null && at - this.#goodSince >= this.#recovery) this.#raise(at);
  }

  #lower() {
    if (this.#level === AUDIO_ONLY_LEVEL) return;
    if (this.#raisedAt !== null) this.#recovery = Math.min(LONGEST_RAISE_AFTER, this.#recovery * 2);
    this.#raisedAt = null;
    ++this.#level;
    this.#startAnew();
  }

  /** @param {number} at */
  #raise(at) {
    if (this.#level === 0) return;
    --this.#level;
    this.#raisedAt = at;
    this.#startAnew();
  }

  /** What was measured at another level, or long ago, does not count. */
  #startAnew() {
    this.#window = [];
    this.#badSince = null;
    this.#goodSince = null;
  }
}

/**
 * What a sender's encodings were before anything was lowered. The promise ends with the last change: browsers refuse
 * one that is begun before the one before has ended.
 *
 * @type {WeakMap<RTCRtpSender, {original: RTCRtpEncodingParameters[] | null, last: Promise<boolean>}>}
 */
const adapted = new WeakMap();

/**
 * @param {RTCRtpEncodingParameters} encoding
 * @param {RTCRtpEncodingParameters} original
 * @param {number} level
 */
function adaptEncoding(encoding, original, level) {
  encoding.active = level < AUDIO_ONLY_LEVEL && original.active !== false;
  const { maxBitrate, scaleResolutionDownBy } = VIDEO_LEVELS[Math.min(level, VIDEO_LEVELS.length - 1)];
  const bound = Math.min(maxBitrate, original.maxBitrate ?? Infinity);
  if (bound === Infinity) delete encoding.maxBitrate;
  else encoding.maxBitrate = bound;
  encoding.scaleResolutionDownBy = scaleResolutionDownBy * (original.scaleResolutionDownBy ?? 1);
}

/**
 * @param {RTCRtpSender} sender
 * @param {number} level
 * @param {{original: RTCRtpEncodingParameters[] | null}} memory
 */
async function changeParameters(sender, level, memory) {
  try {
    const parameters = sender.getParameters();
    // Firefox before 110 has none until some are set.
    if (!parameters.encodings?.length) parameters.encodings = [{}];
    memory.original ??= parameters.encodings.map((encoding) => ({ ...encoding }));
    const { original } = memory;
    parameters.encodings.forEach((encoding, i) => adaptEncoding(encoding, original[i] ?? {}, level));
    await sender.setParameters(parameters);
    return true;
  } catch {
    // Not negotiated yet, stopped, or a browser that will not: the video then stays as it is.
    return false;
  }
}

/**
 * Makes a sender send as much as its level allows: less bitrate and resolution, at AUDIO_ONLY_LEVEL no video. What was
 * set before by others holds, too. Senders of audio are left alone.
 *
 * @param {RTCRtpSender} sender
 * @param {number} level as of Adaptation
 * @returns {Promise<boolean>} whether the browser agreed
 */
export function applyLevel(sender, level) {
  if (sender.track?.kind !== 'video') return Promise.resolve(false);
  if (level === 0 && !adapted.has(sender)) return Promise.resolve(true);
  const memory = adapted.get(sender) ?? { original: null, last: Promise.resolve(false) };
  adapted.set(sender, memory);
  memory.last = memory.last.then(() => changeParameters(sender, level, memory));
  return memory.last;
}
