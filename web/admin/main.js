// The server's state for whoever has an admin key: signing in and out. watch.js does the rest.
import { makeAct, setUpOperations, tell } from './actions.js';
import { Api, ApiError } from './api.js';
import { byId, element, setNotice } from './dom.js';
import { clearInvitation, setUpInvitation } from './invite.js';
import { KeyStore } from './key.js';
import { Plots } from './plots.js';
import { makeRooms } from './rooms.js';
import { makeSessions } from './sessions.js';
import { showState } from './state.js';
import { Watch } from './watch.js';
import { endsSession, explain, isPlain, secureAddress } from './words.js';

const keys = new KeyStore();
let settings = {};
let watch = null;
let parts = null;

async function loadSettings() {
  try {
    const response = await fetch('/web/settings.json', { cache: 'no-store' });
    if (response.ok) settings = await response.json();
  } catch {
    // The page works without.
  }
  showPlainHttp();
}

function showPlainHttp() {
  if (!isPlain(location)) return;
  const notice = byId('plain-http');
  const address = secureAddress(location, settings);
  notice.replaceChildren('This page came over plain HTTP, where anybody on the way can read a key that you enter. ' +
    'The server takes none here. ');
  if (address) notice.append(element('a', { href: address }, 'Open it over HTTPS'), ' instead.');
  else notice.append('Open it over HTTPS, or on the server itself, through an SSH tunnel for example.');
  notice.hidden = false;
}

function showSignedIn(is) {
  byId('key-form').hidden = is;
  byId('signed-in').hidden = !is;
}

function begin(key, api) {
  keys.save(key);
  showSignedIn(true);
  showState('waiting');
  watch = new Watch(api, makeParts(), lose);
}

function makeParts() {
  if (parts) return parts;
  const now = () => watch?.now ?? Date.now() / 1000;
  const page = {
    api: () => watch.api, now, status: () => watch?.status,
    refresh: () => watch?.refresh(),
    report: (error) => {
      if (!(error instanceof ApiError)) throw error;
      if (endsSession(error)) lose(error);
      else watch?.refresh();
    },
    onKeyLost: lose,
  };
  page.act = makeAct(page);
  parts = { plots: new Plots(now), sessions: makeSessions(page), rooms: makeRooms(page) };
  setUpOperations(page);
  setUpInvitation({ ...page, settings: () => settings });
  return parts;
}

function end() {
  watch?.end();
  watch = null;
  keys.forget();
  // What the key has shown goes with it.
  for (const part of Object.values(parts ?? {})) part.clear();
  clearInvitation();
  byId('confirm').close('no');
  tell(null);
  setNotice(byId('trouble'), null);
  showSignedIn(false);
  document.title = 'Server · turnpike';
  byId('key').focus();
}

function lose(error) {
  if (!watch) return;
  end();
  setNotice(byId('trouble'), explain(error), { kind: 'bad' });
}

async function signIn(event) {
  event.preventDefault();
  const key = byId('key').value.trim();
  if (key === '') return;
  const button = byId('sign-in');
  button.disabled = true;
  setNotice(byId('trouble'), null);
  const api = new Api(key);
  try {
    await api.get('/api/v1/status');
    byId('key').value = '';
    begin(key, api);
    byId('sign-out').focus();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    setNotice(byId('trouble'), explain(error), { kind: 'bad' });
    byId('key').focus();
  } finally {
    button.disabled = false;
  }
}

byId('key-form').addEventListener('submit', signIn);
byId('sign-out').addEventListener('click', end);
for (const [target, type] of [[document, 'visibilitychange'], [window, 'online']]) {
  target.addEventListener(type, () => watch?.wake());
}
const known = keys.load();
if (known) begin(known, new Api(known));
else showSignedIn(false);
loadSettings();
