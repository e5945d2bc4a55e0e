import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type Check, assertSameBytes, namesOf, rejectsWith } from './check.ts';

export const abortChecks: readonly Check[] = [
  {
    title: "does nothing when aborted beforehand, and rejects with the signal's reason",
    async run({ storage }) {
      await storage.put('there', Buffer.from('x'));
      const reason = new Error('enough');
      const signal = AbortSignal.abort(reason);
      const isReason = (error: unknown): boolean => error === reason;
      await assert.rejects(storage.put('new', Buffer.from('x'), { signal }), isReason);
      await assert.rejects(storage.get('there', undefined, { signal }), isReason);
      await assert.rejects(storage.stat('there', { signal }), isReason);
      await assert.rejects(storage.folders('', { signal }), isReason);
      await assert.rejects(storage.delete('there', { signal }), isReason);
      await assert.rejects(async () => {
        for await (const info of storage.list('', { signal })) assert.fail(info.name);
      }, isReason);
      assert.deepEqual(await namesOf(storage, ''), ['there']);
    },
  },
  {
    title: 'leaves the whole object or nothing when aborted in the middle of a put',
    async run({ storage }) {
      const part = randomBytes(1024 * 1024);
      const parts = Array.from({ length: 24 }, () => part);
      const whole = Buffer.concat(parts);
      let aborted = 0;
      for (let round = 0; round < 12; round += 1) {
        const controller = new AbortController();
        const name = `round-${round}`;
        const putting = storage.put(name, parts, { signal: controller.signal });
        const timer = setTimeout(() => controller.abort(), round * 2);
        try {
          await putting;
          assertSameBytes(await storage.get(name), whole, name);
        } catch (error) {
          assert.equal(error, controller.signal.reason);
          assert.equal(await storage.stat(name), undefined);
          assert.equal(await storage.put(name, part), 'created');
          aborted += 1;
        } finally {
          clearTimeout(timer);
        }
      }
      assert.ok(aborted > 0, 'no put was aborted in time');
    },
  },
  {
    title: 'finishes what is under way when it is closed, refuses what comes later, and closes twice',
    async run({ storage, open }) {
      const putting = Promise.all(
        Array.from({ length: 50 }, (_, at) => storage.put(`p/${at}`, Buffer.from('x'))),
      );
      const other = await open();
      try {
        await storage.close();
        assert.equal((await namesOf(other, 'p/')).length, 50);
      } finally {
        await putting;
      }
      assert.deepEqual([...new Set(await putting)], ['created']);
      await rejectsWith('storage.closed', storage.put('late', Buffer.from('x')));
      await rejectsWith('storage.closed', storage.get('p/1'));
      await rejectsWith('storage.closed', storage.stat('p/1'));
      await rejectsWith('storage.closed', namesOf(storage, ''));
      await rejectsWith('storage.closed', storage.folders(''));
      await rejectsWith('storage.closed', storage.delete('p/1'));
      await rejectsWith('storage.closed', storage.now());
      await storage.close();
    },
  },
];
