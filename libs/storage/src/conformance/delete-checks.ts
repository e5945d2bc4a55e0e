import assert from 'node:assert/strict';
import { type Check, namesOf, rejectsWith } from './check.ts';

export const deleteChecks: readonly Check[] = [
  {
    title: 'removes an object for every client and leaves its neighbours',
    async run({ storage, open }) {
      const other = await open();
      for (const name of ['d/a', 'd/ab', 'd/a-b', 'e']) await storage.put(name, Buffer.from(name));
      await other.stat('d/a');
      await storage.delete('d/a');
      await rejectsWith('storage.not-found', other.get('d/a'));
      assert.equal(await storage.stat('d/a'), undefined);
      assert.deepEqual(await namesOf(other, ''), ['d/a-b', 'd/ab', 'e']);
    },
  },
  {
    title: 'finds it fine to delete what is not there',
    async run({ storage }) {
      await storage.put('a', Buffer.from('x'));
      await storage.delete('b');
      await storage.delete('c/d/e');
      await storage.delete('a/b');
      await storage.delete('a');
      await storage.delete('a');
      assert.deepEqual(await namesOf(storage, ''), []);
    },
  },
  {
    title: 'gives a name free again',
    async run({ storage }) {
      await storage.put('d/a', Buffer.from('old'));
      await storage.delete('d/a');
      assert.equal(await storage.put('d/a', Buffer.from('new')), 'created');
      assert.equal((await storage.get('d/a')).toString(), 'new');
    },
  },
  {
    title: 'deletes many at once',
    async run({ storage }) {
      const names = Array.from({ length: 200 }, (_, at) => `m/${at}`);
      await Promise.all(names.map((name) => storage.put(name, Buffer.from(name))));
      await Promise.all([...names, ...names].map((name) => storage.delete(name)));
      assert.deepEqual(await namesOf(storage, ''), []);
    },
  },
];
