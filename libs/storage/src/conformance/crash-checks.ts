import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Storage } from '../storage.ts';
import { type Check, namesOf } from './check.ts';
import { startWriter } from './other-process.ts';

const kills = 20;

export const crashChecks: readonly Check[] = [
  {
    title: 'shows only whole objects, and all that were acknowledged, when writers are killed in mid-put',
    async run({ place, storage }) {
      for (let round = 0; round < kills; round += 1) {
        const prefix = `killed/${round}/`;
        const acknowledged = await killInTheMiddle(place.address, prefix, round);
        const visible = await wholeObjects(storage, prefix);
        for (const name of acknowledged) assert.ok(visible.has(name), `${name} was acknowledged`);
        for (const name of visible) await storage.delete(name);
      }
    },
  },
  {
    title: 'shows only whole objects to those who read while a writer works',
    async run({ place, storage }) {
      const writer = startWriter(place.address, 'watched/');
      for (let looks = 0; looks < 5; looks += 1) {
        const acknowledged = await writer.nextAcknowledged();
        assert.ok((await wholeObjects(storage, 'watched/')).has(acknowledged));
      }
      await writer.kill();
    },
  },
  {
    title: 'takes an object again whose put was cut off',
    async run({ place, storage, open }) {
      await killInTheMiddle(place.address, 'killed/', 1);
      const before = await namesOf(storage, '');
      const bytes = Buffer.from('put again');
      assert.equal(await (await open()).put('killed/again', bytes), 'created');
      assert.deepEqual(await namesOf(storage, ''), [...before, 'killed/again'].sort());
    },
  },
];

/** Gives the names that the killed process had told of. */
async function killInTheMiddle(
  address: { url: string },
  prefix: string,
  round: number,
): Promise<readonly string[]> {
  const writer = startWriter(address, prefix);
  const acknowledged: string[] = [];
  for (let count = 0; count <= round % 3; count += 1) acknowledged.push(await writer.nextAcknowledged());
  await sleep(Math.random() * 30);
  return [...acknowledged, ...(await writer.kill())].filter((name) => name.length === prefix.length + 64);
}

/** The names below the prefix. Fails when one of them has not the bytes whose digest it is. */
async function wholeObjects(storage: Storage, prefix: string): Promise<Set<string>> {
  const names = new Set<string>();
  for await (const { name, size } of storage.list(prefix)) {
    const bytes = await storage.get(name);
    assert.equal(bytes.byteLength, size, `the size of ${name}`);
    assert.equal(prefix + createHash('sha256').update(bytes).digest('hex'), name);
    names.add(name);
  }
  return names;
}
