// A link that lets somebody into a room.
import { copyText } from '../copy.js';
import { ApiError } from './api.js';
import { byId, setNotice, setText } from './dom.js';
import { parseTime, showExact } from './units.js';
import { explain, isLoopback } from './words.js';

/**
 * @param {{protocol: string, hostname: string, origin: string}} place where this page is
 * @param {{securePort?: number | null}} settings
 * @param {{room: string, token: string}} invitation
 * @returns {string} over HTTPS if that can be: cameras want it. Not on loopback, where they do not, and where the
 *   certificate is for other names
 */
export function linkOf(place, settings, { room, token }) {
  const secure = place.protocol === 'https:' || isLoopback(place.hostname) || !settings.securePort;
  const port = settings.securePort === 443 ? '' : `:${settings.securePort}`;
  const origin = secure ? place.origin : `https://${place.hostname}${port}`;
  return `${origin}/r/${encodeURIComponent(room)}#token=${encodeURIComponent(token)}`;
}

/**
 * @param {{place: {hostname: string}, user: string | null, expiresAt: string}} invitation
 * @returns {string}
 */
export function invitationWords({ place, user, expiresAt }) {
  const who = user ? `Lets ${user} in, and nobody else` : 'Lets in everybody who has it';
  const local = isLoopback(place.hostname)
    ? ' It works on this machine only: for others, open this page under the name of the server.' : '';
  return `${who}, until ${showExact(parseTime(expiresAt))}.${local}`;
}

/**
 * @param {{api: () => import('./api.js').Api, settings: () => object, report: (error: Error) => void}} page
 */
export function setUpInvitation({ api, settings, report }) {
  byId('invite-form').addEventListener('submit', async (event) => {
    event.preventDefault();
    setNotice(byId('invite-trouble'), null);
    try {
      show(await make(api()), settings());
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      byId('invite-result').hidden = true;
      setNotice(byId('invite-trouble'), error.status === 404 ? 'Rooms are off on this server.' : explain(error));
      report(error);
    }
  });
  byId('copy-invite').addEventListener('click', copy);
  byId('invite-link').addEventListener('focus', () => byId('invite-link').select());
}

function make(api) {
  const [room, user] = [byId('invite-room').value.trim(), byId('invite-user').value.trim()];
  const ttl = Number(byId('invite-ttl').value);
  return api.post('/api/v1/room-tokens', { ttl, ...(room && { room }), ...(user && { user }) });
}

function show(invitation, settings) {
  byId('invite-link').value = linkOf(location, settings, invitation);
  byId('invite-result').hidden = false;
  setText(byId('copy-invite'), 'Copy');
  setText(byId('invite-words'), invitationWords({ place: location, ...invitation }));
}

async function copy() {
  const link = byId('invite-link');
  if (await copyText(link.value, link)) setText(byId('copy-invite'), 'Copied');
  else setText(byId('invite-words'), 'Your browser does not let this page copy. The link is selected: copy it with the keyboard.');
}

/** Links let people in: nothing of them stays when the key goes. */
export function clearInvitation() {
  byId('invite-form').reset();
  byId('invite-link').value = '';
  byId('invite-result').hidden = true;
  setNotice(byId('invite-trouble'), null);
}
