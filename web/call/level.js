// How loud a microphone is.

const INTERVAL_MS = 80;

/** Measures one track at a time and says how loud it is, 0 to 1. */
export class LevelMeter {
  #context = null;
  #source = null;
  #analyser = null;
  #timer = null;
  #tell;

  /** @param {(level: number) => void} tell */
  constructor(tell) {
    this.#tell = tell;
  }

  /** @param {MediaStreamTrack|null} track */
  listen(track) {
    this.stop();
    if (!track || typeof AudioContext === 'undefined') return;
    this.#context ??= new AudioContext();
    this.#wake();
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#analyser = this.#context.createAnalyser();
    this.#analyser.fftSize = 1024;
    this.#source.connect(this.#analyser);
    const samples = new Float32Array(this.#analyser.fftSize);
    this.#timer = setInterval(() => {
      this.#analyser.getFloatTimeDomainData(samples);
      this.#tell(loudness(samples));
    }, INTERVAL_MS);
  }

  /** Listens to nothing. */
  stop() {
    clearInterval(this.#timer);
    this.#source?.disconnect();
    this.#source = null;
    this.#tell(0);
  }

  /** Some browsers let sound be handled only after somebody has touched the page. */
  #wake() {
    const resume = () => this.#context.resume().catch(() => {});
    resume();
    for (const event of ['pointerdown', 'keydown']) addEventListener(event, resume, { once: true });
  }
}

/**
 * @param {Float32Array} samples
 * @returns {number} 0 (-60 dB and less) to 1 (full scale)
 */
export function loudness(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 10 * Math.log10(sum / samples.length + 1e-12);
  return Math.min(Math.max(decibels / 60 + 1, 0), 1);
}
