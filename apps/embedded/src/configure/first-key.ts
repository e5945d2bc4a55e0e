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
  const { file, found } = await readKey(state);
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

export interface FormerKey {
  readonly file: string;
  /** What the configuration would say to have it valid. */
  readonly hash: string;
}

/** Whoever names API keys means these and no other: a key that lies in a folder is not to open the door beside them. */
export async function formerKeyOf(
  state: StateFolder,
  keys: readonly Pick<ApiKeyConfig, 'hash'>[],
): Promise<FormerKey | undefined> {
  const { file, found } = await readKey(state);
  const hash = hashApiKey(found);
  return found === '' || keys.some((key) => key.hash === hash) ? undefined : { file, hash };
}

async function readKey(state: StateFolder): Promise<{ readonly file: string; readonly found: string }> {
  const file = state.file('api-key');
  try {
    return { file, found: (await readFile(file, 'utf8')).trim() };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { file, found: '' };
    throw error;
  }
}

function adminKey(hash: string): ApiKeyConfig {
  return { name: NAME, role: 'admin', hash, clusters: undefined };
}
