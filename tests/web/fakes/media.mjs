// Tracks and streams, as far as connections care about them.

let count = 0;

export class FakeTrack extends EventTarget {
  enabled = true;
  muted = false;
  readyState = 'live';

  constructor(kind = 'video', id = `${kind}-${++count}`) {
    super();
    this.kind = kind;
    this.id = id;
  }

  stop() {
    this.readyState = 'ended';
  }
}

export class FakeStream extends EventTarget {
  #tracks = [];

  constructor(tracks = [], id = `stream-${++count}`) {
    super();
    this.id = id;
    this.#tracks = [...tracks];
  }

  getTracks() {
    return [...this.#tracks];
  }

  addTrack(track) {
    if (!this.#tracks.includes(track)) this.#tracks.push(track);
  }

  /** As when the other side takes a track away: removes it and says so. */
  drop(track) {
    this.#tracks = this.#tracks.filter((each) => each !== track);
    this.dispatchEvent(Object.assign(new Event('removetrack'), { track }));
  }
}
