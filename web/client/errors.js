/**
 * Why a room could not be joined, or is no longer. `code` is one of docs/signaling.md (`unauthorized`, `room-full`,
 * ...), or `unreachable`, `replaced`, `kicked`, `closed`, `left`.
 */
export class RoomError extends Error {
  /**
   * @param {string} code
   * @param {string} [message]
   */
  constructor(code, message = code) {
    super(message);
    this.name = 'RoomError';
    this.code = code;
  }
}

// Over these the server says that coming back is of no use (docs/signaling.md, Close codes).
const FINAL_CLOSES = new Map([
  [4001, ['replaced', 'somebody joined under the same user id, perhaps you in another window']],
  [4002, ['kicked', 'you were removed from the room']],
  [4003, ['closed', 'the room was closed']],
]);
const COME_BACK_LATER = [1008, 1013];
const LATER = 5_000;
// What a rejoin may be refused for and what may be over soon: a member that is counted twice for a moment, a server
// that ends.
const PASSING_REFUSALS = ['room-full', 'rate-limited', 'draining'];

/**
 * Why a socket that the server closed stays closed; null when it need not.
 *
 * @param {number} code of the close
 */
export function errorOfClose(code) {
  const [reason, words] = FINAL_CLOSES.get(code) ?? [];
  return reason ? new RoomError(reason, words) : null;
}

/** How long to stay away at least, in milliseconds. @param {number} code of the close */
export function waitAfterClose(code) {
  return COME_BACK_LATER.includes(code) ? LATER : 0;
}

/** Whether a member may be let in again soon. @param {string} code of the refusal */
export function isPassing(code) {
  return PASSING_REFUSALS.includes(code);
}
