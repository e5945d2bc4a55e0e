import { infosOf } from '../check.ts';
import { StorageError } from '../../storage-error.ts';
import { type ObjectInfo } from '../../storage.ts';
import { type Fault, listing, notFound } from './fault.ts';

export const listFaults: readonly Fault[] = [
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
];
