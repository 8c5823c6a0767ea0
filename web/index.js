// The page at /: makes a room, or goes to one by its name.
import { roomFault, roomOfPath, roomPath, tidyRoom, unguessableRoom } from '/web/call/room_name.js';
import { loadSettings, showLinks } from '/web/call/settings.js';

const byId = (id) => document.getElementById(id);

const NOTICES = {
  token: 'This server admits people with an invitation. Open the link that you were sent, or paste it here.',
  off: 'There are no calls on this server: whoever runs it has switched them off.',
};

function linkToRoom(text) {
  try {
    const link = new URL(text);
    return /^https?:$/.test(link.protocol) && roomOfPath(link.pathname) !== null ? link : null;
  } catch {
    return null;
  }
}

/** Where what was typed leads: a pasted link of this server as it is, anything else is a name. */
function destination(text) {
  const link = linkToRoom(text.trim());
  if (link?.host === location.host) return { path: link.pathname + link.search + link.hash };
  if (link) return { fault: 'This link leads to another server. Open it as it is.' };
  const name = tidyRoom(text);
  const fault = roomFault(name);
  return fault === null ? { path: roomPath(name) } : { fault };
}

function join(event) {
  event.preventDefault();
  const { fault, path } = destination(byId('room').value);
  byId('room-fault').textContent = fault ?? '';
  byId('room').setAttribute('aria-invalid', String(Boolean(fault)));
  if (fault) byId('room').focus();
  else location.assign(path);
}

function show(settings) {
  showLinks(settings);
  const notice = NOTICES[settings.rooms];
  byId('notice').hidden = !notice;
  byId('notice').textContent = notice ?? '';
  byId('notice').dataset.kind = settings.rooms === 'off' ? 'warn' : '';
  byId('new').closest('section').hidden = settings.rooms !== 'open';
  byId('doors').hidden = settings.rooms === 'off';
  if (settings.rooms === 'token') {
    byId('by-name-title').textContent = 'Open an invitation';
    byId('room-label').textContent = 'The link you were sent';
  }
}

byId('new').addEventListener('click', () => location.assign(roomPath(unguessableRoom())));
byId('join-by-name').addEventListener('submit', join);
show(await loadSettings());
