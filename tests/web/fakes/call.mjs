// Rooms in one made-up world: a server, a network, a clock.
import { Room } from '../../../web/client/room.js';
import { VirtualClock } from './clock.mjs';
import { FakeNetwork } from './connection.mjs';
import { fakeEnvironment } from './environment.mjs';
import { FakeServer } from './server.mjs';

const ROOM_EVENTS = ['state', 'peer', 'peer-left', 'chat', 'error', 'draining'];

export class FakeWorld {
  clock = new VirtualClock();
  network = new FakeNetwork();
  server = new FakeServer(this.clock);
  #seed = 1;

  /**
   * A Room of `user`, whose events are in `events` as [type, detail], and whose page is `page`. Once `crashed` is set,
   * no socket of it gets anywhere.
   */
  room(user, options = {}) {
    const opened = (socket) => room.crashed || this.server.opened(socket);
    const { environment } = fakeEnvironment({ ...this, opened });
    // Names that are drawn must differ, and still be the same in every run.
    environment.random = () => (this.#seed = (this.#seed * 48271) % 2147483647) / 2147483647;
    const room = new Room({ url: 'ws://server.test/signal', room: 'daily', user, environment, ...options });
    room.events = [];
    room.page = environment.page;
    for (const type of ROOM_EVENTS) room.addEventListener(type, ({ detail }) => room.events.push([type, detail]));
    return room;
  }

  /** A Room that has been joined. */
  async joined(user, options) {
    const room = this.room(user, options);
    const joining = room.join();
    await this.clock.advance(10);
    await joining;
    return room;
  }

  /** Alice was there first, then came Bob; they are connected. */
  async call(options) {
    const alice = await this.joined('alice', options);
    const bob = await this.joined('bob', options);
    await this.clock.advance(100);
    return { alice, bob };
  }

  /** The connections that are not closed. */
  get open() {
    return this.network.connections.filter(({ signalingState }) => signalingState !== 'closed');
  }
}

/** The details of the events of one type. */
export const eventsOf = (room, type) => room.events.filter(([each]) => each === type).map(([, detail]) => detail);
