// The arithmetic of a plot, without a canvas.

/**
 * Round marks from 0 to the first one at or above `max`.
 * @param {number} max
 * @param {number} [count] about how many steps
 * @param {boolean} [whole] no step below 1
 * @returns {number[]}
 */
export function niceTicks(max, count = 4, whole = false) {
  const top = Number.isFinite(max) && max > 0 ? max : 1;
  const rough = Math.max(top / Math.max(1, count), whole ? 1 : 0);
  const exponent = Math.floor(Math.log10(rough));
  // Multiplying by a negative power of ten would leave 0.30000000000000004; dividing by a whole one does not.
  const scaled = (n) => (exponent < 0 ? n / 10 ** -exponent : n * 10 ** exponent);
  const step = [1, 2, 5, 10].find((n) => scaled(n) >= rough * (1 - 1e-9)) ?? 10;
  const steps = Math.ceil(top / scaled(step) - 1e-9);
  return Array.from({ length: steps + 1 }, (_, i) => scaled(i * step));
}

const TIME_STEPS = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400];

/**
 * Marks of a time axis: round times of the visitor's clock for long spans, so long ago for those up to ten minutes.
 * @param {number} from unix seconds
 * @param {number} to unix seconds
 * @param {number} count at most about so many
 * @returns {{time: number, label: string}[]}
 */
export function timeTicks(from, to, count) {
  const span = to - from;
  const step = TIME_STEPS.find((seconds) => span / seconds <= Math.max(1, count)) ?? TIME_STEPS.at(-1);
  const ticks = [];
  if (span <= 600) {
    for (let ago = Math.floor(span / step) * step; ago >= 0; ago -= step) {
      ticks.push({ time: to - ago, label: agoLabel(ago) });
    }
    return ticks;
  }
  const offset = new Date(to * 1000).getTimezoneOffset() * 60;
  for (let time = Math.ceil((from - offset) / step) * step + offset; time <= to; time += step) {
    ticks.push({ time, label: clockLabel(time) });
  }
  return ticks;
}

function agoLabel(ago) {
  if (ago === 0) return 'now';
  return ago % 60 === 0 ? `−${ago / 60} min` : `−${ago} s`;
}

/**
 * @param {number} time unix seconds
 * @param {boolean} [seconds]
 * @returns {string}
 */
export function clockLabel(time, seconds = false) {
  const at = new Date(time * 1000);
  const parts = seconds ? [at.getHours(), at.getMinutes(), at.getSeconds()] : [at.getHours(), at.getMinutes()];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

/**
 * From which distance on two samples have a gap between them.
 * @param {number[][]} samples
 * @returns {number} seconds
 */
export function gapBetween(samples) {
  const steps = [];
  for (let i = 1; i < samples.length; ++i) steps.push(samples[i][0] - samples[i - 1][0]);
  if (steps.length === 0) return Infinity;
  steps.sort((a, b) => a - b);
  return 2.5 * steps[Math.floor((steps.length - 1) / 2)];
}

/**
 * The unbroken stretches of one column: split where a value lacks, and where samples are too far apart.
 * @param {number[][]} samples
 * @param {number} column
 * @param {number} [gap] seconds
 * @returns {number[][][]} lists of [time, value]
 */
export function stretches(samples, column, gap = gapBetween(samples)) {
  const found = [];
  let last = null;
  for (const sample of samples) {
    const value = sample[column];
    if (!Number.isFinite(value)) {
      last = null;
      continue;
    }
    if (last === null || sample[0] - last > gap) found.push([]);
    found.at(-1).push([sample[0], value]);
    last = sample[0];
  }
  return found;
}

/**
 * @param {number[][]} samples in the order of time
 * @param {number} time
 * @returns {number[] | null} the sample nearest to it
 */
export function nearest(samples, time) {
  let best = null;
  for (const sample of samples) {
    if (best === null || Math.abs(sample[0] - time) <= Math.abs(best[0] - time)) best = sample;
  }
  return best;
}

/**
 * @param {number[][]} samples
 * @returns {number} the largest value of all columns; 0 when there is none
 */
export function largest(samples) {
  let max = 0;
  for (const [, ...values] of samples) {
    for (const value of values) if (Number.isFinite(value) && value > max) max = value;
  }
  return max;
}
