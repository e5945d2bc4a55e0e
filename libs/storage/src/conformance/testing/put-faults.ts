import { appendFile, chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StorageError } from '../../storage-error.ts';
import { type Fault, claimed, join, listing, notFound } from './fault.ts';

export const putFaults: readonly Fault[] = [
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
