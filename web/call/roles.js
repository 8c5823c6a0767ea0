// Which of a peer's streams is what.

/**
 * A page of ours says in its status which stream is the camera and which the screen. Other clients of the room say
 * nothing: their first stream is taken for the camera, and a second one with a picture for a screen.
 * @param {Iterable<MediaStream>} streams
 * @param {{camera?: string|null, screen?: string|null}|null|undefined} status
 * @returns {{camera: MediaStream|null, screen: MediaStream|null}}
 */
export function streamRoles(streams, status) {
  const all = [...streams];
  if (typeof status === 'object' && status && ('camera' in status || 'screen' in status)) {
    const called = (id) => all.find((stream) => stream.id === id) ?? null;
    return { camera: called(status.camera), screen: called(status.screen) };
  }
  const [camera = null, ...others] = all;
  return { camera, screen: others.find((stream) => stream.getVideoTracks().length > 0) ?? null };
}
