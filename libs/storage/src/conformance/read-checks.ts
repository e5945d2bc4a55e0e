import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type Check, assertSameBytes, rejectsWith } from './check.ts';

/** Stores may keep times to the second, and file systems lag behind the clock by a tick. */
const clockToleranceMs = 2000;

export const readChecks: readonly Check[] = [
  {
    title: 'says not-found for an object that is not there, wherever it would be',
    async run({ storage }) {
      await storage.put('a/b', Buffer.from('x'));
      for (const name of ['c', 'a/c', 'c/d', 'a/bc', 'a/b.x', 'a/b/c']) {
        await rejectsWith('storage.not-found', storage.get(name));
        await rejectsWith('storage.not-found', storage.get(name, { offset: 0, length: 0 }));
        assert.equal(await storage.stat(name), undefined);
      }
    },
  },
  {
    title: 'gives the first bytes, the middle ones, the last ones, all and none',
    async run({ storage }) {
      const bytes = randomBytes(10_000);
      await storage.put('object', bytes);
      const ranges = [
        [0, 1],
        [0, 100],
        [4321, 1234],
        [9999, 1],
        [9000, 1000],
        [0, 10_000],
        [0, 0],
        [500, 0],
        [10_000, 0],
      ] as const;
      for (const [offset, length] of ranges) {
        const expected = bytes.subarray(offset, offset + length);
        assertSameBytes(await storage.get('object', { offset, length }), expected, `${offset}+${length}`);
      }
    },
  },
  {
    title: 'refuses a range that does not lie wholly inside the object',
    async run({ storage }) {
      await storage.put('object', randomBytes(100));
      await storage.put('empty', []);
      const ranges = [
        [0, 101],
        [99, 2],
        [100, 1],
        [101, 0],
        [1000, 10],
        [-1, 1],
        [0, -1],
        [0.5, 1],
        [0, Number.NaN],
        [0, Infinity],
      ] as const;
      for (const [offset, length] of ranges) {
        await rejectsWith('storage.bad-range', storage.get('object', { offset, length }));
      }
      await rejectsWith('storage.bad-range', storage.get('empty', { offset: 0, length: 1 }));
    },
  },
  {
    title: 'fetches no more than the caller has room for',
    async run({ storage }) {
      await storage.put('object', randomBytes(1000));
      await rejectsWith('storage.too-large', storage.get('object', undefined, { maxBytes: 999 }));
      await rejectsWith(
        'storage.too-large',
        storage.get('object', { offset: 0, length: 11 }, { maxBytes: 10 }),
      );
      assert.equal((await storage.get('object', undefined, { maxBytes: 1000 })).byteLength, 1000);
      assert.equal((await storage.get('object', { offset: 5, length: 10 }, { maxBytes: 10 })).byteLength, 10);
    },
  },
  {
    title: 'gives each caller a buffer of its own',
    async run({ storage }) {
      await storage.put('object', Buffer.from('unchanged'));
      (await storage.get('object')).fill(0);
      assert.equal((await storage.get('object')).toString(), 'unchanged');
    },
  },
  {
    title: 'knows size and time of an object, by the same clock that it tells',
    async run({ storage }) {
      const before = (await storage.now()).getTime();
      await storage.put('a/object', randomBytes(12_345));
      const after = (await storage.now()).getTime();
      const info = await storage.stat('a/object');
      assert.ok(info);
      assert.equal(info.name, 'a/object');
      assert.equal(info.size, 12_345);
      const modified = info.modified.getTime();
      assert.ok(modified >= before - clockToleranceMs && modified <= after + clockToleranceMs);
      assert.ok(after >= before);
    },
  },
];
