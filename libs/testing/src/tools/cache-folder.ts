import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';

/** Where downloaded and built tools are kept, outside the repository: they outlive a clone. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const given = env['ETCD_KLOSET_DEV_CACHE'];
  if (given !== undefined && given !== '') return path.resolve(given);
  const xdg = env['XDG_CACHE_HOME'];
  const base = xdg !== undefined && path.isAbsolute(xdg) ? xdg : path.join(homedir(), '.cache');
  return path.join(base, 'etcd-kloset-dev');
}

/**
 * Gives `cache/name`, made by `build` when it is not there yet.
 *
 * `build` fills a folder of its own that is renamed when it is complete, so a folder under its final
 * name is always whole, and of two processes that build at once the first one wins.
 */
export async function buildOnce(
  name: string,
  build: (folder: string) => Promise<void>,
  cache: string = cacheFolder(),
): Promise<string> {
  const folder = path.join(cache, name);
  if (existsSync(folder)) return folder;
  const unfinished = path.join(cache, `.unfinished-${name}-${randomUUID()}`);
  await mkdir(unfinished, { recursive: true });
  try {
    await build(unfinished);
    await rename(unfinished, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return folder;
}
