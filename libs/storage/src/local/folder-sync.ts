import { hasSystemCode } from './system-code.ts';

/**
 * Flushes folders, each at most once at a time. Whoever asks while a flush runs shares the next one with all who
 * came meanwhile: the running one may have begun before their change and proves nothing for it.
 */
export function createFolderSync(
  syncFolder: (folder: string) => Promise<void>,
): (folder: string) => Promise<void> {
  const running = new Map<string, Promise<void>>();
  const queued = new Map<string, Promise<void>>();

  function start(folder: string): Promise<void> {
    const flush = syncFolder(folder).finally(() => running.delete(folder));
    running.set(folder, flush);
    return flush;
  }

  return (folder) => {
    const next = queued.get(folder);
    if (next !== undefined) return next;
    const current = running.get(folder);
    if (current === undefined) return start(folder);

    const startNext = (): Promise<void> => {
      queued.delete(folder);
      return start(folder);
    };
    // Those who wait for the running flush learn of its failure themselves.
    const after = current.then(startNext, startNext);
    queued.set(folder, after);
    return after;
  };
}

/**
 * True when the file system does not know how to flush a folder, as some network and user-space ones; then the
 * promise of durability is the server's alone.
 */
export function cannotSync(error: unknown): boolean {
  return hasSystemCode(error, 'EINVAL', 'ENOTSUP', 'ENOSYS', 'EBADF');
}
