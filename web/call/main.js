// The page at /r/ROOM: from the join screen into the call, and out of it.
import { Room } from '/turnpike-client.js';
import { Call } from './call.js';
import { DeviceChoice } from './choice.js';
import { Details } from './details.js';
import { watchDevices } from './device_trouble.js';
import { byId } from './dom.js';
import { Identity } from './identity.js';
import { JoinScreen } from './join_screen.js';
import { OwnMedia } from './own_media.js';
import { roomProblem, roomWords } from './problems.js';
import { linkToShare, optionsOfPlace, roomOfPath, tokenUser } from './room_name.js';
import { loadSettings, showLinks } from './settings.js';
import { Trouble } from './trouble.js';

/** After these one cannot simply come back. */
const FINAL = new Set(['closed', 'kicked', 'unauthorized', 'off', 'bad-room', 'no-webrtc']);

class Page {
  #settings;
  #room;
  #options = optionsOfPlace(location);
  #trouble = new Trouble();
  #media = new OwnMedia();
  #details = new Details();
  #choice = new DeviceChoice(this.#media);
  #identity;
  #join;
  #call = null;
  #client = null;

  constructor(settings) {
    this.#settings = settings;
    this.#room = roomOfPath(location.pathname);
    this.#join = new JoinScreen(this.#media, { relayOnly: this.#options.relayOnly, onEnter: () => this.#enter() });
    byId('rejoin').addEventListener('click', () => this.#start());
    byId('show-devices').addEventListener('click', () => byId('devices').showModal());
    for (const dialog of document.querySelectorAll('dialog')) closable(dialog);
    // Whoever closes the page leaves at once, and not when the server has missed them for long enough.
    addEventListener('pagehide', () => this.#client && this.#leave());
    watchDevices(this.#media, this.#trouble, settings.securePort);
  }

  begin() {
    const fault = this.#hopeless();
    if (fault) {
      this.#end(fault, 'There is no call here');
      return;
    }
    for (const place of document.querySelectorAll('.room-name')) place.textContent = this.#room;
    document.title = `${this.#room} · turnpike`;
    this.#identity = new Identity(this.#room);
    this.#start();
  }

  #hopeless() {
    if (this.#room === null) return 'bad-room';
    if (this.#settings.rooms === 'off') return 'off';
    return typeof RTCPeerConnection === 'undefined' ? 'no-webrtc' : null;
  }

  #start() {
    byId('ended').hidden = true;
    this.#trouble.clear();
    this.#place('entrance');
    document.body.dataset.phase = 'entrance';
    if (this.#settings.rooms === 'token' && !this.#options.token) this.#showRoomTrouble('unauthorized');
    this.#join.show();
  }

  /** Trouble and device lists appear where one is. */
  #place(section) {
    this.#trouble.moveTo(byId(section));
    if (section !== 'ended') this.#choice.moveTo(byId(section === 'call' ? 'devices' : section));
  }

  async #enter() {
    this.#join.busy(true);
    const { token } = this.#options;
    const user = tokenUser(token ?? '') ?? await this.#identity.remembered();
    const room = new Room({
      room: this.#room, user, token, name: this.#join.name || 'Guest', relayOnly: this.#join.relayOnly,
    });
    const link = linkToShare(location.origin, this.#room, token);
    const call = new Call({
      room, media: this.#media, details: this.#details, link, onLeave: () => this.#leave(),
    });
    try {
      await room.join();
      this.#joined(room, call);
    } catch (error) {
      call.close();
      this.#showRoomTrouble(roomProblem(error?.code));
      byId('enter').focus();
    } finally {
      this.#join.busy(false);
    }
  }

  #joined(room, call) {
    this.#identity.use(room.user);
    this.#client = room;
    this.#call = call;
    this.#join.hide();
    this.#trouble.clear(['unauthorized', 'full', 'busy', 'draining', 'unreachable', 'other']);
    this.#place('call');
    document.body.dataset.phase = 'call';
    room.addEventListener('state', ({ detail: { state, reason } }) => state === 'closed' && this.#ended(room, reason));
    call.begin();
  }

  #leave() {
    const room = this.#client;
    this.#ended(room, 'left');
    room.leave();
  }

  #ended(room, reason) {
    if (this.#client !== room) return;
    this.#client = null;
    this.#call.close();
    this.#identity.rest();
    this.#media.close();
    byId('devices').close();
    if (reason === 'left') this.#end(null, 'You left the call');
    else this.#end(roomProblem(reason), 'You are no longer in the call');
  }

  #end(problem, title) {
    this.#join.hide();
    document.body.dataset.phase = 'ended';
    byId('ended').hidden = false;
    byId('ended-title').textContent = title;
    this.#trouble.clear();
    this.#place('ended');
    if (problem) this.#showRoomTrouble(problem);
    byId('rejoin').hidden = FINAL.has(problem);
    for (const line of document.querySelectorAll('.room-line')) line.hidden = this.#room === null;
    byId('ended-title').focus();
  }

  #showRoomTrouble(problem) {
    const actions = problem === 'other' && this.#settings.check
      ? [{ label: 'Connection test', href: '/check' }] : [];
    this.#trouble.show(problem, roomWords(problem), actions);
  }
}

/** Closed by its button, by Escape and by a click beside it. */
function closable(dialog) {
  dialog.querySelector('.close').addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
}

const settings = await loadSettings();
showLinks(settings);
new Page(settings).begin();
