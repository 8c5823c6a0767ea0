import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrange, grid, gridShape } from '../../web/call/layout.js';

const DESKTOP = { width: 1416, height: 760 };
const PHONE = { width: 348, height: 626 };
const STAGES = [
  DESKTOP, PHONE, { width: 626, height: 300 }, { width: 768, height: 900 }, { width: 2500, height: 1200 },
];

const people = (count) => Array.from({ length: count }, (_, i) => ({ own: i === count - 1 }));
const shapes = (stage) => [1, 2, 3, 4, 5, 6, 7, 8].map((count) => {
  const { columns, rows } = gridShape(count, stage);
  return `${columns}x${rows}`;
});

function overlap(a, b) {
  const apart = a.x + a.width <= b.x + 0.01 || b.x + b.width <= a.x + 0.01
    || a.y + a.height <= b.y + 0.01 || b.y + b.height <= a.y + 0.01;
  return !apart;
}

function inside({ x, y, width, height }, stage) {
  return x >= -0.01 && y >= -0.01 && x + width <= stage.width + 0.01 && y + height <= stage.height + 0.01;
}

test('columns suit the stage', () => {
  assert.deepEqual(shapes(DESKTOP), ['1x1', '2x1', '2x2', '2x2', '3x2', '3x2', '3x3', '3x3']);
  assert.deepEqual(shapes(PHONE), ['1x1', '1x2', '1x3', '2x2', '2x3', '2x3', '2x4', '2x4']);
});

test('one to sixteen tiles stay on the stage and apart', () => {
  for (const stage of STAGES) {
    for (let count = 1; count <= 16; ++count) {
      for (let screens = 0; screens <= 2; ++screens) {
        const tiles = [...Array.from({ length: screens }, () => ({ screen: true })), ...people(count)];
        const places = arrange(tiles, stage);
        assert.equal(places.length, tiles.length);
        for (const place of places) assert.ok(inside(place, stage), JSON.stringify({ stage, count, screens, place }));
        const flat = places.filter(({ role }) => role !== 'floating');
        flat.forEach((a, i) => flat.slice(i + 1).forEach((b) => assert.ok(!overlap(a, b))));
      }
    }
  }
});

test('tiles are neither slits nor ribbons', () => {
  for (const stage of STAGES) {
    for (let count = 1; count <= 8; ++count) {
      for (const { width, height } of grid(count, { x: 0, y: 0, ...stage })) {
        assert.ok(width / height < 16 / 9 + 0.01 && width / height > 2 / 3 - 0.01);
      }
    }
  }
});

test('the last row is in the middle', () => {
  const places = grid(5, { x: 0, y: 0, ...DESKTOP });
  assert.ok(Math.abs(places[3].x - (DESKTOP.width - places[4].x - places[4].width)) < 0.01);
});

test('two on a phone: one large, oneself small in a corner', () => {
  const [other, own] = arrange(people(2), PHONE);
  assert.deepEqual([other.role, other.width, other.height], ['large', PHONE.width, PHONE.height]);
  assert.equal(own.role, 'floating');
  assert.ok(own.width < PHONE.width / 3 && own.x > PHONE.width / 2 && own.y > PHONE.height / 2);
  assert.deepEqual(arrange(people(2), DESKTOP).map(({ role }) => role), ['grid', 'grid']);
});

test('a shared screen is larger than all people together', () => {
  for (const stage of STAGES) {
    const places = arrange([{ screen: true }, ...people(5)], stage);
    const area = ({ width, height }) => width * height;
    const strip = places.slice(1).reduce((sum, place) => sum + area(place), 0);
    assert.equal(places[0].role, 'large');
    assert.ok(area(places[0]) > strip, JSON.stringify(stage));
  }
});

test('one’s own screen is one tile among others', () => {
  const places = arrange([{ screen: true, own: true }, { own: false }, { own: true }], DESKTOP);
  assert.deepEqual(places.map(({ role }) => role), ['grid', 'grid', 'grid']);
});

test('no room at all, and nobody there', () => {
  assert.deepEqual(arrange([], DESKTOP), []);
  for (const { width, height } of arrange(people(3), { width: 0, height: 0 })) {
    assert.ok(Number.isFinite(width) && Number.isFinite(height));
  }
});
