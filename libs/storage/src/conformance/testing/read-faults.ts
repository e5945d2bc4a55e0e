import { infosOf } from '../check.ts';
import { type Fault, notFound } from './fault.ts';

export const readFaults: readonly Fault[] = [
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
];
