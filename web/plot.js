// A small line plot over time on a canvas: `new Plot(canvas, {...})`, then `set(samples)` whenever there are new ones.
import { clockLabel, gapBetween, largest, nearest, niceTicks, stretches, timeTicks } from './plot-scale.js';

export { niceTicks } from './plot-scale.js';

// Lines differ by more than colour.
const DASHES = [[], [7, 4], [2, 3], [9, 3, 2, 3]];
const TOUCH_READOUT_MS = 4000;

/**
 * @typedef {object} Series
 * @property {string} label
 * @property {string} colour the name of a CSS variable: '--series-1'
 *
 * @typedef {object} PlotOptions
 * @property {Series[]} series
 * @property {string} [title] what it is of, for those who cannot see it
 * @property {(value: number) => string} [format] what a value looks like
 * @property {number} span seconds shown
 * @property {() => number} [now] the right end, in unix seconds
 * @property {boolean} [whole] values are counts: no marks between 0 and 1
 * @property {number} [atLeast] the axis reaches at least up to here
 */

/**
 * The size of the canvas is its box's, given by style sheets; the picture follows it, the pixel ratio and the scheme.
 * Works only while it is seen. `close()` when the canvas goes away.
 */
export class Plot {
  #canvas;
  #options;
  #samples = [];
  #cursor = null;
  #frame = 0;
  #ended = new AbortController();
  #resized;
  #touched;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {PlotOptions} options
   */
  constructor(canvas, options) {
    this.#canvas = canvas;
    const defaults = { title: 'Plot', format: String, now: () => Date.now() / 1000, whole: false, atLeast: 0 };
    this.#options = { ...defaults, ...options };
    canvas.setAttribute('role', 'img');
    canvas.style.touchAction = 'pan-y';
    this.#resized = new ResizeObserver(() => this.draw());
    this.#resized.observe(canvas);
    this.#listen();
    this.#describe();
  }

  /**
   * @param {number[][]} samples [unixSeconds, value of the first series, ...] in the order of time; what is no finite
   *   number is a gap
   */
  set(samples) {
    this.#samples = samples;
    this.#describe();
    this.draw();
  }

