// Where the tiles go: arithmetic only, so that it can be tested without a page.

/**
 * @typedef {{x: number, y: number, width: number, height: number}} Rect
 * @typedef {{own?: boolean, screen?: boolean}} TileKind
 */

const GAP = 8;

// Cutting a little off a picture is better than bars beside it; cutting off half of it is not. On a stage that is
// higher than wide the pictures are probably so too.
const WIDEST = 16 / 9;
const NARROWEST = 4 / 3;
const NARROWEST_UPRIGHT = 2 / 3;

/** Below this a stage is a phone's, and two people get one large picture and a small one. */
const NARROW = 560;

function cell(count, columns, area, narrowest) {
  const rows = Math.ceil(count / columns);
  let width = (area.width - GAP * (columns - 1)) / columns;
  let height = (area.height - GAP * (rows - 1)) / rows;
  if (width / height > WIDEST) width = height * WIDEST;
  else if (width / height < narrowest) height = width / narrowest;
  return { columns, rows, width, height };
}

/**
 * The number of columns that gives the largest tiles.
 * @param {number} count of tiles, at least 1
 * @param {{width: number, height: number}} area
 * @param {number} [narrowest] width over height that a tile has at least
 * @returns {{columns: number, rows: number, width: number, height: number}} size of a tile included
 */
export function gridShape(count, area, narrowest = area.width < area.height ? NARROWEST_UPRIGHT : NARROWEST) {
  let best = cell(count, 1, area, narrowest);
  for (let columns = 2; columns <= count; ++columns) {
    const next = cell(count, columns, area, narrowest);
    if (next.width * next.height > best.width * best.height) best = next;
  }
  return best;
}

/**
 * Tiles of one size in rows, all of it centred, the last row too.
 * @param {number} count
 * @param {Rect} area
 * @param {number} [narrowest] width over height that a tile has at least
 * @returns {Rect[]}
 */
export function grid(count, area, narrowest) {
  if (count === 0) return [];
  const { columns, rows, width, height } = gridShape(count, area, narrowest);
  const top = area.y + (area.height - rows * height - (rows - 1) * GAP) / 2;
  return Array.from({ length: count }, (_, i) => {
    const row = Math.floor(i / columns);
    const inRow = Math.min(columns, count - row * columns);
    const left = area.x + (area.width - inRow * width - (inRow - 1) * GAP) / 2;
    return { x: left + (i % columns) * (width + GAP), y: top + row * (height + GAP), width, height };
  });
}

function floating(area) {
  const portrait = area.width < area.height;
  const width = Math.min(area.width * 0.3, 180);
  const height = portrait ? width * (4 / 3) : width / WIDEST;
  return { x: area.x + area.width - width - GAP, y: area.y + area.height - height - GAP, width, height };
}

/** A shared screen takes the large part, the people the rest: beside it, or below it where the stage is high. */
function split(area, people) {
  if (people === 0) return { large: area, strip: area };
  if (area.width > area.height * 1.1) {
    const width = Math.min(Math.max(area.width * 0.2, 120), 260);
    return {
      large: { ...area, width: area.width - width - GAP },
      strip: { ...area, x: area.x + area.width - width, width },
    };
  }
  const height = Math.min(Math.max(area.height * (people > 4 ? 0.36 : 0.22), 90), 260);
  return {
    large: { ...area, height: area.height - height - GAP },
    strip: { ...area, y: area.y + area.height - height, height },
  };
}

/**
 * @param {TileKind[]} tiles
 * @param {{width: number, height: number}} stage
 * @returns {(Rect & {role: 'grid'|'large'|'strip'|'floating'})[]} one for each of `tiles`
 */
export function arrange(tiles, stage) {
  const area = { x: 0, y: 0, width: Math.max(stage.width, 1), height: Math.max(stage.height, 1) };
  // One's own screen is before one's eyes anyway.
  const isLarge = ({ screen, own }) => Boolean(screen && !own);
  const screens = tiles.filter(isLarge).length;
  if (screens > 0) {
    const { large, strip } = split(area, tiles.length - screens);
    const [first, others] = [largeRects(screens, large), grid(tiles.length - screens, strip, NARROWEST)];
    return tiles.map((tile) => (isLarge(tile)
      ? { ...first.shift(), role: 'large' } : { ...others.shift(), role: 'strip' }));
  }
  const isPair = tiles.length === 2 && tiles.filter(({ own }) => own).length === 1;
  if (isPair && Math.min(area.width, area.height) < NARROW) {
    return tiles.map((tile) => (tile.own
      ? { ...floating(area), role: 'floating' } : { ...area, role: 'large' }));
  }
  return grid(tiles.length, area).map((rect) => ({ ...rect, role: 'grid' }));
}

// One screen fills its place whatever its shape: the picture is fitted into it whole.
function largeRects(count, area) {
  return count === 1 ? [area] : grid(count, area);
}
