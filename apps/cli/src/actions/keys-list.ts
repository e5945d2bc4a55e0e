import { describeError } from '@etcd-kloset/errors';
import {
  checkKeyFile,
  keyFileKinds,
  labelOfKeyFile,
  openStore,
  readKeyFiles,
  type KeyFileKind,
  type NamedKeyFile,
} from '@etcd-kloset/kloset';
import { type Action } from '../commands/command.ts';
import { type keysListOptions } from '../commands/keys.ts';
import { plural } from '../output/format.ts';
import { formatTable } from '../output/table.ts';
import { withStorage } from '../store/opened-storage.ts';

export interface ListedKeyFile {
  readonly name: string;
  readonly label: string | undefined;
  readonly kinds: readonly KeyFileKind[];
  /** Why it cannot be used; undefined for a sound one. */
  readonly damage: string | undefined;
}

const KINDS: Readonly<Record<KeyFileKind, string>> = {
  passphrase: 'a passphrase',
  hybrid: 'an identity (post-quantum)',
  x25519: 'an identity (classic)',
  other: 'something else (use the age command)',
};

export const keysList: Action<typeof keysListOptions> = async ({ options, report, signal }) => {
  const files = await withStorage(options.store, { report, signal }, async (storage) => {
    await openStore(storage);
    return (await readKeyFiles(storage, signal)).map(inspectKeyFile);
  });
  for (const { damage } of files) if (damage !== undefined) report.warn(damage);
  report.answer(
    files.map(({ name, label, kinds, damage }) => ({
      name,
      label: label ?? null,
      kinds,
      postQuantum: !kinds.includes('x25519'),
      sound: damage === undefined,
    })),
    () =>
      formatTable(
        [{ title: 'KEYFILE' }, { title: 'OPENS WITH' }, { title: 'STATE' }],
        files.map(({ name, kinds, damage }) => [
          name,
          kinds.map((kind) => KINDS[kind]).join(', ') || '-',
          damage === undefined ? 'sound' : 'DAMAGED',
        ]),
      ),
  );
  const damaged = files.filter(({ damage }) => damage !== undefined).length;
  if (files.length === 0) report.warn('the store has no key file: nobody can restore from it');
  else if (damaged > 0) report.warn(`${plural(damaged, 'key file')} cannot be used`);
  return files.length === 0 || damaged > 0 ? 1 : 0;
};

export function inspectKeyFile(file: NamedKeyFile): ListedKeyFile {
  const label = labelOfKeyFile(file.name);
  try {
    checkKeyFile(file.name, file.bytes);
    return { name: file.name, label, kinds: keyFileKinds(file), damage: undefined };
  } catch (error) {
    return { name: file.name, label, kinds: [], damage: describeError(error) };
  }
}
