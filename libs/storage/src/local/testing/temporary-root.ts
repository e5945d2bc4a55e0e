import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { temporaryFolderName } from '../place.ts';

/** A new folder for each test of the file it is called in. */
export function temporaryRoot(): { readonly path: string } {
  const root = { path: '' };
  beforeEach(async () => {
    root.path = await mkdtemp(path.join(tmpdir(), 'kloset-local-'));
  });
  afterEach(() => rm(root.path, { recursive: true, force: true }));
  return root;
}

/** Temporary files that lie in the store now. */
export async function leftBehind(root: string): Promise<string[]> {
  try {
    return await readdir(path.join(root, temporaryFolderName));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
