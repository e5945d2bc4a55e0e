import { fileURLToPath } from 'node:url';
import { type OpenOptions } from '../open-storage.ts';
import { redactUrl } from '../redact-url.ts';
import { type Storage } from '../storage.ts';
import { StorageError } from '../storage-error.ts';
import { openLocal } from './open-local.ts';

export async function openFileUrl(url: string, options: OpenOptions): Promise<Storage> {
  return openLocal(pathOfFileUrl(url), options);
}

/**
 * The absolute path that a file URL names. Whatever the URL parser would silently drop or repair is refused:
 * a backup must not land in a folder that nobody wrote down.
 */
export function pathOfFileUrl(url: string): string {
  if (!/^file:\/\/\//i.test(url)) {
    throw badFileUrl(url, 'Write file:/// and an absolute path, or just the path.');
  }
  if (/[?#]/.test(url)) {
    throw badFileUrl(
      url,
      'Write ? as %3F and # as %23 when they are part of the path, or give the plain path.',
    );
  }
  let path: string;
  try {
    path = fileURLToPath(url);
  } catch (cause) {
    throw badFileUrl(url, 'Give the plain path instead.', cause);
  }
  if (path.includes('\0')) throw badFileUrl(url, 'A path cannot have a zero byte in it.');
  return path.length > 1 && path.endsWith('/') ? path.replace(/\/+$/, '') : path;
}

function badFileUrl(url: string, advice: string, cause?: unknown): StorageError {
  return new StorageError('storage.bad-url', `${redactUrl(url)} does not name a folder on this machine.`, {
    advice,
    cause,
  });
}
