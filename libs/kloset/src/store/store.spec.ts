import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openStorage, type Storage } from '@etcd-kloset/storage';
import { codeOf } from '../spec-support/malformed-bytes.ts';
import { createStore, openStore, type KeyFile } from './store.ts';

const id = (digit: string): string => digit.repeat(32);
const keyFile = (name: string): KeyFile => ({
  name: `keys/${name}-0123456789abcdef.age`,
  bytes: Buffer.from(`key of ${name}`),
});

let folder = '';
let storage: Storage;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kloset-store-'));
  storage = await openStorage(folder);
});
afterEach(async () => {
  await storage.close();
  await rm(folder, { recursive: true });
});

async function names(): Promise<string[]> {
  const all: string[] = [];
  for await (const { name } of storage.list('')) all.push(name);
  return all;
}

describe('a store', () => {
  it('is made with its keys, and opens as what was made', async () => {
    const made = await createStore(storage, id('a'), [keyFile('one'), keyFile('two')], new Date(0));
    expect(made).toMatchObject({ id: id('a'), created: '1970-01-01T00:00:00.000Z' });
    expect(await openStore(storage)).toMatchObject({ id: made.id, created: made.created });
    expect(await names()).toEqual([
      'keys/one-0123456789abcdef.age',
      'keys/two-0123456789abcdef.age',
      'kloset.json',
    ]);
  });

  it('has its keys before it is one: without its last file there is none', async () => {
    const order: string[] = [];
    const watched: Storage = {
      ...bound(storage),
      put: (name, parts) => {
        order.push(name);
        return storage.put(name, parts);
      },
    };
    await createStore(watched, id('a'), [keyFile('one'), keyFile('two')]);
    expect(order.at(-1)).toBe('kloset.json');
    await storage.delete('kloset.json');
    expect(await codeOf(() => openStore(storage))).toBe('store.not-a-store');
  });

  it('is not made where there is one, or the clusters of one, and what is there stays as it is', async () => {
    await createStore(storage, id('a'), [keyFile('one')]);
    const before = await storage.get('kloset.json');
    expect(await codeOf(() => createStore(storage, id('b'), [keyFile('two')]))).toBe('store.exists');
    expect((await storage.get('kloset.json')).equals(before)).toBe(true);
    expect(await names()).toEqual(['keys/one-0123456789abcdef.age', 'kloset.json']);

    await storage.delete('kloset.json');
    await storage.put(`clusters/${id('c')}/config/00000001`, Buffer.from('x'));
    expect(await codeOf(() => createStore(storage, id('b'), [keyFile('two')]))).toBe('store.exists');
  });

  it('is made once by several who make one in the same place, and only the winner’s keys stay', async () => {
    const makers = ['a', 'b', 'c', 'd'];
    const results = await Promise.allSettled(
      makers.map((each) => createStore(storage, id(each), [keyFile(each)])),
    );
    const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(won).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'store.exists' });
    const winner = won[0]!.id[0]!;
    expect((await openStore(storage)).id).toBe(id(winner));
    expect(await names()).toEqual([`keys/${winner}-0123456789abcdef.age`, 'kloset.json']);
  });

  it('is one’s own when the answer to its last write was lost and the write was made again', async () => {
    const forgetful: Storage = {
      ...bound(storage),
      put: async (name, parts) => {
        await storage.put(name, parts);
        return storage.put(name, parts);
      },
    };
    await createStore(forgetful, id('a'), [keyFile('one')]);
    expect(await names()).toEqual(['keys/one-0123456789abcdef.age', 'kloset.json']);
  });

  it('leaves no key behind when it could not be made, and tells why', async () => {
    const full: Storage = {
      ...bound(storage),
      put: (name, parts) =>
        name.startsWith('keys/one') ? storage.put(name, parts) : Promise.reject(new Error(`full at ${name}`)),
    };
    await expect(createStore(full, id('a'), [keyFile('one')])).rejects.toThrow('full at kloset.json');
    expect(await names()).toEqual([]);
    await expect(createStore(full, id('a'), [keyFile('one'), keyFile('two')])).rejects.toThrow(
      'full at keys',
    );
    expect(await names()).toEqual([]);
    full.delete = () => Promise.reject(new Error('not allowed'));
    await expect(createStore(full, id('a'), [keyFile('one')])).rejects.toThrow('full at kloset.json');
  });

  it('keeps its keys when the last write failed and may have been done, or nobody can tell', async () => {
    const broken: Storage = {
      ...bound(storage),
      put: async (name, parts) => {
        await storage.put(name, parts);
        if (name === 'kloset.json') throw new Error('no answer');
        return 'created';
      },
    };
    await expect(createStore(broken, id('a'), [keyFile('one')])).rejects.toThrow('no answer');
    expect(await names()).toEqual(['keys/one-0123456789abcdef.age', 'kloset.json']);
    await storage.delete('kloset.json');
    let asked = 0;
    const silent: Storage = {
      ...broken,
      stat: (name) =>
        asked++ === 0 ? storage.stat(name) : Promise.reject(new Error('no answer to this either')),
    };
    await expect(createStore(silent, id('a'), [keyFile('two')])).rejects.toThrow('no answer');
    expect(await names()).toContain('keys/two-0123456789abcdef.age');
  });

  it('is none in an empty place, in one with something else, or where kloset.json is not what it should be', async () => {
    expect(await codeOf(() => openStore(storage))).toBe('store.not-a-store');
    await storage.put('other.json', Buffer.from('{}'));
    expect(await codeOf(() => openStore(storage))).toBe('store.not-a-store');
    await storage.put('kloset.json', Buffer.from('{}'));
    expect(await codeOf(() => openStore(storage))).toBe('object.rotten');
  });

  it('is not looked for in a file that would fill memory', async () => {
    await storage.put('kloset.json', Buffer.alloc(100_000, ' '));
    expect(await codeOf(() => openStore(storage))).toBe('object.rotten');
  });
});

/** The methods of a storage as properties, to be put together with others. */
function bound(real: Storage): Storage {
  return {
    url: real.url,
    capabilities: real.capabilities,
    put: (...args) => real.put(...args),
    get: (...args) => real.get(...args),
    stat: (...args) => real.stat(...args),
    list: (...args) => real.list(...args),
    folders: (...args) => real.folders(...args),
    delete: (...args) => real.delete(...args),
    now: () => real.now(),
    close: () => real.close(),
  };
}
