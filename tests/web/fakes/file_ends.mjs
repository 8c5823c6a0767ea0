// Two FileTransfers whose control messages and channels reach each other, and what they had to say.
import { FileTransfers } from '../../../web/client/files.js';
import { FakeDataChannel } from './channel.mjs';
import { settle, VirtualClock } from './clock.mjs';

/** One end: `transfers`; `said` to the other end; `channels` that it opened; `offers` that it got. */
function makeEnd(name, clock, maxMessageSize) {
  const end = { said: [], channels: [], offers: [], deaf: false, opens: true };
  const { now, setTimeout, clearTimeout } = clock;
  const environment = { now, setTimeout, clearTimeout, random: () => 0.5 };
  const control = {
    send: async (message) => {
      const text = JSON.stringify(message);
      end.said.push(JSON.parse(text));
      await null;
      if (!end.deaf) end.other.transfers.onControl(JSON.parse(text));
    },
  };
  const openChannel = (label, options) => {
    const mine = new FakeDataChannel(label, options);
    end.channels.push(mine);
    if (end.opens) connect(mine, end.other);
    return mine;
  };
  end.transfers = new FileTransfers({ control, openChannel, environment, maxMessageSize });
  end.transfers.addEventListener('file', ({ detail }) => end.offers.push(detail.transfer));
  return end;
}

function connect(mine, other) {
  queueMicrotask(() => {
    const theirs = new FakeDataChannel(mine.label, mine);
    FakeDataChannel.connect(mine, theirs);
    other.transfers.onChannel(theirs);
  });
}

export function fileEnds({ maxMessageSize } = {}) {
  const clock = new VirtualClock();
  const anna = makeEnd('anna', clock, maxMessageSize);
  const ben = makeEnd('ben', clock, maxMessageSize);
  anna.other = ben;
  ben.other = anna;
  return { clock, anna, ben };
}

export const contentOf = (size) => new Uint8Array(size).map((_, i) => (i * 7) ^ (i >> 8));

/** A File of `size` bytes; node 18 has no File. */
export function fileOf(size, name = 'photo.jpg', type = 'image/jpeg') {
  return Object.defineProperty(new Blob([contentOf(size)], { type }), 'name', { value: name });
}

/** Sends `file` from `one` to `other`, and accepts it. */
export async function offered(one, other, file) {
  const sending = one.transfers.send(file);
  await settle();
  return { sending, receiving: other.offers.at(-1) };
}

/** Lets what is on its way arrive; reading a Blob takes several turns of node's loop for each block. */
export async function finished(...transfers) {
  const isUnderWay = ({ state }) => state === 'offered' || state === 'running';
  for (let i = 0; i < 2000 && transfers.some(isUnderWay); ++i) await settle();
}

export function statesOf(transfer) {
  const states = [];
  transfer.addEventListener('state', ({ detail }) => states.push(detail.state));
  return states;
}
