import { existsSync } from 'node:fs';
import { appendFile, chmod, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Check, conformanceChecks, runCheck } from './conformance.ts';
import { infosOf } from './conformance/check.ts';
import { type LocalPlace, localPlace } from './local/testing/local-place.ts';
import { StorageError } from './storage-error.ts';
import { type ObjectInfo, type Storage } from './storage.ts';

/**
 * The suite is itself tested: against storages that are sound but for one fault each. A check that no fault can
 * make fail would prove nothing.
 */
interface Fault {
  /** What the broken storage does wrong. */
  readonly does: string;
  /** A part of the title of a check that must find it. */
  readonly foundBy: string;
  readonly broken: (storage: Storage, place: LocalPlace) => Storage;
}

const claimed = { durableFolders: true, exclusivePut: true, readOnlyObjects: true };

const notFound = (): StorageError => new StorageError('storage.not-found', 'It is not there.');

function join(parts: Uint8Array | readonly Uint8Array[]): Buffer {
  return Buffer.concat(parts instanceof Uint8Array ? [parts] : parts);
}

function listing(
  storage: Storage,
  change: (infos: ObjectInfo[], prefix: string) => Iterable<ObjectInfo> | Promise<Iterable<ObjectInfo>>,
): Storage {
  return {
    ...storage,
    async *list(prefix, options) {
      options?.signal?.throwIfAborted();
      yield* await change(await infosOf(storage, prefix), prefix);
    },
  };
}

