import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
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

/** Writes all of `bytes` at `position`. */
export function writeFully(fd: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(fd, bytes, done, bytes.length - done, position + done);
  }
}

/** Fills `into` from `position` on; what was written there must be all of it. */
export function readFully(fd: number, into: Uint8Array, position: number): void {
  for (let done = 0; done < into.length;) {
    const got = readSync(fd, into, done, into.length - done, position + done);
    if (got === 0) throw new Error('a private file is shorter than what was written to it');
    done += got;
  }
}
