import { open, readFile } from 'node:fs/promises';
import { hashApiKey, newApiKey, type ApiKeyConfig } from '@etcd-kloset/platform';
import { type StateFolder } from '../state/state-folder.ts';

/** The API key of whoever started this: an admin's, in a file that only they can read. */
export interface FirstKey {
  readonly config: ApiKeyConfig;
  readonly file: string;
  /** Known only when this start made it. */
  readonly token: string | undefined;
}

const NAME = 'first';

export async function openFirstKey(state: StateFolder): Promise<FirstKey> {
  const file = state.file('api-key');
  const found = await readFile(file, 'utf8').then(
    (text) => text.trim(),
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    },
  );
  if (found !== '') return { config: adminKey(hashApiKey(found)), file, token: undefined };
  const { token, hash } = newApiKey(NAME);
  const handle = await open(file, 'w', 0o600);
  try {
    await handle.writeFile(`${token}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { config: adminKey(hash), file, token };
}

function adminKey(hash: string): ApiKeyConfig {
  return { name: NAME, role: 'admin', hash, clusters: undefined };
}
