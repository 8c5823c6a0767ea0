import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collect, filterRows, merge, RateBook, sortRows } from '../../web/admin/rows.js';

const ids = (rows) => rows.map(({ id }) => id).join('');

test('numbers sort by size, in both directions', () => {
  const rows = [{ id: 'a', bytes: 9 }, { id: 'b', bytes: 100 }, { id: 'c', bytes: 20 }];
  assert.equal(ids(sortRows(rows, 'bytes', 1)), 'acb');
  assert.equal(ids(sortRows(rows, 'bytes', -1)), 'bca');
  assert.equal(ids(rows), 'abc', 'the rows given stay as they are');
});

test('texts sort as people do: without case, numbers in them by size', () => {
  const rows = [{ id: 'a', user: 'user10' }, { id: 'b', user: 'User2' }, { id: 'c', user: 'alice' }];
  assert.equal(ids(sortRows(rows, 'user', 1)), 'cba');
});

test('what is missing stands last, whichever direction', () => {
  const rows = [{ id: 'a', rate: null }, { id: 'b', rate: 5 }, { id: 'c', rate: NaN }, { id: 'd', rate: 0 }];
  assert.equal(ids(sortRows(rows, 'rate', 1)), 'dbac');
  assert.equal(ids(sortRows(rows, 'rate', -1)), 'bdac');
});

test('equals keep one order, so that rows do not jump between looks', () => {
  const rows = ['2-1', '10-1', '1-1'].map((id) => ({ id, rate: 0 }));
  assert.deepEqual(sortRows(rows, 'rate', -1), sortRows([...rows].reverse(), 'rate', -1));
});

test('a filter wants all its words, anywhere, without case', () => {
  const rows = [
    { id: 'a', user: 'Alice', room: 'daily' }, { id: 'b', user: 'bob', room: 'daily' }, { id: 'c', user: 'malice', room: null },
  ];
  const find = (text) => ids(filterRows(rows, text, ['user', 'room']));
  assert.equal(find('  '), 'abc');
  assert.equal(find('ALICE'), 'ac');
  assert.equal(find('daily ali'), 'a');
  assert.equal(find('null'), '');
  assert.equal(find('.*'), '');
});

test('a rate is the difference of two looks over their distance', () => {
  const book = new RateBook();
  assert.equal(book.look([{ id: 'a', bytes: 1000 }], 100).size, 0);
  assert.equal(book.look([{ id: 'a', bytes: 6000 }], 110).get('a'), 500);
  assert.equal(book.look([{ id: 'a', bytes: 6000 }], 120).get('a'), 0);
});

test('two looks in the same second leave the rate as it was', () => {
  const book = new RateBook();
  book.look([{ id: 'a', bytes: 0 }], 0);
  book.look([{ id: 'a', bytes: 1000 }], 10);
  assert.equal(book.look([{ id: 'a', bytes: 1001 }], 10.01).get('a'), 100);
  assert.equal(book.look([{ id: 'a', bytes: 3000 }], 20).get('a'), 200);
});

test('a total that went back has no rate', () => {
  const book = new RateBook();
  book.look([{ id: 'a', bytes: 1000 }], 0);
  assert.equal(book.look([{ id: 'a', bytes: 10 }], 10).has('a'), false);
  assert.equal(book.look([{ id: 'a', bytes: 110 }], 20).get('a'), 10);
});

test('who is gone is forgotten, and begins anew', () => {
  const book = new RateBook();
  book.look([{ id: 'a', bytes: 1000 }], 0);
  book.look([], 10);
  assert.equal(book.look([{ id: 'a', bytes: 2000 }], 20).has('a'), false);
});

function pages(list) {
  const asked = [];
  const fetchPage = async (cursor, limit) => {
    asked.push([cursor, limit]);
    return list[asked.length - 1];
  };
  return { asked, fetchPage };
}

test('a list is followed over its pages, empty ones too', async () => {
  const { asked, fetchPage } = pages([{ rows: [1, 2], next: 'b' }, { rows: [], next: 'c' }, { rows: [3], next: null }]);
  assert.deepEqual(await collect(fetchPage, 10), { rows: [1, 2, 3], complete: true });
  assert.deepEqual(asked, [[null, 10], ['b', 8], ['c', 8]]);
});

test('enough is enough', async () => {
  const { asked, fetchPage } = pages([{ rows: [1, 2], next: 'b' }]);
  assert.deepEqual(await collect(fetchPage, 2), { rows: [1, 2], complete: false });
  assert.equal(asked.length, 1);
});

test('no page is larger than the server makes them, and no list goes on forever', async () => {
  let count = 0;
  const found = await collect(async (_, limit) => {
    assert.ok(limit <= 1000);
    ++count;
    return { rows: [], next: 'again' };
  }, 5000);
  assert.deepEqual([found.complete, count], [false, 10]);
});

test('lists are merged without doubles', () => {
  assert.equal(ids(merge([{ id: 'a' }], [{ id: 'b' }, { id: 'a' }, { id: 'b' }])), 'ab');
});
