import { z } from 'zod';
import { storeName } from '@etcd-kloset/jobs';
import { destinationKindOf } from '../destination-kind.ts';
import { filePath, text } from './scalars.ts';

export const storeKey = z
  .string()
  .refine(
    (name) => storeName.safeParse(name).success,
    'is no name for a store: up to 40 lower-case letters, digits and hyphens',
  );

export const storesSchema = z
  .record(
    storeKey,
    z.strictObject({
      url: text({
        problemOf: (url) =>
          destinationKindOf(url) === undefined
            ? 'is neither a folder nor a URL with file:, s3: or sftp:'
            : undefined,
      }).meta({
        description: 'Where the store is: a folder, or a URL.',
        examples: ['/srv/backups/etcd', 'file:///srv/backups/etcd'],
      }),
      writerKeyFile: filePath()
        .optional()
        .meta({ description: 'A writer key (`etcd-kloset keys writer`): backs up and lists.' }),
      identityFile: filePath().optional().meta({
        description:
          "The owner's age identity, for what decrypts: only where the API is to restore and browse.",
      }),
      passphraseFile: filePath().optional().meta({
        description: "The owner's passphrase, in the first line of the file, instead of an identity.",
      }),
    }),
  )
  .meta({ description: 'Stores by name. Each was made with `etcd-kloset init`.' });
