import path from 'node:path';
import { openFileUrl } from './local/file-url.ts';
import { openLocal } from './local/open-local.ts';
import { redactUrl } from './redact-url.ts';
import { type Storage } from './storage.ts';
import { StorageError } from './storage-error.ts';

export interface OpenOptions {
  /** Make the place when it is not there, as `init` does. Default: false. */
  readonly create?: boolean | undefined;
}

interface Backend {
  /** How an address looks, for the message that lists what is supported. */
  readonly example: string;
  open(url: string, options: OpenOptions): Promise<Storage>;
}

/** One entry for each scheme, without its colon. A backend with heavy dependencies imports them in `open`. */
const backends: Readonly<Record<string, Backend>> = {
  file: { example: 'file:///srv/backups/etcd', open: openFileUrl },
};

/** Two letters at least, so that a drive's letter is not taken for one. */
const schemePattern = /^([a-z][a-z0-9+.-]+):/i;

/**
 * Opens the place where a store lives: a plain path or a URL.
 *
 * Throws `storage.bad-url`, `storage.unknown-scheme`, `storage.missing` (nothing there and not told to create it),
 * `storage.not-a-folder`, `storage.no-hard-links` (told to create it where objects could not be put safely).
 */
export async function openStorage(url: string, options: OpenOptions = {}): Promise<Storage> {
  if (url === '' || url.includes('\0')) {
    throw new StorageError('storage.bad-url', 'The address of the store is empty or has a zero byte in it.', {
      advice: `Give a folder, or a URL such as ${examples()}.`,
    });
  }
  const scheme = schemePattern.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) return openLocal(path.resolve(url), options);

  const backend = Object.hasOwn(backends, scheme) ? backends[scheme] : undefined;
  if (backend === undefined) {
    throw new StorageError(
      'storage.unknown-scheme',
      `A store cannot live at ${redactUrl(url)}: nothing here serves ${scheme}:.`,
      {
        advice: `Supported are a plain path and ${examples()}. If you mean a folder of that name, write ./ in front.`,
      },
    );
  }
  return backend.open(url, options);
}

function examples(): string {
  return Object.values(backends)
    .map((backend) => backend.example)
    .join(', ');
}
