// Numbers and times for people.

const SCALE = ['', 'k', 'M', 'G', 'T', 'P'];

function scaled(value, unit) {
  if (!Number.isFinite(value)) return '–';
  const rounded = (number) => Number(number.toPrecision(3));
  let magnitude = 0;
  let number = rounded(Math.max(0, value));
  while (number >= 1000 && magnitude < SCALE.length - 1) {
    number = rounded(number / 1000);
    ++magnitude;
  }
  // Fractions of a byte or bit are of averages only, and say nothing.
  return `${magnitude === 0 ? Math.round(number) : number} ${SCALE[magnitude]}${unit}`;
}

/**
 * @param {number} bytes
 * @returns {string} '1.23 MB'
 */
export const showBytes = (bytes) => scaled(bytes, 'B');

/**
 * @param {number} bitsPerSecond
 * @returns {string} '1.23 Mbit/s'
 */
export const showBitRate = (bitsPerSecond) => scaled(bitsPerSecond, 'bit/s');

/**
 * @param {number} bytesPerSecond
 * @returns {string} in bits, as networks are measured
 */
export const showRate = (bytesPerSecond) => showBitRate(bytesPerSecond * 8);

/**
 * @param {number} count
 * @returns {string} '12,345'
 */
export const showCount = (count) => (Number.isFinite(count) ? Math.round(count).toLocaleString('en') : '–');

/**
 * @param {number} count
 * @param {string} one
 * @param {string} [many]
 * @returns {string} '1 room', '2 rooms'
 */
export const counted = (count, one, many = `${one}s`) => `${showCount(count)} ${count === 1 ? one : many}`;

const SPANS = [['day', 86400], ['h', 3600], ['min', 60], ['s', 1]];

/**
 * Its two largest parts, the second only where the first is small.
 * @param {number} seconds
 * @returns {string} '45 s', '3 min 20 s', '25 min', '5 h 10 min', '3 days 4 h', '40 days'
 */
export function showSpan(seconds) {
  if (!Number.isFinite(seconds)) return '–';
  const whole = Math.max(0, Math.floor(seconds));
  const index = SPANS.findIndex(([, size]) => whole >= size);
  if (index < 0) return '0 s';
  const [unit, size] = SPANS[index];
  const count = Math.floor(whole / size);
  const first = `${count} ${unit === 'day' && count !== 1 ? 'days' : unit}`;
  if (index === SPANS.length - 1 || count >= 10) return first;
  const [nextUnit, nextSize] = SPANS[index + 1];
  const rest = Math.floor((whole % size) / nextSize);
  return rest === 0 ? first : `${first} ${rest} ${nextUnit}`;
}

/**
 * @param {number} seconds since then; what lies a little ahead is now, clocks differ
 * @returns {string}
 */
export const showAgo = (seconds) => (seconds < 1 ? 'now' : `${showSpan(seconds)} ago`);

/**
 * @param {number} unixSeconds
 * @returns {string} date and time as the visitor writes them
 */
export function showExact(unixSeconds) {
  if (!Number.isFinite(unixSeconds)) return '';
  return new Date(unixSeconds * 1000).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

/**
 * @param {unknown} text RFC 3339
 * @returns {number} unix seconds; NaN when it is none
 */
export const parseTime = (text) => (typeof text === 'string' ? Date.parse(text) / 1000 : NaN);

/**
 * How much the end of a certificate should worry.
 * @param {number} expiry unix seconds
 * @param {number} now unix seconds
 * @returns {{kind: 'good' | 'warn' | 'bad', words: string}}
 */
export function judgeExpiry(expiry, now) {
  const days = Math.floor((expiry - now) / 86400);
  if (!Number.isFinite(days)) return { kind: 'warn', words: 'expiry unknown' };
  if (expiry <= now) return { kind: 'bad', words: `expired ${showAgo(now - expiry)}: browsers refuse it` };
  if (days < 1) return { kind: 'bad', words: `expires in ${showSpan(expiry - now)}` };
  const kind = days < 7 ? 'bad' : days < 21 ? 'warn' : 'good';
  return { kind, words: `expires in ${counted(days, 'day')}` };
}
