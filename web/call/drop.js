// Files that are dropped anywhere in the call.
import { byId } from './dom.js';

const hasFiles = (event) => [...event.dataTransfer?.types ?? []].includes('Files');

/**
 * @param {(files: File[], user: string|undefined) => void} take `user`: whose tile they were dropped on
 * @param {(user: string|undefined) => string} words what happens when they are dropped there
 * @returns {() => void} stops it
 */
export function acceptDrops(take, words) {
  const stop = new AbortController();
  const listen = (type, action) => document.addEventListener(type, (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    action(event);
  }, { signal: stop.signal });
  const hide = () => { byId('drop').hidden = true; };

  listen('dragover', (event) => {
    byId('drop').hidden = false;
    byId('drop-words').textContent = words(userUnder(event));
  });
  // Leaving one element is entering another, except where there is no other.
  listen('dragleave', (event) => !event.relatedTarget && hide());
  listen('drop', (event) => {
    hide();
    take([...event.dataTransfer.files], userUnder(event));
  });
  return () => {
    hide();
    stop.abort();
  };
}

function userUnder({ target }) {
  const tile = target.closest?.('.tile');
  return tile && !('own' in tile.dataset) ? tile.dataset.user : undefined;
}
