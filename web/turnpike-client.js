/**
 * turnpike-client.js: calls through a turnpike server. One ES module, no dependency, nothing global.
 *
 *   import { Room } from 'https://turn.example.org/turnpike-client.js';
 *
 *   const camera = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
 *   const room = new Room({ room: 'daily', name: 'Alice' });
 *   for (const track of camera.getTracks()) room.addTrack(track, camera);
 *   room.addEventListener('peer', ({ detail: { peer } }) => {
 *     const video = document.body.appendChild(Object.assign(document.createElement('video'), { autoplay: true }));
 *     peer.addEventListener('streams', () => { video.srcObject = peer.streams[0] ?? null; });
 *     peer.addEventListener('state', () => { if (peer.state === 'closed') video.remove(); });
 *   });
 *   await room.join();
 *
 * `Room` says who is there, `Peer` is the connection to one of them, `Channel` a data channel of it, `FileTransfer` a
 * file that is sent or offered over it. All are EventTargets; each class says which events it has. docs/client.md
 * tells the rest.
 */
export { Channel } from './client/channel.js';
export { FileTransfer } from './client/file_transfer.js';
export { Peer } from './client/peer.js';
export { Room } from './client/room.js';
export { RoomError } from './client/errors.js';
