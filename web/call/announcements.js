// Short words about what just happened, shown for a moment and read out by screen readers.
import { byId, make } from './dom.js';

const SHOWN_MS = 6000;
const AT_ONCE = 4;

/**
 * @param {string} text
 * @param {{label: string, onclick: () => void}} [action]
 */
export function announce(text, action) {
  const list = byId('announcements');
  const note = make('p', { className: 'announcement' }, make('span', {}, text));
  if (action) {
    const act = () => {
      note.remove();
      action.onclick();
    };
    note.append(make('button', { type: 'button', onclick: act, textContent: action.label }));
  }
  list.append(note);
  while (list.children.length > AT_ONCE) list.firstElementChild.remove();
  setTimeout(() => note.remove(), action ? SHOWN_MS * 3 : SHOWN_MS);
}
