import assert from 'node:assert/strict';
import { type Storage } from '../storage.ts';
import { type Check, infosOf, namesOf } from './check.ts';

async function putAll(storage: Storage, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => storage.put(name, Buffer.from(name))));
}

export const listChecks: readonly Check[] = [
  {
    title: 'lists nothing where nothing is',
    async run({ storage }) {
      assert.deepEqual(await namesOf(storage, ''), []);
      assert.deepEqual(await namesOf(storage, 'clusters/none/'), []);
      await storage.put('clusters/some/object', Buffer.from('x'));
      assert.deepEqual(await namesOf(storage, 'clusters/none/'), []);
      assert.deepEqual(await namesOf(storage, 'clusters/some/object/'), []);
    },
  },
  {
    title: 'sorts by the bytes of whole names, folders and all',
    async run({ storage }) {
      const sorted = [
        'a-b/c',
        'a-z',
        'a.b',
        'a/0',
        'a/b-c',
        'a/b.c',
        'a/b/c',
        'a/b0',
        'a/b_/d',
        'a0',
        'a_/b',
        'aa',
        'b',
      ];
      assert.deepEqual([...sorted].sort(), sorted);
      await putAll(storage, [...sorted].reverse());
      assert.deepEqual(await namesOf(storage, ''), sorted);
    },
  },
  {
    title: 'gives what is below the prefix, and not what only begins like it',
    async run({ storage }) {
      await putAll(storage, ['c/ab', 'c/ab-x/1', 'c/ab.x', 'c/abc/1', 'c/abc/d/2', 'c/a/1', 'd/abc/1', 'c0']);
      assert.deepEqual(await namesOf(storage, 'c/abc/'), ['c/abc/1', 'c/abc/d/2']);
      assert.deepEqual(await namesOf(storage, 'c/a/'), ['c/a/1']);
      assert.deepEqual(await namesOf(storage, 'c/ab/'), []);
      assert.deepEqual(await namesOf(storage, 'c/'), [
        'c/a/1',
        'c/ab',
        'c/ab-x/1',
        'c/ab.x',
        'c/abc/1',
        'c/abc/d/2',
      ]);
    },
  },
  {
    title: 'gives for each object what stat gives',
    async run({ storage }) {
      await putAll(storage, ['x/one', 'x/two/three', 'x/two/four-and-more']);
      const listed = await infosOf(storage, 'x/');
      assert.equal(listed.length, 3);
      for (const info of listed) assert.deepEqual({ ...info }, { ...(await storage.stat(info.name)) });
    },
  },
  {
    title: 'lists thousands of objects, each once and in order',
    async run({ storage, open }) {
      const names = Array.from({ length: 2500 }, (_, at) => `many/${at.toString(16).padStart(64, '0')}`);
      await putAll(storage, names);
      await storage.put('neighbour', Buffer.from('x'));
      assert.deepEqual(await namesOf(await open(), 'many/'), names);
      assert.deepEqual(await namesOf(storage, ''), [...names, 'neighbour']);
    },
  },
  {
    title: 'can be left early, be slow, and be asked other things meanwhile',
    async run({ storage }) {
      await putAll(
        storage,
        Array.from({ length: 200 }, (_, at) => `l/${at}`),
      );
      // More listings are open at once than anybody has connections: each must let go between two objects.
      await Promise.all(
        Array.from({ length: 40 }, async () => {
          let seen = 0;
          for await (const info of storage.list('l/')) {
            assert.equal((await storage.get(info.name)).toString(), info.name);
            seen += 1;
            if (seen === 5) break;
          }
          assert.equal(seen, 5);
        }),
      );
      assert.equal((await namesOf(storage, 'l/')).length, 200);
    },
  },
  {
    title: 'lists on while objects come and go, and misses none that stays',
    async run({ storage, open }) {
      const staying = Array.from({ length: 150 }, (_, at) => `s/${at}-stays`);
      const going = Array.from({ length: 150 }, (_, at) => `s/${at}-goes`);
      await putAll(storage, [...staying, ...going]);
      const other = await open();
      const changes = Promise.all(
        going.map(async (name, at) => {
          await other.delete(name);
          await other.put(`s/${at}-comes`, Buffer.from('x'));
        }),
      );
      const seen = await namesOf(storage, 's/').finally(() => changes);
      assert.deepEqual(
        seen.filter((name) => name.endsWith('stays')),
        [...staying].sort(),
      );
      assert.deepEqual(seen, [...new Set(seen)].sort());
    },
  },
  {
    title: 'names the folders directly below a prefix',
    async run({ storage }) {
      assert.deepEqual(await storage.folders('c/'), []);
      await putAll(storage, ['c/b/1', 'c/b/2', 'c/a/x/1', 'c/file', 'c-d/e/1', 'c/a.b/1']);
      assert.deepEqual(await storage.folders('c/'), ['a', 'a.b', 'b']);
      assert.deepEqual(await storage.folders('c/a/'), ['x']);
      assert.deepEqual(await storage.folders('c/b/'), []);
      assert.deepEqual(await storage.folders(''), ['c', 'c-d']);
    },
  },
];
