// A Signaling whose server is the test.
import { Signaling } from '../../../web/client/signaling.js';
import { fakeEnvironment } from './environment.mjs';

export const URL = 'ws://server.test/signal';
export const JOINED = {
  type: 'joined', roomId: 'daily', userId: 'alice', name: '', peers: [], resume: 'secret', resumed: false, seq: 0,
};

export class SignalingTest {
  /** Of each event, [type, detail]. */
  events = [];

  constructor(place = { roomId: 'daily' }) {
    const { clock, sockets, environment } = fakeEnvironment();
    Object.assign(this, { clock, sockets, environment });
    this.signaling = new Signaling({ url: URL, place, environment });
    for (const type of ['state', 'joined', 'message', 'ended']) {
      this.signaling.addEventListener(type, ({ detail }) => this.events.push([type, detail]));
    }
    this.signaling.start();
  }

  /** The newest socket. */
  get last() {
    return this.sockets.at(-1);
  }

  /** What was sent over it to join. */
  get joins() {
    return this.last.of('join-room');
  }

  get states() {
    return this.events.filter(([type]) => type === 'state').map(([, { state }]) => state);
  }

  /** Why it ended, if it did. */
  get ended() {
    return this.events.find(([type]) => type === 'ended')?.[1].error.code;
  }

  accept(joined = {}) {
    this.last.accept();
    this.last.say({ type: 'hello', protocol: 1, heartbeatSeconds: 20 });
    this.last.say({ ...JOINED, ...joined });
  }

  /** The socket ends and the next one is there. */
  async comeBack(joined = { resumed: true }) {
    this.last.end(1006);
    await this.clock.advance(1_000);
    this.accept(joined);
  }
}
