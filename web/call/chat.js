// The chat: messages of everybody, in the order the server saw them.
import { byId, make } from './dom.js';
import { clockWords, nameOr } from './words.js';

const KEPT = 1000;

const FAULTS = {
  'rate-limited': 'That was too fast. Wait a moment and send it again.',
  'too-large': 'This is too long for one message.',
  unauthorized: 'Your invitation does not let you write here.',
};

/** Event `message` {name, text} for one of somebody else. */
export class Chat extends EventTarget {
  #room;
  #stop = new AbortController();

  /** @param {Object} room a Room of turnpike-client.js */
  constructor(room) {
    super();
    this.#room = room;
    const { signal } = this.#stop;
    byId('chat-log').replaceChildren();
    byId('chat-empty').hidden = false;
    byId('chat-fault').textContent = '';
    byId('chat-form').addEventListener('submit', (event) => this.#send(event), { signal });
    room.addEventListener('chat', ({ detail }) => this.#show(detail), { signal });
  }

  close() {
    this.#stop.abort();
  }

  /** @param {string} code of an error that the server answered @returns {boolean} whether it was one about chat */
  fault(code) {
    byId('chat-fault').textContent = FAULTS[code] ?? '';
    return code in FAULTS;
  }

  #send(event) {
    event.preventDefault();
    const field = byId('chat-text');
    const text = field.value.trim();
    if (text === '') return;
    try {
      this.#room.chat(text);
      field.value = '';
      byId('chat-fault').textContent = '';
    } catch {
      byId('chat-fault').textContent = 'Not sent: the connection to the server is lost. Send it again in a moment.';
    }
    field.focus();
  }

  #show({ from, name, text, id, at }) {
    const own = from === this.#room.user;
    const log = byId('chat-log');
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
    const time = make('time', { textContent: clockWords(at) });
    if (at) time.dateTime = at;
    log.append(make('li', { className: 'message', data: { from, id: String(id ?? ''), own: String(own) } },
      make('p', { className: 'message-head' }, make('b', {}, own ? 'You' : nameOr(name)), ' ', time),
      make('p', { className: 'message-text', dir: 'auto' }, text)));
    while (log.children.length > KEPT) log.firstElementChild.remove();
    byId('chat-empty').hidden = true;
    if (atEnd || own) log.scrollTop = log.scrollHeight;
    if (!own) this.dispatchEvent(new CustomEvent('message', { detail: { name: nameOr(name), text } }));
  }
}
