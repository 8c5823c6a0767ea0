// The table of sessions: what the API calls allocations.
import { byId, element } from './dom.js';
import { path } from './api.js';
import { Listing } from './listing.js';
import { Names } from './names.js';
import { describeRoom } from './rooms.js';
import { RateBook } from './rows.js';
import { Table } from './table.js';
import { showAgo, showBytes, showExact, showRate } from './units.js';

const steady = () => performance.now() / 1000;

/**
 * @param {any} allocation as the API lists it
 * @param {number} now unix seconds
 * @returns {object} a row
 */
export function toRow(allocation, now) {
  const toPeers = allocation.traffic?.toPeers?.bytes ?? 0;
  const toClient = allocation.traffic?.toClient?.bytes ?? 0;
  return {
    id: String(allocation.id),
    user: String(allocation.roomUser ?? allocation.user ?? ''),
    userId: String(allocation.roomUser ?? ''),
    room: allocation.room ?? null,
    username: String(allocation.username ?? ''),
    client: String(allocation.client ?? ''),
    transport: String(allocation.transport ?? '').toUpperCase(),
    relayed: (allocation.relayed ?? []).join(', '),
    started: now - (allocation.ageSeconds ?? NaN),
    age: allocation.ageSeconds ?? NaN,
    toPeers, toClient,
    bytes: toPeers + toClient,
    rate: null,
  };
}

const COLUMNS = (end) => [
  {
    label: 'User', text: (row) => row.user || 'nobody', title: (row) => row.username,
    detail: (row) => (row.room === null ? '' : `in room ${row.room}`),
  },
  {
    label: 'Client', text: (row) => row.client, title: (row) => `relayed as ${row.relayed}`,
    detail: (row) => `over ${row.transport}`,
  },
  { label: 'Started', text: (row) => showAgo(row.age), title: (row) => showExact(row.started) },
  {
    label: 'Relayed', className: 'number', text: (row) => showBytes(row.bytes),
    detail: (row) => `${showBytes(row.toPeers)} out, ${showBytes(row.toClient)} in`,
    title: (row) => `${showBytes(row.toPeers)} from the client to its peers, ${showBytes(row.toClient)} from them to the client`,
  },
  {
    label: 'Rate', className: 'number', text: (row) => (row.rate === null ? '–' : showRate(row.rate)),
    title: (row) => (row.rate === null ? 'known after the next look' : 'both ways, since the last look'),
  },
  {
    label: '', className: 'act',
    make: (cell, id, row) => {
      const label = `End the session of ${row.user || 'nobody'}`;
      const button = element('button', { type: 'button', class: 'end', 'aria-label': label }, 'End');
      button.addEventListener('click', () => end(id, row));
      cell.append(button);
    },
  },
];

/**
 * @param {{api: () => import('./api.js').Api, now: () => number, act: Function, refresh: () => void}} page
 * @returns {Listing}
 */
export function makeSessions({ api, now, act, refresh }) {
  const rates = new RateBook();
  const names = new Names();
  let starts = new Map();
  const end = (id, row) => act({
    title: 'End this session?',
    text: `The relayed connection of ${row.user || 'this client'} (${row.client}) breaks off at once. ` +
      'Their program may make a new one by itself; taking its credential back prevents that.',
    verb: 'End session',
    run: () => api().delete(path`/api/v1/allocations/${id}`),
    gone: 'This session had ended already.',
    finished: 'The session was ended.',
    after: () => sessions.remove(id),
  });
  const rowsOf = (answer) => (answer?.allocations ?? []).map((allocation) => toRow(allocation, now()));
  const list = (query) => api().get(`/api/v1/allocations?${new URLSearchParams(query)}`);
  const sessions = new Listing({
    table: new Table(byId('sessions'), COLUMNS(end), { key: 'started', direction: -1 }),
    filter: byId('sessions-filter'), count: byId('sessions-count'),
    empty: byId('sessions-empty'), more: byId('sessions-more'),
  }, {
    noun: 'session',
    none: 'Nobody relays anything right now.',
    filterKeys: ['user', 'userId', 'room', 'username', 'client'],
    refresh,
    fetchPage: async (cursor, limit) => {
      const answer = await list({ limit, ...(cursor && { cursor }) });
      return { rows: rowsOf(answer), next: answer?.next ?? null };
    },
    findExactly: async (text) => [
      ...rowsOf(await list({ user: text, limit: 100 })), ...rowsOf(await list({ room: text, limit: 100 })),
    ],
    prepare: async (rows) => {
      const found = rates.look(rows, steady());
      // Ages are whole seconds: the first look counts, so that rows do not change places.
      starts = new Map(rows.map(({ id, started }) => [id, starts.get(id) ?? started]));
      await names.learn(rows, (room) => describeRoom(api(), room));
      return rows.map((row) => ({
        ...row, user: names.of(row) || row.user, started: starts.get(row.id), rate: found.get(row.id) ?? null,
      }));
    },
  });
  return sessions;
}
