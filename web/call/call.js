// The call: everything between joining and leaving.
import { copyText } from '../copy.js';
import { announce } from './announcements.js';
import { Chat } from './chat.js';
import { byId } from './dom.js';
import { acceptDrops } from './drop.js';
import { OwnView } from './own_view.js';
import { Panel } from './panel.js';
import { PeerView } from './peer_view.js';
import { ScreenShare } from './screen.js';
import { Stage } from './stage.js';
import { Toolbar } from './toolbar.js';
import { Transfers } from './transfers.js';
import { WakeLock } from './wake_lock.js';
import { leftWords, nameOr, roomStateWords } from './words.js';

const LISTEN_MS = 250;

/** Puts the parts together and passes on what the room says. */
export class Call {
  #room;
  #media;
  #details;
  #onLeave;
  #link;
  #share;
  #own;
  #stage;
  #panel;
  #transfers;
  #chat;
  #views = new Map();
  #parts = [];
  #stop = new AbortController();

  /**
   * @param {{room: Object, media: import('./own_media.js').OwnMedia, details: import('./details.js').Details,
   *   link: string, onLeave: () => void}} options `room`: a Room of turnpike-client.js, not joined yet
   */
  constructor({ room, media, details, link, onLeave }) {
    this.#room = room;
    this.#media = media;
    this.#details = details;
    this.#link = link;
    this.#onLeave = onLeave;
    this.#share = new ScreenShare(room);
    this.#own = new OwnView(room, media, this.#share);
  }

  /** The room has been joined. */
  begin() {
    byId('call').hidden = false;
    this.#stage = new Stage(byId('stage'));
    this.#panel = new Panel();
    this.#transfers = new Transfers();
    this.#chat = new Chat(this.#room);
    const toolbar = new Toolbar({
      media: this.#media, share: this.#share, stage: this.#stage, onLeave: this.#onLeave,
    });
    this.#parts = [this.#own, this.#panel, this.#transfers, this.#chat, toolbar, this.#stage, new WakeLock()];
    this.#own.show(this.#stage);
    this.#follow();
    this.#wire();
    for (const peer of this.#room.peers.values()) this.#add(peer);
    this.#count();
    this.#state(this.#room.state);
    document.querySelector('#call h1').focus();
  }

  /** It is over, or never began. */
  close() {
    this.#stop.abort();
    this.#share.close();
    for (const view of this.#views.values()) view.close();
    this.#views.clear();
    this.#own.close();
    for (const part of this.#parts) part.close();
    this.#details.close();
    for (const id of ['call', 'alone', 'play-sound']) byId(id).hidden = true;
    byId('announcements').replaceChildren();
    if (document.pictureInPictureElement) document.exitPictureInPicture().catch(() => {});
  }

  #follow() {
    const { signal } = this.#stop;
    const on = (type, action) => this.#room.addEventListener(type, ({ detail }) => action(detail), { signal });
    on('state', ({ state }) => this.#state(state));
    on('peer', ({ peer }) => {
      this.#add(peer);
      announce(`${nameOr(peer.name)} joined`);
    });
    on('peer-left', ({ peer, reason }) => this.#remove(peer, reason));
    on('error', ({ code }) => this.#chat.fault(code));
    on('draining', () => announce('The server restarts soon. The call goes on and comes back by itself.'));
    this.#chat.addEventListener('message', ({ detail }) => this.#arrived(`${detail.name}: ${detail.text}`));
  }

  #wire() {
    const { signal } = this.#stop;
    const listen = (target, type, action) => target.addEventListener(type, action, { signal });
    byId('link').value = this.#link;
    listen(byId('copy-link'), 'click', () => this.#copyLink());
    listen(byId('copy-link-alone'), 'click', () => this.#copyLink());
    listen(byId('link'), 'focus', () => byId('link').select());
    listen(byId('stage'), 'silent', () => { byId('play-sound').hidden = false; });
    listen(byId('play-sound'), 'click', () => {
      byId('play-sound').hidden = true;
      for (const tile of this.#stage.tiles) tile.resume();
    });
    listen(byId('file'), 'change', ({ target }) => {
      this.#send([...target.files]);
      target.value = '';
    });
    listen(byId('relay-only'), 'change', ({ target }) => this.#room.setRelayOnly(target.checked));
    const undrop = acceptDrops((files, user) => this.#send(files, user), (user) => this.#dropWords(user));
    const timer = setInterval(() => this.#views.forEach((view) => view.listen()), LISTEN_MS);
    signal.addEventListener('abort', () => {
      undrop();
      clearInterval(timer);
    });
  }

  #add(peer) {
    if (this.#views.has(peer)) return;
    const view = new PeerView(peer, this.#stage, () => this.#details.open(peer, view.name));
    this.#views.set(peer, view);
    peer.addEventListener('file', ({ detail: { transfer } }) => {
      this.#transfers.add(transfer, view.name);
      if (transfer.direction === 'receive') this.#arrived(`${view.name} offers a file: ${transfer.name}`);
    }, { signal: this.#stop.signal });
    this.#count();
  }

  #remove(peer, reason) {
    const view = this.#views.get(peer);
    if (!view) return;
    this.#views.delete(peer);
    this.#details.close(peer);
    const held = view.holdsFocus;
    view.close();
    if (held) document.querySelector('#call h1').focus();
    this.#count();
    if (reason !== 'replaced') announce(leftWords(reason, view.name));
  }

  #send(files, user) {
    const views = [...this.#views].filter(([peer]) => user === undefined || peer.user === user);
    if (views.length === 0) announce('Nobody is here to send a file to.');
    else if (files.length > 0) this.#panel.toggle(true);
    for (const file of files) {
      for (const [peer, view] of views) this.#transfers.add(peer.sendFile(file), view.name);
    }
  }

  #dropWords(user) {
    const view = [...this.#views].find(([peer]) => peer.user === user)?.[1];
    return view ? `Send to ${view.name}` : 'Send to everybody';
  }

  /** Something to read: counted and shown for a moment where the panel is closed. */
  #arrived(text) {
    this.#panel.count();
    if (!this.#panel.open) announce(text, { label: 'Show', onclick: () => this.#panel.toggle(true) });
  }

  async #copyLink() {
    byId('alone').hidden = false;
    const copied = await copyText(this.#link, byId('link'));
    if (copied) this.#count();
    announce(copied ? 'The link is copied. Send it to whoever shall come.' : 'Copy the link that is selected.');
  }

  #count() {
    const others = this.#views.size;
    byId('alone').hidden = others > 0;
    byId('people').textContent = others === 0 ? '' : `${others + 1} people`;
  }

  #state(state) {
    const status = byId('status');
    status.dataset.state = state;
    status.textContent = roomStateWords(state);
  }
}
