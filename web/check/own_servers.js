// ICE servers as people paste them: RTCConfiguration, the answers of credential services, or lines of URLs.
import { firstLiteral } from './literal.js';

const URL_SHAPE = /^(stuns?|turns?):(\[[\da-f:.%]+\]|[^\s:/?#@[\]]+)(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?$/i;
const LISTS = ['iceServers', 'ice_servers', 'iceservers', 'rtcConfig', 'rtcConfiguration', 'config', 'configuration'];
const MAX_URLS = 24;

/** What was pasted is no list of ICE servers; the message says to people what is wrong with it. */
export class PasteError extends Error {}

/**
 * @typedef {object} IceUrl one URL with what it needs
 * @property {string} url
 * @property {string} [username]
 * @property {string} [credential]
 */

/**
 * The parts of a STUN or TURN URI (RFC 7064, RFC 7065), or null when it is none.
 * @param {string} url
 * @returns {{scheme: string, host: string, port: number, transport: string}|null}
 */
export function parseIceUrl(url) {
  const [, scheme, host, port, transport] = URL_SHAPE.exec(url) ?? [];
  if (!scheme || Number(port ?? 1) > 65535 || Number(port ?? 1) === 0) return null;
  const secure = scheme.toLowerCase().endsWith('s');
  return {
    scheme: scheme.toLowerCase(),
    host: host.replace(/^\[|\]$/g, ''),
    port: Number(port ?? (secure ? 5349 : 3478)),
    transport: transport?.toLowerCase() ?? (secure ? 'tcp' : 'udp'),
  };
}

function listIn(value) {
  if (Array.isArray(value)) return value;
  for (const name of LISTS) {
    if (value[name] && typeof value[name] === 'object') return listIn(value[name]);
  }
  return [value];
}

function urlsOf(server) {
  const named = server.urls ?? server.uris ?? server.url ?? server.uri;
  return (Array.isArray(named) ? named : [named]).filter((url) => url !== undefined && url !== null);
}

function checked(url, username, credential) {
  if (typeof url !== 'string') throw new PasteError('A server in the list has a "urls" that is no text.');
  const trimmed = url.trim();
  const parsed = parseIceUrl(trimmed);
  if (!parsed) throw new PasteError(`“${trimmed}” is no address of a server: those begin with stun:, turn: or turns:.`);
  if (parsed.scheme.startsWith('stun')) return { url: trimmed };
  if (typeof username !== 'string' || typeof credential !== 'string') {
    throw new PasteError(`“${trimmed}” needs a "username" and a "credential" beside it.`);
  }
  return { url: trimmed, username, credential };
}

function fromLiteral(value) {
  return listIn(value).flatMap((server) => {
    if (typeof server === 'string') return [checked(server, value.username, value.credential ?? value.password)];
    if (!server || typeof server !== 'object') throw new PasteError('The list holds something that is no server.');
    return urlsOf(server).map((url) => checked(url, server.username, server.credential ?? server.password));
  });
}

function fromLines(text) {
  const lines = text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([url]) => /^(stun|turn)s?:/i.test(url));
  return lines.map(([url, username, credential]) => checked(url, username, credential));
}

/**
 * All URLs in a text that somebody pasted, each once.
 * @param {string} text
 * @returns {IceUrl[]} at least one
 * @throws {PasteError}
 */
export function parseOwnServers(text) {
  let literal = null;
  const lines = fromLines(text);
  if (lines.length === 0) {
    try {
      literal = firstLiteral(text);
    } catch (error) {
      throw new PasteError(`This cannot be read as a list of servers: ${error.message}.`);
    }
  }
  const found = literal ? fromLiteral(literal) : lines;
  const once = new Map(found.map((server) => [`${server.url} ${server.username ?? ''}`, server]));
  if (once.size === 0) {
    throw new PasteError('There is no server in this text. Paste the list that the application gives to the browser.');
  }
  if (once.size > MAX_URLS)
    throw new PasteError(`These are ${once.size} addresses; up to ${MAX_URLS} can be tested at once.`);
  return [...once.values()];
}
