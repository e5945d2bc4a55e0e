import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type Storage } from '../storage.ts';
import { isStorageError } from '../storage-error.ts';
import { type Check, assertSameBytes, namesOf } from './check.ts';
import { type RaceResult, startRacer } from './other-process.ts';
import { racedBytes } from './raced-bytes.ts';

export const raceChecks: readonly Check[] = [
  {
    title: 'lets exactly one of twenty clients create an object, whose bytes it then has',
    needs: ['exclusivePut'],
    async run({ open }) {
      const clients = await Promise.all(Array.from({ length: 20 }, () => open()));
      for (let round = 0; round < 5; round += 1) {
        const name = `folder-${round}/raced`;
        const all = clients.map((_, at) => randomBytes(10_000 + at));
        const outcomes = await Promise.all(clients.map((client, at) => client.put(name, all[at]!)));
        const winners = outcomes.flatMap((outcome, at) => (outcome === 'created' ? [at] : []));
        assert.equal(winners.length, 1, `${winners.length} were told "created"`);
        for (const client of clients.slice(0, 3)) {
          assertSameBytes(await client.get(name), all[winners[0]!]!, "the winner's object");
        }
      }
    },
  },
  {
    title: 'lets exactly one of twenty puts of one client create an object',
    needs: ['exclusivePut'],
    async run({ storage }) {
      const all = Array.from({ length: 20 }, (_, at) => randomBytes(20_000 + at));
      const outcomes = await Promise.all(all.map((bytes) => storage.put('new/folder/raced', bytes)));
      assert.equal(outcomes.filter((outcome) => outcome === 'created').length, 1);
      const stored = await storage.get('new/folder/raced');
      assertSameBytes(stored, all[outcomes.indexOf('created')]!, "the winner's object");
    },
  },
  {
    title: 'lets exactly one of two processes create each object',
    needs: ['exclusivePut'],
    async run({ place, storage }) {
      const count = 150;
      const racers = await Promise.all(['one', 'two'].map((id) => startRacer(place.address, id, count)));
      const results = await Promise.all(racers.map((racer) => racer.race()));
      const created = results.map((result: RaceResult) => new Set(result.created));
      for (const name of await namesOf(storage, 'race/')) {
        const winners = ['one', 'two'].filter((_, at) => created[at]!.has(name));
        assert.equal(winners.length, 1, `${name} was created by ${winners.length} processes`);
        assertSameBytes(await storage.get(name), racedBytes(winners[0]!, name), name);
      }
      assert.equal(created[0]!.size + created[1]!.size, count);
    },
  },
  {
    title: 'shows no reader a part of an object while it is put',
    async run({ storage, open }) {
      const reader = await open();
      const bytes = randomBytes(3 * 1024 * 1024);
      const names = Array.from({ length: 24 }, (_, at) => `watched/${String(at).padStart(2, '0')}`);
      const writer = { done: false };
      const writing = (async () => {
        for (const name of names) await storage.put(name, bytes);
      })().finally(() => (writer.done = true));
      let listed = 0;
      try {
        while (!writer.done) listed += await lookAtWatched(reader, names, bytes);
      } finally {
        await writing;
      }
      assert.ok(listed > 0, 'the reader never saw an object while others were put');
    },
  },
  {
    title: 'takes hundreds of requests at once',
    async run({ storage }) {
      const names = Array.from({ length: 400 }, (_, at) => `crowd/${at}`);
      await Promise.all(names.map((name) => storage.put(name, Buffer.from(name))));
      const [texts] = await Promise.all([
        Promise.all(names.map(async (name) => (await storage.get(name)).toString())),
        Promise.all(names.map((name) => storage.stat(name))),
      ]);
      assert.deepEqual(texts, names);
    },
  },
];

/** Fails when an object is there in part; gives how many were listed. */
async function lookAtWatched(reader: Storage, names: readonly string[], bytes: Buffer): Promise<number> {
  let listed = 0;
  for await (const info of reader.list('watched/')) {
    assert.equal(info.size, bytes.byteLength, `${info.name} was listed`);
    listed += 1;
  }
  for (const name of names) {
    const got = await reader.get(name).catch((error: unknown) => {
      if (isStorageError(error) && error.code === 'storage.not-found') return undefined;
      throw error;
    });
    if (got === undefined) break;
    assertSameBytes(got, bytes, name);
  }
  return listed;
}