const faults: readonly Fault[] = [
  {
    does: 'overwrites',
    foundBy: 'never overwrites',
    broken: (storage, { root }) => ({
      ...storage,
      async put(name, parts, options) {
        const outcome = await storage.put(name, parts, options);
        if (outcome === 'exists') {
          await chmod(path.join(root, name), 0o644);
          await writeFile(path.join(root, name), join(parts));
        }
        return outcome;
      },
    }),
  },
  {
    does: 'looks first and puts then',
    foundBy: 'exactly one of twenty clients',
    broken: (storage, { root }) => ({
      ...storage,
      async put(name, parts, options) {
        if ((await storage.stat(name)) !== undefined) return 'exists';
        if ((await storage.put(name, parts, options)) === 'exists') {
          await chmod(path.join(root, name), 0o644);
          await writeFile(path.join(root, name), join(parts));
        }
        return 'created';
      },
    }),
  },
  {
    does: 'tells everybody that they created it',
    foundBy: 'exactly one of twenty puts of one client',
    broken: (storage) => ({
      ...storage,
      async put(...args) {
        await storage.put(...args);
        return 'created';
      },
    }),
  },
  {
    does: 'writes in place',
    foundBy: 'shows no reader a part',
    broken: (storage, { root }) => ({
      ...storage,
      async put(name, parts, options) {
        const bytes = join(parts);
        await storage.put(name, bytes.subarray(0, 10), options);
        await chmod(path.join(root, name), 0o644);
        await appendFile(path.join(root, name), bytes.subarray(10));
        return 'created';
      },
    }),
  },
  {
    does: 'leaves a part when it is aborted',
    foundBy: 'leaves the whole object or nothing when aborted',
    broken: (storage) => ({
      ...storage,
      async put(name, parts, options) {
        try {
          return await storage.put(name, parts, options);
        } catch (error) {
          await storage.put(name, join(parts).subarray(0, 1000));
          throw error;
        }
      },
    }),
  },
  {
    does: 'does not heed a signal',
    foundBy: 'does nothing when aborted beforehand',
    broken: (storage) => ({ ...storage, put: (name, parts) => storage.put(name, parts) }),
  },
  {
    does: 'writes the first part only',
    foundBy: 'joins parts in order',
    broken: (storage) => ({
      ...storage,
      put: (name, parts, options) =>
        storage.put(name, parts instanceof Uint8Array ? parts : parts.slice(0, 1024), options),
    }),
  },
  {
    does: 'writes the whole memory that a part lies in',
    foundBy: 'joins parts in order',
    broken: (storage) => ({
      ...storage,
      put: (name, parts, options) =>
        storage.put(
          name,
          (parts instanceof Uint8Array ? [parts] : parts).map((part, at) =>
            at === 5 ? new Uint8Array(part.buffer) : part,
          ),
          options,
        ),
    }),
  },
  {
    does: 'wipes the memory it was lent',
    foundBy: 'leaves the caller its parts unchanged',
    broken: (storage) => ({
      ...storage,
      async put(name, parts, options) {
        const outcome = await storage.put(name, parts, options);
        for (const part of parts instanceof Uint8Array ? [parts] : parts) part.fill(0);
        return outcome;
      },
    }),
  },
  {
    does: 'loses empty objects',
    foundBy: 'keeps empty objects',
    broken: (storage) => ({
      ...storage,
      put: async (name, parts, options) =>
        join(parts).byteLength === 0 ? 'created' : storage.put(name, parts, options),
    }),
  },
  {
    does: 'flips a bit of a large object',
    foundBy: 'keeps an object of 64 MiB whole',
    broken: (storage) => ({
      ...storage,
      async get(...args) {
        const bytes = await storage.get(...args);
        if (bytes.byteLength > 50_000_000) bytes[50_000_000]! ^= 1;
        return bytes;
      },
    }),
  },
  {
    does: 'takes a name with capitals',
    foundBy: 'refuses odd names',
    broken: (storage) => ({
      ...storage,
      put: (name, parts, options) => storage.put(name.toLowerCase(), parts, options),
    }),
  },
  {
    does: 'lists by any prefix',
    foundBy: 'refuses a prefix',
    broken: (storage) => ({
      ...storage,
      async *list(prefix, options) {
        for await (const info of storage.list('', options)) if (info.name.startsWith(prefix)) yield info;
      },
    }),
  },
  {
    does: 'cuts names short',
    foundBy: 'of the greatest lengths',
    broken: (storage) => ({
      ...storage,
      put: (name, parts, options) => storage.put(name.slice(0, 500), parts, options),
      get: (name, range, options) => storage.get(name.slice(0, 500), range, options),
    }),
  },
  {
    does: 'leaves objects writable',
    foundBy: 'without permission to write',
    broken: (storage, { root }) => ({
      ...storage,
      async put(name, parts, options) {
        const outcome = await storage.put(name, parts, options);
        await chmod(path.join(root, name), 0o644);
        return outcome;
      },
    }),
  },
  {
    does: 'claims less than was expected',
    foundBy: 'claims the capabilities',
    broken: (storage) => ({ ...storage, capabilities: { ...claimed, durableFolders: false } }),
  },
  {
    does: 'shows its password',
    foundBy: 'no password in it',
    broken: (storage) => ({ ...storage, url: 'sftp://alice:secret@host/path' }),
  },
  {
    does: 'gives fewer bytes when the range goes past the end',
    foundBy: 'refuses a range',
    broken: (storage) => ({
      ...storage,
      async get(name, range, options) {
        const whole = await storage.get(name, undefined, options);
        return range === undefined ? whole : whole.subarray(range.offset, range.offset + range.length);
      },
    }),
  },
  {
    does: 'takes a length of zero for no bound',
    foundBy: 'the last ones, all and none',
    broken: (storage) => ({
      ...storage,
      get: (name, range, options) => storage.get(name, range?.length === 0 ? undefined : range, options),
    }),
  },
  {
    does: 'takes a length for an end',
    foundBy: 'the last ones, all and none',
    broken: (storage) => ({
      ...storage,
      get: (name, range, options) =>
        storage.get(
          name,
          range && { offset: range.offset, length: Math.max(0, range.length - range.offset) },
          options,
        ),
    }),
  },
  {
    does: 'gives everything whatever room there is',
    foundBy: 'no more than the caller has room for',
    broken: (storage) => ({ ...storage, get: (name, range) => storage.get(name, range) }),
  },
  {
    does: 'gives an empty object for one that is not there',
    foundBy: 'says not-found',
    broken: (storage) => ({
      ...storage,
      get: async (...args) => storage.get(...args).catch(() => Buffer.alloc(0)),
    }),
  },
  {
    does: 'gives the same buffer to all',
    foundBy: 'a buffer of its own',
    broken: (storage) => {
      const cache = new Map<string, Buffer>();
      return {
        ...storage,
        async get(name) {
          const bytes = cache.get(name) ?? (await storage.get(name));
          cache.set(name, bytes);
          return bytes;
        },
      };
    },
  },
  {
    does: 'gives new objects the time of an old one',
    foundBy: 'knows size and time',
    broken: (storage) => ({
      ...storage,
      async stat(...args) {
        const info = await storage.stat(...args);
        return info && { ...info, modified: new Date(0) };
      },
    }),
  },
  {
    does: 'remembers what is not there',
    foundBy: 'gives back what was put',
    broken: (storage) => {
      const known = new Set<string>();
      return {
        ...storage,
        async put(name, parts, options) {
          known.add(name);
          return storage.put(name, parts, options);
        },
        get: async (name, range, options) => {
          if (!known.has(name)) throw notFound();
          return storage.get(name, range, options);
        },
      };
    },
  },
  {
    does: 'fails to list a folder that is not there',
    foundBy: 'lists nothing where nothing is',
    broken: (storage) =>
      listing(storage, (infos) => {
        if (infos.length === 0) throw notFound();
        return infos;
      }),
  },
  {
    does: 'fails when an object goes that was about to be listed',
    foundBy: 'lists on while objects come and go',
    broken: (storage) => ({
      ...storage,
      async *list(prefix, options) {
        for (const info of await infosOf(storage, prefix)) {
          if ((await storage.stat(info.name, options)) === undefined) throw notFound();
          yield info;
        }
      },
    }),
  },
  {
    does: 'lists in another order',
    foundBy: 'sorts by the bytes',
    broken: (storage) =>
      listing(storage, (infos) => infos.sort((one, other) => one.name.localeCompare(other.name))),
  },
  {
    does: 'sorts folder by folder',
    foundBy: 'sorts by the bytes',
    broken: (storage) =>
      listing(storage, (infos) => {
        const key = ({ name }: ObjectInfo): string => name.replaceAll('/', '\0');
        return infos.sort((one, other) => (key(one) < key(other) ? -1 : 1));
      }),
  },
  {
    does: 'lists what only begins like the prefix',
    foundBy: 'not what only begins like it',
    broken: (storage) => ({
      ...storage,
      async *list(prefix, options) {
        for await (const info of storage.list('', options)) {
          if (info.name.startsWith(prefix.slice(0, -1))) yield info;
        }
      },
    }),
  },
  {
    does: 'lists the first thousand',
    foundBy: 'lists thousands',
    broken: (storage) => listing(storage, (infos) => infos.slice(0, 1000)),
  },
  {
    does: 'begins the second thousand with the last of the first',
    foundBy: 'lists thousands',
    broken: (storage) => listing(storage, (infos) => infos.toSpliced(1000, 0, ...infos.slice(999, 1000))),
  },
  {
    does: 'does not look below the first level',
    foundBy: 'not what only begins like it',
    broken: (storage) =>
      listing(storage, (infos, prefix) =>
        infos.filter(({ name }) => !name.slice(prefix.length).includes('/')),
      ),
  },
  {
    does: 'names objects among the folders',
    foundBy: 'names the folders directly below a prefix',
    broken: (storage) => ({
      ...storage,
      async folders(prefix) {
        const rests = (await infosOf(storage, prefix)).map(({ name }) => name.slice(prefix.length));
        return [...new Set(rests.map((rest) => rest.split('/', 1)[0]!))].sort();
      },
    }),
  },
  {
    does: 'gives folders in the order in which their objects are listed',
    foundBy: 'names the folders directly below a prefix',
    broken: (storage) => ({
      ...storage,
      async folders(prefix) {
        const rests = (await infosOf(storage, prefix)).map(({ name }) => name.slice(prefix.length));
        return [...new Set(rests.filter((rest) => rest.includes('/')).map((rest) => rest.split('/', 1)[0]!))];
      },
    }),
  },
  {
    does: 'lists without sizes',
    foundBy: 'what stat gives',
    broken: (storage) => listing(storage, (infos) => infos.map((info) => ({ ...info, size: 0 }))),
  },
  {
    does: 'lists what is half written',
    foundBy: 'shows no reader a part',
    broken: (storage, { root }) =>
      listing(storage, async (infos, prefix) => {
        const half = await readFile(path.join(root, 'watched/00')).catch(() => undefined);
        return half === undefined
          ? infos
          : [...infos, { name: `${prefix}zz`, size: 5, modified: new Date() }];
      }),
  },
  {
    does: 'deletes nothing',
    foundBy: 'removes an object for every client',
    broken: (storage) => ({ ...storage, delete: () => Promise.resolve() }),
  },
  {
    does: 'deletes what begins alike',
    foundBy: 'removes an object for every client',
    broken: (storage) => ({
      ...storage,
      async delete(name) {
        for (const info of await infosOf(storage, '')) {
          if (info.name.startsWith(name)) await storage.delete(info.name);
        }
      },
    }),
  },
  {
    does: 'forgets to delete when it is asked too much at once',
    foundBy: 'deletes many at once',
    broken: (storage) => {
      let asked = 0;
      return {
        ...storage,
        async delete(name, options) {
          asked += 1;
          if (asked <= 100) await storage.delete(name, options);
          asked -= 1;
        },
      };
    },
  },
  {
    does: 'fails to delete what is not there',
    foundBy: 'fine to delete what is not there',
    broken: (storage) => ({
      ...storage,
      async delete(name, options) {
        if ((await storage.stat(name, options)) === undefined) throw notFound();
        await storage.delete(name, options);
      },
    }),
  },
  {
    does: 'keeps a deleted name for ever',
    foundBy: 'gives a name free again',
    broken: (storage) => {
      const deleted = new Set<string>();
      return {
        ...storage,
        put: async (name, parts, options) =>
          deleted.has(name) ? 'exists' : storage.put(name, parts, options),
        async delete(name, options) {
          deleted.add(name);
          await storage.delete(name, options);
        },
      };
    },
  },
  {
    does: 'works on when it is closed',
    foundBy: 'refuses what comes later',
    broken: (storage) => ({ ...storage, close: () => Promise.resolve() }),
  },
  {
    does: 'is closed before all is done',
    foundBy: 'finishes what is under way',
    broken: (storage) => ({
      ...storage,
      async put(...args) {
        await sleep(50);
        return storage.put(...args);
      },
      close: () => Promise.resolve(),
    }),
  },
  {
    does: 'holds a connection for as long as a listing is read',
    foundBy: 'can be left early',
    broken: (storage) => {
      let open = 0;
      return {
        ...storage,
        async *list(prefix, options) {
          open += 1;
          if (open > 16) throw new StorageError('storage.busy', 'No connection is free.');
          try {
            yield* storage.list(prefix, options);
          } finally {
            open -= 1;
          }
        },
      };
    },
  },
  {
    does: 'fails when much is asked at once',
    foundBy: 'takes hundreds of requests',
    broken: (storage) => {
      let open = 0;
      return {
        ...storage,
        async get(...args) {
          open += 1;
          try {
            if (open > 100) throw new StorageError('storage.busy', 'Too many open files.');
            return await storage.get(...args);
          } finally {
            open -= 1;
          }
        },
      };
    },
  },
];

