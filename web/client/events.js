/**
 * Dispatches a CustomEvent; its fields are in `detail`.
 *
 * @param {EventTarget} target
 * @param {string} type
 * @param {object} [detail]
 */
export function emit(target, type, detail = {}) {
  target.dispatchEvent(new CustomEvent(type, { detail }));
}

/**
 * Hears what emit() says.
 *
 * @param {EventTarget} target
 * @param {string} type
 * @param {(detail: any) => void} handle
 */
export function listen(target, type, handle) {
  target.addEventListener(type, (event) => handle(/** @type {CustomEvent} */ (event).detail));
}
