// What a Room takes for a browser: a clock that tests move, sockets whose other end they hold, and connections without
// a network.
import { VirtualClock } from './clock.mjs';
import { FakeNetwork } from './connection.mjs';
import { FakeStream } from './media.mjs';
import { socketClass } from './socket.mjs';

/**
 * `sockets` gets every WebSocket that is made, `network` every RTCPeerConnection; `opened` is told of each socket.
 * Two environments of one network can be given the same one, and the same clock.
 */
export function fakeEnvironment({ clock = new VirtualClock(), network = new FakeNetwork(), opened } = {}) {
  const sockets = [];
  const environment = {
    WebSocket: socketClass(sockets, opened),
    RTCPeerConnection: network.RTCPeerConnection,
    MediaStream: FakeStream,
    now: clock.now,
    setTimeout: clock.setTimeout,
    clearTimeout: clock.clearTimeout,
    random: () => 0.5,
    page: new EventTarget(),
  };
  return { environment, clock, network, sockets };
}
