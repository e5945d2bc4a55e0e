import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import path from 'node:path';

/**
 * Opens a new file that nobody else can open: it is unlinked at once, so that nothing is left of it however
 * the process ends. The caller closes the descriptor.
 */
export function openPrivateFile(folder: string): number {
  const own = mkdtempSync(path.join(folder, 'etcd-kloset-'));
  const file = path.join(own, 'spool');
  let fd: number | undefined;
  try {
    fd = openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
    rmSync(own, { recursive: true });
    return fd;
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    rmSync(own, { recursive: true, force: true });
    throw error;
  }
}
