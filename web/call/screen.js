// Sharing one's own screen.

/** @returns {boolean} whether this browser can */
export function canShareScreen() {
  return typeof navigator.mediaDevices?.getDisplayMedia === 'function';
}

/** Event `change` when it began or ended, by our button or by the browser's own. */
export class ScreenShare extends EventTarget {
  #room;
  #asking = false;
  #closed = false;

  /** @param {{addTrack: Function, removeTrack: Function}} room */
  constructor(room) {
    super();
    this.#room = room;
    /** @type {MediaStream|null} */
    this.stream = null;
  }

  /**
   * Lets the visitor choose what to share.
   * @returns {Promise<boolean>} false when nothing was chosen
   */
  async start() {
    if (this.stream || this.#asking) return true;
    this.#asking = true;
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 30 } }, audio: true });
      if (this.#closed) for (const track of stream.getTracks()) track.stop();
      else this.#begin(stream);
      return true;
    } catch {
      return false;
    } finally {
      this.#asking = false;
    }
  }

  #begin(stream) {
    this.stream = stream;
    for (const track of stream.getTracks()) {
      // Letters matter more than motion.
      if (track.kind === 'video') track.contentHint = 'detail';
      track.addEventListener('ended', () => track.kind === 'video' && this.stop());
      this.#room.addTrack(track, stream);
    }
    this.dispatchEvent(new CustomEvent('change'));
  }

  /** Ends it for good, also what is being chosen. */
  close() {
    this.#closed = true;
    this.stop();
  }

  /** Ends it. */
  stop() {
    const stream = this.stream;
    if (!stream) return;
    this.stream = null;
    for (const track of stream.getTracks()) {
      track.stop();
      this.#room.removeTrack(track);
    }
    this.dispatchEvent(new CustomEvent('change'));
  }
}
