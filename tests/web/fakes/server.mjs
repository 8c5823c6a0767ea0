// The signaling of docs/signaling.md for one room, in memory. Sockets are those of socket.mjs.

let count = 0;

export class FakeServer {
  /** Those who are in the room: {user, name, resume, socket, seq, kept}. */
  members = [];
  iceServers = [{ urls: ['turn:server.test'], username: 'first', credential: 'x' }];
  /** How long credentials are good for, in milliseconds. */
  ttl = 3_600_000;
  /** Whether it answers at all, and lets sockets open. */
  up = true;
  /** Refuses every join-room with this code, when set. */
  refuses = null;
  #clock;

  constructor(clock) {
    this.#clock = clock;
  }

  /** To be given to fakeEnvironment. */
  opened = (socket) => {
    queueMicrotask(() => {
      if (!this.up) return socket.end(1006);
      socket.onsent = (message) => queueMicrotask(() => this.#obey(socket, message));
      socket.accept();
      socket.say({ type: 'hello', protocol: 1, heartbeatSeconds: 20 });
    });
  };

  find(user) {
    return this.members.find((member) => member.user === user);
  }

  /** Loses the connection to `user`, whose place is kept. */
  cut(user, code = 1006) {
    const { socket } = this.find(user);
    this.find(user).socket = null;
    socket.end(code);
  }

  /** `user` is gone, and nobody keeps the place. */
  remove(user, reason) {
    const member = this.find(user);
    this.members = this.members.filter((each) => each !== member);
    this.#tellAll({ type: 'peer-left', userId: user, reason });
    return member;
  }

  /** Everybody loses their connection, and the server knows nobody any more. */
  kill() {
    this.up = false;
    const { members } = this;
    this.members = [];
    for (const { socket } of members) socket?.end(1006);
  }

  tell(user, message) {
    this.#tell(this.find(user), message);
  }

  #expiry() {
    return new Date(this.#clock.now() + this.ttl).toISOString();
  }

  #tell(member, message) {
    const numbered = { ...message, seq: ++member.seq };
    member.kept.push(numbered);
    member.socket?.say(numbered);
  }

  #tellAll(message, except) {
    for (const member of this.members) if (member !== except) this.#tell(member, message);
  }

  #obey(socket, message) {
    if (message.type === 'join-room') return this.#join(socket, message);
    if (message.type === 'ping') return socket.say({ type: 'pong' });
    const member = this.members.find((each) => each.socket === socket);
    if (!member) return socket.say({ type: 'error', code: 'not-in-room', message: 'join first', ref: message.ref });
    if (message.type === 'leave-room') return void this.remove(member.user, 'left');
    const from = member.user;
    if (message.type === 'chat') {
      const { name } = member;
      return this.#tellAll({ type: 'chat', from, name, text: message.text, id: `chat-${++count}`, at: this.#expiry() });
    }
    const target = this.find(message.targetUserId);
    if (!target) return socket.say({ type: 'error', code: 'unknown-target', message: 'nobody', ref: message.ref });
    this.#tell(target, { type: 'signal', from, data: message.data });
  }

  #join(socket, { userId = `user-${++count}`, name = '', resume, lastSeq, ref }) {
    if (this.refuses) return socket.say({ type: 'error', code: this.refuses, message: 'refused', ref });
    let member = this.find(userId);
    const resumed = Boolean(member && resume && resume === member.resume);
    if (!resumed) {
      if (member) this.remove(userId, 'replaced').socket?.end(4001);
      member = { user: userId, name, seq: 0, kept: [] };
      this.members.push(member);
    }
    member.resume = `resume-${++count}`;
    member.socket = socket;
    const others = this.members.filter((each) => each !== member);
    socket.say({
      type: 'joined', roomId: 'daily', userId, name: member.name, resume: member.resume, resumed,
      peers: others.map((each) => ({ userId: each.user, name: each.name })),
      iceServers: this.iceServers, expiresAt: this.#expiry(), seq: resumed ? lastSeq : 0,
    });
    if (resumed) for (const kept of member.kept) if (kept.seq > lastSeq) socket.say(kept);
    if (!resumed) this.#tellAll({ type: 'new-peer', userId, name }, member);
  }
}
