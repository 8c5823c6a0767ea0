// Picture in picture: one tile in a small window of its own, over other programs.

/** @returns {boolean} whether this browser lets a page do it */
export function canShowPicture() {
  return Boolean(document.pictureInPictureEnabled) && 'requestPictureInPicture' in HTMLVideoElement.prototype;
}

/**
 * Which tile is worth taking out: a screen, else another person, else oneself.
 * @param {{own: boolean, screen: boolean, video: {videoWidth: number}}[]} tiles
 * @returns {Object|undefined} undefined when none has a picture
 */
export function bestTile(tiles) {
  const rank = ({ own, screen }) => (own ? 2 : 0) + (screen ? 0 : 1);
  return tiles.filter(({ video }) => video.videoWidth > 0).sort((a, b) => rank(a) - rank(b))[0];
}

/**
 * Takes the best tile out, or back in.
 * @param {import('./tile.js').Tile[]} tiles
 * @returns {Promise<boolean>} false when there was nothing to take out
 */
export async function togglePicture(tiles) {
  if (document.pictureInPictureElement) {
    await document.exitPictureInPicture();
    return true;
  }
  const tile = bestTile(tiles.filter(({ element }) => !('noVideo' in element.dataset)));
  try {
    await tile?.video.requestPictureInPicture();
  } catch {
    return false;
  }
  return tile !== undefined;
}

/** @param {(on: boolean) => void} tell called when it begins and ends @returns {() => void} stops telling */
export function watchPicture(tell) {
  const stop = new AbortController();
  // The events bubble from whichever video it is.
  document.addEventListener('enterpictureinpicture', () => tell(true), { signal: stop.signal });
  document.addEventListener('leavepictureinpicture', () => tell(false), { signal: stop.signal });
  return () => stop.abort();
}
