// What changes something: asked before, and told afterwards.
import { ApiError } from './api.js';
import { byId, setNotice, setText } from './dom.js';
import { counted } from './units.js';
import { endsSession, explain } from './words.js';

/**
 * @param {{title: string, text: string, verb: string}} question
 * @returns {Promise<boolean>}
 */
export function confirm({ title, text, verb }) {
  const dialog = byId('confirm');
  setText(byId('confirm-title'), title);
  setText(byId('confirm-text'), text);
  setText(byId('confirm-yes'), verb);
  return new Promise((resolve) => {
    const ended = new AbortController();
    const listen = (target, type, listener) => target.addEventListener(type, listener, { signal: ended.signal });
    listen(byId('confirm-yes'), 'click', () => dialog.close('yes'));
    listen(byId('confirm-no'), 'click', () => dialog.close('no'));
    listen(dialog, 'close', () => {
      ended.abort();
      resolve(dialog.returnValue === 'yes');
    });
    // Escape closes without setting it.
    dialog.returnValue = 'no';
    dialog.showModal();
    byId('confirm-no').focus();
  });
}

/** @param {string | null} words @param {{kind?: string, lines?: string[]}} [more] */
export function tell(words, more = {}) {
  setNotice(byId('outcome'), words, { kind: 'good', ...more });
}

/**
 * @param {{onKeyLost: (error: ApiError) => void, refresh: () => void}} page
 * @returns {(action: object) => Promise<void>} asks (where there is a title), runs and tells
 */
export function makeAct({ onKeyLost, refresh }) {
  return async ({ title, text, verb, run, finished, gone, after = () => {} }) => {
    if (title && !(await confirm({ title, text, verb }))) return;
    tell(null);
    try {
      const answer = await run();
      const { words, ...more } = typeof finished === 'function' ? finished(answer) : { words: finished };
      tell(words, more);
      after();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 404 && gone) {
        tell(gone, { kind: 'info' });
        after();
      } else if (endsSession(error)) {
        onKeyLost(error);
        return;
      } else {
        tell(error.messages.length > 0 ? rejected(error) : explain(error), { kind: 'bad', lines: error.messages });
      }
    }
    refresh();
  };
}

function rejected({ detail }) {
  const why = detail ? `${detail[0].toUpperCase()}${detail.slice(1)}` : 'That did not work';
  return `${why}:`;
}

/**
 * @param {{api: () => import('./api.js').Api, act: Function, status: () => any}} page
 */
export function setUpOperations({ api, act, status }) {
  byId('reload').addEventListener('click', () => act({
    run: () => api().post('/api/v1/reload'),
    finished: (answer) => reloaded((answer?.messages ?? []).map(String)),
  }));
  byId('drain').addEventListener('click', () => act({
    title: 'Drain this server?',
    text: drainWords(status()),
    verb: 'Drain',
    run: () => api().post('/api/v1/drain'),
    finished: 'Draining has begun. New sessions are refused from now on.',
  }));
}

function reloaded(messages) {
  if (messages.length === 0) return { words: 'The configuration was read again. Nothing has changed.' };
  return { words: 'The configuration was read again:', lines: messages };
}

function drainWords(status) {
  const count = status?.allocations ?? 0;
  const rest = count === 0 ? 'Nobody relays anything now, so it ends right away.'
    : `The ${counted(count, 'session')} here ${count === 1 ? 'goes' : 'go'} on; the server ends with the last one, or at its ` +
      'drain deadline.';
  return `It takes no new sessions from now on, and this cannot be taken back. ${rest} Then this page stops working, ` +
    'until somebody starts the server again.';
}
