import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type Check, assertSameBytes } from './check.ts';

const mebibyte = 1024 * 1024;

export const putChecks: readonly Check[] = [
  {
    title: 'claims the capabilities that are expected of it',
    run({ storage, capabilities }) {
      assert.deepEqual({ ...storage.capabilities }, { ...capabilities });
      return Promise.resolve();
    },
  },
  {
    title: 'has an address that it can be told by, with no password in it',
    run({ storage }) {
      assert.match(storage.url, /^[a-z][a-z0-9+.-]+:/);
      assert.doesNotMatch(storage.url, /:[^/@]*@/);
      return Promise.resolve();
    },
  },
  {
    title: 'gives back what was put, to the same client and to others, at once',
    async run({ storage, open }) {
      const bytes = randomBytes(100_000);
      assert.equal(await storage.put('some/where/object', bytes), 'created');
      assertSameBytes(await storage.get('some/where/object'), bytes, 'the object');
      assertSameBytes(await (await open()).get('some/where/object'), bytes, 'the object for another client');
    },
  },
  {
    title: 'joins parts in order, whatever their number, size and place in memory',
    async run({ storage }) {
      const whole = randomBytes(300_000);
      const parts: Uint8Array[] = [];
      for (let at = 0, size = 0; at < whole.byteLength; at += size) {
        size = Math.min(parts.length % 3 === 0 ? 0 : parts.length % 97, whole.byteLength - at);
        parts.push(new Uint8Array(whole.buffer, whole.byteOffset + at, size));
      }
      assert.ok(parts.length > 3000);
      assert.equal(await storage.put('parts', parts), 'created');
      assertSameBytes(await storage.get('parts'), whole, 'the object');
    },
  },
  {
    title: 'leaves the caller its parts unchanged',
    async run({ storage }) {
      const bytes = randomBytes(10_000);
      const copy = Buffer.from(bytes);
      await storage.put('a', bytes);
      await storage.put('a', [bytes.subarray(0, 1), bytes.subarray(1)]);
      assertSameBytes(bytes, copy, 'the parts');
    },
  },
  {
    title: 'keeps empty objects',
    async run({ storage }) {
      assert.equal(await storage.put('none', []), 'created');
      assert.equal(await storage.put('zero', new Uint8Array(0)), 'created');
      assert.equal((await storage.get('none')).byteLength, 0);
      assert.equal((await storage.stat('zero'))?.size, 0);
      assert.equal(await storage.put('zero', Buffer.from('x')), 'exists');
      assert.equal((await storage.get('zero')).byteLength, 0);
    },
  },
  {
    title: 'keeps an object of 64 MiB whole',
    async run({ storage }) {
      const part = randomBytes(mebibyte);
      const parts = Array.from({ length: 64 }, (_, at) => Buffer.from(part.map((byte) => byte ^ at)));
      assert.equal(await storage.put('large', parts), 'created');
      assert.equal((await storage.stat('large'))?.size, 64 * mebibyte);
      assertSameBytes(await storage.get('large'), Buffer.concat(parts), 'the large object');
      const range = { offset: 40 * mebibyte - 5, length: 10 };
      const expected = Buffer.concat([parts[39]!.subarray(-5), parts[40]!.subarray(0, 5)]);
      assertSameBytes(await storage.get('large', range), expected, 'a range of it');
    },
  },
  {
    title: 'never overwrites: a name that is taken stays as it is, for every client',
    async run({ storage, open }) {
      const other = await open();
      assert.equal(await storage.put('taken', Buffer.from('first')), 'created');
      for (const client of [storage, other]) {
        for (const text of ['second, and longer', '1', 'third', '', 'first']) {
          assert.equal(await client.put('taken', Buffer.from(text)), 'exists');
          assert.equal((await storage.get('taken')).toString(), 'first');
        }
      }
    },
  },
  {
    title: 'stores objects without permission to write them',
    needs: ['readOnlyObjects'],
    async run({ place, storage }) {
      await storage.put('sealed', Buffer.from('x'));
      assert.ok(place.modeOf, 'the place must tell modes: the backend claims readOnlyObjects');
      assert.equal((await place.modeOf('sealed')) & 0o777, 0o444);
    },
  },
];
