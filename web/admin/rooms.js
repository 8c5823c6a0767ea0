// The table of rooms, and the members of those that are opened.
import { ApiError, path } from './api.js';
import { byId, element, setText, setTitle } from './dom.js';
import { Listing } from './listing.js';
import { Table } from './table.js';
import { parseTime, showAgo, showCount, showExact } from './units.js';

const DIALECTS = { native: 'turnpike', peerjs: 'PeerJS', 'socket.io': 'Socket.IO' };
const MAX_OPEN = 5;

/**
 * @param {any} room as the API lists it, or as it describes one
 * @param {number} now unix seconds
 * @returns {object} a row
 */
export function toRow(room, now) {
  const created = parseTime(room.createdAt);
  return {
    id: String(room.id),
    members: Array.isArray(room.members) ? room.members.length : room.members ?? null,
    messages: room.messages ?? null,
    created,
    age: now - created,
  };
}

/**
 * @param {import('./api.js').Api} api
 * @param {string} id
 * @returns {Promise<any>} null when there is no such room
 */
export async function describeRoom(api, id) {
  try {
    return await api.get(path`/api/v1/rooms/${id}`);
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.reason === 'unnameable')) return null;
    throw error;
  }
}

/** Rooms with their members below, at most five open. */
class Rooms {
  #page;
  #table;
  #open = new Map();
  listing;

  constructor(page) {
    this.#page = page;
    this.#table = new Table(byId('rooms'), this.#columns(), { key: 'created', direction: -1 });
    this.listing = new Listing({
      table: this.#table, filter: byId('rooms-filter'), count: byId('rooms-count'),
      empty: byId('rooms-empty'), more: byId('rooms-more'),
    }, {
      noun: 'room', none: 'Nobody is in a room right now.', filterKeys: ['id'], refresh: page.refresh,
      fetchPage: async (cursor, limit) => {
        const answer = await page.api().get(`/api/v1/rooms?${new URLSearchParams({ limit, ...(cursor && { cursor }) })}`);
        return { rows: (answer?.rooms ?? []).map((room) => toRow(room, page.now())), next: answer?.next ?? null };
      },
      findExactly: async (text) => {
        const room = await describeRoom(page.api(), text);
        return room ? [toRow(room, page.now())] : [];
      },
    });
  }

  /** @param {number} total */
  async refresh(total) {
    await this.listing.refresh(total);
    for (const id of [...this.#open.keys()]) {
      if (!this.#table.row(id)) this.#open.delete(id);
      else await this.#load(id);
    }
  }

  clear() {
    for (const id of [...this.#open.keys()]) this.#toggle(id);
    this.listing.clear();
  }

  #columns() {
    return [
      {
        label: 'Room',
        make: (cell, id) => {
          const button = element('button', { type: 'button', class: 'open', 'aria-expanded': 'false' }, id);
          button.addEventListener('click', () => this.#toggle(id));
          cell.append(button);
        },
        update: (cell, row) => cell.firstChild.setAttribute('aria-expanded', String(this.#open.has(row.id))),
      },
      { label: 'People', className: 'number', text: (row) => showCount(row.members) },
      { label: 'Messages', className: 'number', text: (row) => showCount(row.messages) },
      { label: 'Started', text: (row) => showAgo(row.age), title: (row) => showExact(row.created) },
      {
        label: '', className: 'act',
        make: (cell, id) => {
          const button = element('button', { type: 'button', class: 'close-room', 'aria-label': `Close room ${id}` }, 'Close');
          button.addEventListener('click', () => this.#close(id));
          cell.append(button);
        },
      },
    ];
  }

  #close(id) {
    this.#page.act({
      title: 'Close this room?',
      text: `Everybody in “${id}” is put out, and their relayed calls end. For a minute nobody can join it again.`,
      verb: 'Close room',
      run: () => this.#page.api().delete(path`/api/v1/rooms/${id}`),
      gone: 'This room was empty already.',
      finished: `The room “${id}” was closed.`,
      after: () => this.listing.remove(id),
    });
  }

  #kick(room, member) {
    const name = member.name || member.userId;
    this.#page.act({
      title: `Put ${name} out?`,
      text: `${name} leaves “${room}” at once, their relayed connections end, and for a minute they cannot come back.`,
      verb: 'Put out',
      run: () => this.#page.api().delete(path`/api/v1/rooms/${room}/members/${member.userId}`),
      gone: `${name} had left already.`,
      finished: `${name} was put out of “${room}”.`,
      after: () => this.#open.get(room)?.items.get(member.userId)?.remove(),
    });
  }

  #toggle(id) {
    const opens = !this.#open.has(id);
    if (opens) this.#openRow(id);
    else {
      this.#open.delete(id);
      this.#table.setBelow(id, null);
    }
    this.#table.row(id)?.querySelector('.open').setAttribute('aria-expanded', String(opens));
  }

  #openRow(id) {
    if (this.#open.size >= MAX_OPEN) this.#toggle(this.#open.keys().next().value);
    const list = element('ul', { class: 'members plain', 'aria-label': `People in ${id}` });
    const words = element('p', { class: 'muted' }, 'Looking…');
    const cell = element('td', { role: 'cell', colspan: '5' }, words, list);
    this.#open.set(id, { list, words, items: new Map() });
    this.#table.setBelow(id, element('tr', { role: 'row', class: 'below', 'data-of': id }, cell));
    this.#load(id).catch(this.#page.report);
  }

  async #load(id) {
    const room = await describeRoom(this.#page.api(), id);
    const opened = this.#open.get(id);
    if (!opened) return;
    const members = room?.members ?? [];
    opened.words.hidden = members.length > 0;
    setText(opened.words, 'Nobody is here any more.');
    const ids = new Set(members.map(({ userId }) => userId));
    for (const [userId, item] of opened.items) {
      if (ids.has(userId)) continue;
      item.remove();
      opened.items.delete(userId);
    }
    for (const member of members) this.#showMember(id, opened, member);
  }

  #showMember(room, { list, items }, member) {
    let item = items.get(member.userId);
    if (!item) {
      const button = element('button', { type: 'button', class: 'kick' }, 'Put out');
      button.setAttribute('aria-label', `Put out ${member.name || member.userId}`);
      button.addEventListener('click', () => this.#kick(room, member));
      item = element('li', { 'data-user': member.userId }, element('span', { class: 'main' }),
        element('span', { class: 'detail' }), button);
      items.set(member.userId, item);
      list.append(item);
    }
    const joined = parseTime(member.joinedAt);
    const parts = [
      member.name ? member.userId : '', `joined ${showAgo(this.#page.now() - joined)}`,
      member.connected ? '' : 'connection lost, place kept', `with ${DIALECTS[member.dialect] ?? member.dialect}`,
    ];
    setText(item.querySelector('.main'), member.name || member.userId);
    setText(item.querySelector('.detail'), parts.filter(Boolean).join(' · '));
    setTitle(item, showExact(joined));
  }
}

/**
 * @param {{api: () => import('./api.js').Api, now: () => number, act: Function, refresh: () => void,
 *   report: (error: Error) => void}} page
 * @returns {Rooms}
 */
export function makeRooms(page) {
  return new Rooms(page);
}
