// Times, rates and ages in words. Pure.

/** @param {number} value milliseconds */
export function milliseconds(value) {
  if (value >= 1000) return `${(value / 1000).toFixed(1)} s`;
  return value < 10 ? `${Math.max(value, 0.1).toFixed(1)} ms` : `${Math.round(value)} ms`;
}

/** @param {number|null} bitsPerSecond */
export function rateWords(bitsPerSecond) {
  if (bitsPerSecond === null) return 'too slow to measure';
  const mega = bitsPerSecond / 1e6;
  if (mega >= 1) return `about ${mega < 10 ? mega.toFixed(1) : Math.round(mega)} Mbit/s`;
  return `about ${Math.round(bitsPerSecond / 1000)} kbit/s`;
}

/** @type {[number, string][]} */
const UNITS = [
  [86400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
];

/** @param {number} seconds not negative */
export function span(seconds) {
  const [size, name] = UNITS.find(([unit]) => seconds >= unit * 1.5) ?? UNITS[3];
  const count = Math.round(seconds / size);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

/** @param {number} expiresIn seconds, not positive: how long ago something expired */
export function expiryWords(expiresIn) {
  return expiresIn > -1 ? 'just now' : `${span(-expiresIn)} ago`;
}
