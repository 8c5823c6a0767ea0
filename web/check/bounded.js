// Waiting with an end: every step of the test is bounded in time and can be cancelled.

/** Thrown by what was cancelled. */
export class Cancelled extends Error {}

/**
 * Waits until an event source settles, the time is over or the signal aborts, whatever is first.
 * @template T
 * @param {object} bounds
 * @param {number} bounds.milliseconds
 * @param {AbortSignal} bounds.signal
 * @param {(settle: (value: T) => void, fail: (error: Error) => void) => (void|(() => void))} begin
 *   starts what is waited for; what it returns is called at the end, however that comes
 * @returns {Promise<T|undefined>} undefined when the time is over
 */
export function within({ milliseconds, signal }, begin) {
  return new Promise((resolve, reject) => {
    let finish = () => {};
    let over = false;
    const end = (settle) => (value) => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
      finish();
      settle(value);
    };
    const aborted = () => end(reject)(new Cancelled('cancelled'));
    const timer = setTimeout(() => end(resolve)(undefined), milliseconds);
    signal.addEventListener('abort', aborted);
    if (signal.aborted) {
      aborted();
      return;
    }
    const undo = begin(end(resolve), end(reject));
    if (typeof undo !== 'function') return;
    if (over) undo();
    else finish = undo;
  });
}

/**
 * A fetch with an end.
 * @param {string} path
 * @param {RequestInit} options
 * @param {{milliseconds: number, signal: AbortSignal}} bounds
 * @returns {Promise<{response: Response, body: any, milliseconds: number}|null>} null when nothing came in time; `body`
 *   is the JSON of the answer, or null
 */
export function ask(path, options, bounds) {
  return within(bounds, (settle) => {
    const aborter = new AbortController();
    const began = performance.now();
    const request = async () => {
      const response = await fetch(path, {
        cache: 'no-store',
        credentials: 'omit',
        ...options,
        signal: aborter.signal,
      });
      const milliseconds = performance.now() - began;
      const body = await response.json().catch(() => null);
      settle({ response, body, milliseconds });
    };
    request().catch(() => settle(undefined));
    return () => aborter.abort();
  }).then((answer) => answer ?? null);
}