function checkTitled(part: string): Check {
  const found = Object.values(conformanceChecks)
    .flat()
    .filter((check) => check.title.includes(part));
  if (found.length !== 1) throw new Error(`${found.length} checks are titled ${part}`);
  return found[0]!;
}

/** Where flushing costs nothing, if there is such a place: this is about the suite, not about the disk. */
const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

describe('the conformance suite', () => {
  it('has a fault below for each check that starts no process of its own', () => {
    const unproven = Object.values(conformanceChecks)
      .flat()
      .map(({ title }) => title)
      .filter((title) => !faults.some(({ foundBy }) => title.includes(foundBy)));
    expect(unproven.sort()).toEqual([
      'lets exactly one of two processes create each object',
      'shows only whole objects to those who read while a writer works',
      'shows only whole objects, and all that were acknowledged, when writers are killed in mid-put',
      'takes an object again whose put was cut off',
    ]);
  });

  it('finds nothing wrong with a sound storage, by the same means', async () => {
    for (const title of new Set(faults.map(({ foundBy }) => foundBy))) {
      await runCheck(checkTitled(title), () => localPlace(memory), claimed);
    }
  }, 120_000);

  it.each(faults)(
    'fails a storage that $does',
    async ({ foundBy, broken }) => {
      const check = checkTitled(foundBy);
      const factory = async (): Promise<LocalPlace> => {
        const place = await localPlace(memory);
        return { ...place, open: async () => broken(await place.open(), place) };
      };
      await expect(runCheck(check, factory, claimed)).rejects.toThrow();
    },
    120_000,
  );
});
