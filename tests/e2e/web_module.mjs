// Pages of another origin than the server's: one that uses the client module, and one that has the client which
// docs/signaling.md shows. Each function runs in the page.
/* global iceServers */

export async function joinByModule({ url, room, user }) {
  const { Room } = await import(url);
  const joined = (globalThis.joined = new Room({ room, user, name: `name of ${user}` }));
  const seen = (globalThis.seen = { chat: [], messages: [], file: null });
  const camera = await navigator.mediaDevices.getUserMedia({ video: true });
  joined.addTrack(camera.getVideoTracks()[0], camera);
  joined.setStatus({ mood: `${user}'s` });
  joined.addEventListener('chat', ({ detail }) => seen.chat.push(detail.text));
  const talk = (channel) => channel.addEventListener('message', ({ detail }) => seen.messages.push(detail.message));
  const receive = (transfer) => {
    transfer.addEventListener('state', async () => {
      if (transfer.state !== 'done' || transfer.direction !== 'receive') return;
      seen.file = { name: transfer.name, text: await transfer.blob.text(), state: transfer.state };
    });
    transfer.accept();
  };
  joined.addEventListener('peer', ({ detail: { peer } }) => {
    peer.addEventListener('channel', ({ detail }) => talk(detail.channel));
    peer.addEventListener('file', ({ detail }) => receive(detail.transfer));
    peer.addEventListener('track', ({ detail }) => {
      [document.querySelector('video').srcObject] = detail.streams;
    });
    const channel = peer.channel('numbers'); // not open yet: what is sent waits
    for (let i = 0; i < 3; ++i) channel.send(`${user} ${i}`);
    peer.sendFile(new File([`a note of ${user}`], 'note.txt', { type: 'text/plain' }));
    joined.chat(`from ${user}`);
  });
  await joined.join();
}

export function moduleSeen() {
  const { joined, seen } = globalThis;
  const [peer] = joined.peers.values();
  return {
    ...seen,
    state: joined.state,
    peers: [...joined.peers.values()].map((each) => [each.user, each.name, each.state]),
    status: peer?.status ?? null,
    stats: peer?.stats?.path && peer.stats.path !== 'unknown' ? peer.stats : null,
    frames: document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames,
  };
}

export function leaveByModule() {
  globalThis.joined.leave();
}

// What docs/signaling.md's client takes for given: a token, a camera, and a place to show.
export async function prepareDocumented() {
  globalThis.TOKEN = undefined;
  globalThis.camera = await navigator.mediaDevices.getUserMedia({ video: true });
  globalThis.show = (_, stream) => {
    document.querySelector('video').srcObject = stream;
  };
}

export function documentedJoined() {
  return typeof iceServers !== 'undefined' && Boolean(iceServers);
}

export function documentedFrames() {
  return document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames;
}
