// What a person sees of the pages, by the names that the pages give their parts. Each function runs in the page.

export function tiles() {
  return [...document.querySelectorAll('#stage figure.tile')].map((tile) => {
    const video = tile.querySelector('video');
    const badge = tile.querySelector('.badge');
    return {
      user: tile.dataset.user,
      name: tile.querySelector('.name')?.textContent.trim() ?? null,
      own: 'own' in tile.dataset,
      screen: 'screen' in tile.dataset,
      state: tile.dataset.state ?? null,
      muted: 'muted' in tile.dataset,
      noVideo: 'noVideo' in tile.dataset,
      path: badge?.dataset.path ?? null,
      quality: badge?.dataset.quality ?? null,
      frames: video?.getVideoPlaybackQuality().totalVideoFrames ?? 0,
      width: video?.videoWidth ?? 0,
    };
  });
}

// The browser's own word on each connection, whatever the page makes of it.
export async function connections() {
  const open = globalThis.watchedConnections.filter((each) => each.connectionState !== 'closed');
  return Promise.all(open.map(async (each) => {
    const stats = [...(await each.getStats()).values()];
    const byId = Object.fromEntries(stats.map((entry) => [entry.id, entry]));
    const pair = byId[stats.find((entry) => entry.type === 'transport')?.selectedCandidatePairId];
    const [local, remote] = [byId[pair?.localCandidateId], byId[pair?.remoteCandidateId]];
    const decoded = stats.filter((entry) => entry.type === 'inbound-rtp' && entry.kind === 'video');
    return {
      state: each.connectionState,
      ends: [local?.candidateType ?? null, remote?.candidateType ?? null],
      protocol: local?.relayProtocol ?? null,
      decoded: decoded.reduce((sum, entry) => sum + (entry.framesDecoded ?? 0), 0),
      username: each.getConfiguration().iceServers.find((server) => server.username)?.username ?? null,
    };
  }));
}

export function call() {
  const status = document.querySelector('#status');
  const pressed = (id) => document.querySelector(id)?.getAttribute('aria-pressed') ?? null;
  return {
    state: status?.dataset.state ?? null,
    words: status?.textContent.trim() ?? null,
    inCall: document.querySelector('#call')?.checkVisibility() ?? false,
    joining: document.querySelector('#join')?.checkVisibility() ?? false,
    pressed: Object.fromEntries(['mute', 'camera-off', 'share', 'show-chat'].map((id) => [id, pressed(`#${id}`)])),
  };
}

export function chat() {
  return [...document.querySelectorAll('#chat-log li')].map((line) => line.textContent);
}

export function files() {
  return [...document.querySelectorAll('#files li')].map((file) => ({
    id: file.dataset.file,
    state: file.dataset.state,
    direction: file.dataset.direction,
    sha256: file.dataset.sha256 ?? null,
    name: file.querySelector('a[download]')?.download ?? null,
    words: file.textContent,
  }));
}

// The words of a notice, null while it is not seen.
export function trouble() {
  const notice = document.querySelector('#trouble');
  if (!notice?.checkVisibility() || !notice.textContent.trim()) return null;
  return { problem: notice.dataset.problem ?? null, words: notice.textContent.trim() };
}

export function dialog() {
  const details = document.querySelector('#details');
  const lines = [...details.querySelectorAll('canvas, svg')].length;
  return { open: details.open, words: details.innerText, plots: lines };
}

export function verdict() {
  const told = document.querySelector('#verdict');
  const steps = [...document.querySelectorAll('#steps li[data-step]')];
  return {
    fault: told?.dataset.fault || null,
    words: told?.textContent.trim() ?? '',
    advice: document.querySelector('#advice')?.innerText.trim() ?? '',
    steps: Object.fromEntries(steps.map((step) => [step.dataset.step, step.dataset.result])),
    natWords: document.querySelector('#steps li[data-step=nat]')?.textContent ?? '',
    report: document.querySelector('#report')?.value || document.querySelector('#report')?.textContent || '',
  };
}

// The rows of a table of /admin.
export function rows(id) {
  return [...document.querySelectorAll(`#${id} tr[data-id]`)].map((row) => ({
    id: row.dataset.id, cells: [...row.cells].map((cell) => cell.textContent.trim()),
  }));
}

// Whether something was drawn on a canvas.
export function drawn(id) {
  const canvas = document.querySelector(`#${id}`);
  if (!canvas?.width || !canvas.height) return false;
  return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value !== 0);
}

export function inPicture() {
  return document.pictureInPictureElement !== null || Boolean(globalThis.documentPictureInPicture?.window);
}

export function text(selector) {
  return document.querySelector(selector)?.innerText.trim() ?? null;
}

export function visible(selector) {
  return document.querySelector(selector)?.checkVisibility() ?? false;
}

// What a field, or a link, holds.
export function value(selector) {
  const element = document.querySelector(selector);
  return element?.value || element?.href || element?.textContent?.trim() || null;
}

export * from './web_module.mjs';
export * from './web_obstacles.mjs';
