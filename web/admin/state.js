// What the server says about itself: figures, details, certificates.
import { byId, element, setNotice, setText, setTitle } from './dom.js';
import { counted, judgeExpiry, parseTime, showAgo, showCount, showExact, showRate, showSpan } from './units.js';

const STATES = {
  serving: { kind: 'good', words: 'Serving' },
  draining: { kind: 'warn', words: 'Draining: takes no new sessions' },
  lost: { kind: 'bad', words: 'Not answering' },
  waiting: { kind: '', words: 'Looking…' },
};

/** @param {string} state 'serving', 'draining', 'lost', or what else a server may say */
export function showState(state) {
  const { kind, words } = STATES[state] ?? { kind: 'warn', words: state };
  const pill = byId('pill');
  pill.dataset.kind = kind;
  setText(pill, words);
  byId('state').dataset.state = state;
  document.title = `${words} · turnpike`;
}

/**
 * @param {any} status
 * @param {number} now unix seconds by the server's clock
 * @param {number[] | null} traffic bytes a second, to peers and to clients
 */
export function showStatus(status, now, traffic) {
  showState(status.state);
  setText(byId('realm'), status.realm ?? '');
  const up = Number(status.uptimeSeconds);
  setPairs(byId('figures'), [
    ['Sessions', showCount(status.allocations), 'allocations on this server'],
    ['Rooms', showCount(status.rooms), ''],
    ['People', showCount(status.members), 'in rooms'],
    ['To peers', traffic ? showRate(traffic[0]) : '–', 'relayed from clients to their peers'],
    ['To clients', traffic ? showRate(traffic[1]) : '–', 'relayed from peers to the clients'],
    ['Up for', showSpan(up), `since ${showExact(parseTime(status.started))}`],
  ]);
  showPending(status.pending ?? []);
  showDetails(status, now);
  showCertificates(certificatesOf(status), now);
  const drains = status.state === 'draining';
  byId('drain').disabled = drains;
  setText(byId('drain'), drains ? 'Draining' : 'Drain…');
}

function showPending(pending) {
  const words = `The configuration file differs in ${counted(pending.length, 'setting')} that a reload cannot change. ` +
    'Restart the server for:';
  setNotice(byId('pending'), pending.length > 0 ? words : null, { lines: pending.map(String) });
}

const DATABASE = { none: 'none', absent: 'nothing written yet', ok: 'working' };

function showDetails(status, now) {
  const configured = parseTime(status.configuredAt);
  setPairs(byId('details'), [
    ['Version', String(status.version ?? '–'), ''],
    ['Listens on', (status.listeners ?? []).join('\n') || 'nothing', ''],
    ['Relay threads', showCount(status.workers), ''],
    ['Database', DATABASE[status.database] ?? String(status.database ?? '–'), ''],
    ['Shared secrets', showCount(status.secrets), ''],
    ['Static users', showCount(status.staticUsers), ''],
    ['Configured', showAgo(now - configured), showExact(configured)],
    ...(status.drain ? [drainEnd(status.drain, now)] : []),
  ], (status.database ?? 'ok') in DATABASE ? [] : ['Database']);
}

function drainEnd({ deadlineAt }, now) {
  if (!deadlineAt) return ['Ends', 'with the last session', 'the drain has no deadline'];
  const deadline = parseTime(deadlineAt);
  return ['Ends', `in ${showSpan(Math.max(0, deadline - now))} at the latest`, showExact(deadline)];
}

/** Rows stay the same elements; only texts change. */
function setPairs(list, pairs, bad = []) {
  pairs.forEach(([name, value, title], i) => {
    const pair = list.children[i] ?? list.appendChild(element('div', {}, element('dt', {}, name), element('dd')));
    setText(pair.lastChild, value);
    setTitle(pair, title);
    pair.dataset.kind = bad.includes(name) ? 'bad' : '';
  });
}

/**
 * @param {any} status
 * @returns {{names: string[], expiry: number, file: string}[]}
 */
export function certificatesOf(status) {
  if (Array.isArray(status.certificates) && status.certificates.length > 0) {
    return status.certificates.map(({ names, expiresAt, file }) => ({
      names: Array.isArray(names) ? names.map(String) : [], expiry: parseTime(expiresAt), file: String(file ?? ''),
    }));
  }
  if (!status.certificateExpiresAt) return [];
  return [{ names: [], expiry: parseTime(status.certificateExpiresAt), file: '' }];
}

function showCertificates(certificates, now) {
  const items = certificates.map(({ names, expiry, file }) => {
    const { kind, words } = judgeExpiry(expiry, now);
    const item = element('li', { class: 'certificate', 'data-kind': kind, title: showExact(expiry) });
    item.append(element('span', { class: 'main' }, names.join(', ') || 'Certificate'),
      element('span', { class: 'pill', 'data-kind': kind }, words));
    if (file) item.append(element('span', { class: 'detail mono' }, file));
    return item;
  });
  const none = element('li', { class: 'muted' }, 'None: nothing here listens with TLS.');
  const wanted = items.length > 0 ? items : [none];
  const list = byId('certificates');
  const same = list.children.length === wanted.length && wanted.every((item, i) => item.isEqualNode(list.children[i]));
  if (!same) list.replaceChildren(...wanted);
}
