// The HTTP API (docs/http-api.md), with a key.

const TIMEOUT_MS = 15000;

/** Why a call did not work. */
export class ApiError extends Error {
  /**
   * @param {'unreachable' | 'slow' | 'unreadable' | 'unnameable' | 'refused'} reason 'refused': by the
   *   server, see `status`
   * @param {{status?: number, detail?: string, retryAfter?: number, messages?: string[]}} [answer]
   */
  constructor(reason, { status = 0, detail = '', retryAfter = 0, messages = [] } = {}) {
    super(detail || reason);
    this.name = 'ApiError';
    this.reason = reason;
    this.status = status;
    this.detail = detail;
    this.retryAfter = retryAfter;
    this.messages = messages;
  }
}

/**
 * A path of texts: each is percent-encoded, slashes too.
 * @param {TemplateStringsArray} strings
 * @param {...string} values
 * @returns {string}
 */
export function path(strings, ...values) {
  // Addresses swallow these as steps, however they are encoded, and would then name something else.
  if (values.some((value) => value === '.' || value === '..')) throw new ApiError('unnameable');
  return String.raw({ raw: strings }, ...values.map(encodeURIComponent));
}

/** Does one request after the other. */
export class Api {
  #authorization;
  #fetch;
  #timeout;
  #last = Promise.resolve();
  #closed = new AbortController();

  /**
   * @param {string} key
   * @param {{fetch?: typeof fetch, timeout?: number}} [environment]
   */
  constructor(key, { fetch = (...request) => globalThis.fetch(...request), timeout = TIMEOUT_MS } = {}) {
    // Headers carry bytes; fetch takes them as characters up to 255.
    this.#authorization = `Bearer ${String.fromCharCode(...new TextEncoder().encode(key))}`;
    this.#fetch = fetch;
    this.#timeout = timeout;
  }

  /** @param {string} where @returns {Promise<any>} */
  get(where) {
    return this.#queue('GET', where);
  }

  /** @param {string} where @param {object} [body] @returns {Promise<any>} */
  post(where, body = {}) {
    return this.#queue('POST', where, body);
  }

  /** @param {string} where @returns {Promise<any>} */
  delete(where) {
    return this.#queue('DELETE', where);
  }

  /** What is under way is given up; its promises are rejected. */
  close() {
    this.#closed.abort();
  }

  #queue(method, where, body) {
    const answer = this.#last.then(() => this.#ask(method, where, body));
    this.#last = answer.catch(() => {});
    return answer;
  }

  async #ask(method, where, body) {
    const aborter = new AbortController();
    const abort = () => aborter.abort();
    if (this.#closed.signal.aborted) abort();
    this.#closed.signal.addEventListener('abort', abort);
    const timer = setTimeout(abort, this.#timeout);
    try {
      const response = await this.#fetch(where, {
        method,
        headers: { Authorization: this.#authorization, ...(body && { 'Content-Type': 'application/json' }) },
        body: body && JSON.stringify(body),
        signal: aborter.signal,
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'error',
      });
      return await read(response);
    } catch (error) {
      if (error instanceof ApiError) throw error;
      throw new ApiError(aborter.signal.aborted ? 'slow' : 'unreachable');
    } finally {
      clearTimeout(timer);
      this.#closed.signal.removeEventListener('abort', abort);
    }
  }
}

async function read(response) {
  const text = await response.text();
  let body = null;
  try {
    body = text === '' ? null : JSON.parse(text);
  } catch {
    if (response.ok) throw new ApiError('unreadable', { status: response.status });
  }
  if (response.ok) return body;
  throw new ApiError('refused', {
    status: response.status,
    detail: String(body?.detail ?? body?.title ?? ''),
    retryAfter: Number(response.headers.get('Retry-After')) || 0,
    messages: Array.isArray(body?.messages) ? body.messages.map(String) : [],
  });
}