  /** Draws with the next frame. Browsers hold frames back while the page is hidden. */
  draw() {
    if (this.#frame !== 0 || this.#ended.signal.aborted) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#paint();
    });
  }

  close() {
    this.#ended.abort();
    this.#resized.disconnect();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#touched);
  }

  #listen() {
    const { signal } = this.#ended;
    const on = (target, type, listener) => target.addEventListener(type, listener, { signal });
    on(matchMedia('(prefers-color-scheme: dark)'), 'change', () => this.draw());
    const point = (event) => this.#point(event.clientX - this.#canvas.getBoundingClientRect().left);
    on(this.#canvas, 'pointerdown', point);
    on(this.#canvas, 'pointermove', point);
    on(this.#canvas, 'pointerleave', (event) => {
      if (event.pointerType === 'mouse') this.#point(null);
      else this.#touched = setTimeout(() => this.#point(null), TOUCH_READOUT_MS);
    });
  }

  #point(x) {
    clearTimeout(this.#touched);
    this.#cursor = x;
    this.draw();
  }

  #describe() {
    const { title, series, format } = this.#options;
    const last = this.#samples.at(-1);
    const parts = series.map(({ label }, i) => `${label}: ${shown(last?.[i + 1], format)}`);
    this.#canvas.setAttribute('aria-label', `${title}. ${last ? `Latest: ${parts.join(', ')}` : 'No data yet'}`);
  }

  #paint() {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    if (width === 0 || height === 0) return;
    const context = fitted(this.#canvas, width, height);
    const style = getComputedStyle(this.#canvas);
    const size = Math.min(15, Math.max(10, Math.round(parseFloat(style.fontSize) * 0.8)));
    context.font = `${size}px ${style.fontFamily}`;
    const { now, span } = this.#options;
    const to = now();
    const samples = this.#samples.filter(([time]) => time >= to - span && time <= to + 1);
    const colour = (name) => style.getPropertyValue(name).trim() || style.color;
    const view = { ...this.#options, context, colour, size, width, height, samples, from: to - span, to };
    const box = layout(view);
    const read = this.#cursor === null ? null : nearest(samples, box.timeAt(this.#cursor));
    drawAxes(view, box);
    drawLines(view, box);
    if (samples.length === 0) drawEmpty(view, box);
    if (read) drawCursor(view, box, read);
    drawLegend(view, box, read ?? samples.at(-1));
  }
}

function shown(value, format) {
  return Number.isFinite(value) ? format(value) : 'no data';
}

function fitted(canvas, width, height) {
  const ratio = devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  // Setting a size empties the canvas, even the same one.
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

// Where everything goes: the legend's items in rows at the top, values at the left, times at the bottom.
function layout(view) {
  const { context, size, width, height, series, samples, format, whole, atLeast, from, to } = view;
  const rows = legendRows(view);
  const top = rows.length * size * 1.6 + size;
  const bottom = height - size * 1.8;
  const steps = Math.max(1, Math.min(5, Math.floor((bottom - top) / (size * 3))));
  const ticks = niceTicks(Math.max(largest(samples), atLeast), steps, whole);
  const left = Math.ceil(Math.max(...ticks.map((tick) => context.measureText(format(tick)).width))) + 8;
  const right = width - 6;
  return {
    rows, left, right, top, bottom, ticks, series,
    x: (time) => left + ((time - from) / (to - from)) * (right - left),
    y: (value) => bottom - (value / ticks.at(-1)) * (bottom - top),
    timeAt: (x) => from + ((x - left) / (right - left)) * (to - from),
  };
}

// Items are as wide as their widest value so far seen, so that they do not dance while values change.
function legendRows({ context, size, width, series, samples, format }) {
  const peak = format(largest(samples));
  const rows = [];
  let x = Infinity;
  for (const { label } of series) {
    const labelWidth = context.measureText(label).width;
    const value = Math.max(context.measureText(peak).width, context.measureText('no data').width);
    const item = { labelWidth, width: size * 2.4 + labelWidth + value + size * 1.6 };
    if (x + item.width - size * 1.2 > width) {
      rows.push([]);
      x = 0;
    }
    rows.at(-1).push({ ...item, x });
    x += item.width;
  }
  return rows;
}

function drawAxes({ context, colour, size, from, to, format }, box) {
  context.lineWidth = 1;
  context.strokeStyle = colour('--line');
  context.fillStyle = colour('--muted');
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (const tick of box.ticks) {
    const y = Math.round(box.y(tick)) + 0.5;
    line(context, box.left, y, box.right, y);
    context.fillText(format(tick), box.left - 6, y);
  }
  context.textBaseline = 'top';
  for (const { time, label } of timeTicks(from, to, (box.right - box.left) / (size * 5.5))) {
    const x = box.x(time);
    const half = context.measureText(label).width / 2;
    line(context, x, box.bottom, x, box.bottom + 4);
    context.textAlign = x + half > box.right ? 'right' : x - half < 0 ? 'left' : 'center';
    context.fillText(label, context.textAlign === 'right' ? box.right : x, box.bottom + size * 0.6);
  }
}

function line(context, x1, y1, x2, y2) {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}

function drawLines({ context, colour, series, samples }, box) {
  const gap = gapBetween(samples);
  context.lineJoin = 'round';
  series.forEach((one, i) => {
    context.strokeStyle = context.fillStyle = colour(one.colour);
    context.lineWidth = 1.75;
    for (const stretch of stretches(samples, i + 1, gap)) drawStretch(context, stretch, box, DASHES[i % DASHES.length]);
  });
  context.setLineDash([]);
}

function drawStretch(context, stretch, box, dash) {
  const [[first, value]] = stretch;
  if (stretch.length === 1) return drawDot(context, box.x(first), box.y(value), 2);
  context.beginPath();
  for (const [time, v] of stretch) context.lineTo(box.x(time), box.y(v));
  context.setLineDash(dash);
  context.stroke();
  context.lineTo(box.x(stretch.at(-1)[0]), box.bottom);
  context.lineTo(box.x(first), box.bottom);
  context.globalAlpha = 0.1;
  context.fill();
  context.globalAlpha = 1;
}

function drawDot(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

function drawEmpty({ context, colour, size }, box) {
  const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  const width = context.measureText('No data yet').width + 2 * size;
  context.clearRect(x - width / 2, y - size, width, 2 * size);
  context.fillStyle = colour('--muted');
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText('No data yet', x, y);
}

function drawCursor({ context, colour, size, series, span }, box, sample) {
  const x = box.x(sample[0]);
  context.strokeStyle = colour('--muted');
  context.lineWidth = 1;
  line(context, x, box.top, x, box.bottom);
  series.forEach((one, i) => {
    if (!Number.isFinite(sample[i + 1])) return;
    context.fillStyle = colour(one.colour);
    drawDot(context, x, box.y(sample[i + 1]), 4);
  });
  const label = clockLabel(sample[0], span <= 3600);
  const half = context.measureText(label).width / 2 + 6;
  const middle = Math.min(Math.max(x, half), box.right - half);
  context.fillStyle = colour('--text');
  context.fillRect(middle - half, box.bottom + 2, 2 * half, size * 1.6);
  context.fillStyle = colour('--surface');
  context.textAlign = 'center';
  context.textBaseline = 'top';
  context.fillText(label, middle, box.bottom + size * 0.6);
}

function drawLegend({ context, colour, size, series, format }, box, sample) {
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  let index = 0;
  box.rows.forEach((row, r) => {
    const y = size * (0.9 + r * 1.6);
    for (const item of row) {
      const { label, colour: name } = series[index];
      context.strokeStyle = colour(name);
      context.lineWidth = 2.5;
      context.setLineDash(DASHES[index % DASHES.length]);
      line(context, item.x, y, item.x + size * 1.9, y);
      context.setLineDash([]);
      context.fillStyle = colour('--muted');
      context.fillText(label, item.x + size * 2.4, y);
      context.fillStyle = colour('--text');
      context.fillText(shown(sample?.[index + 1], format), item.x + size * 2.9 + item.labelWidth, y);
      ++index;
    }
  });
}
