import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

function succeeds(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** A file system in memory. */
export interface SmallDisk {
  readonly folder: string;
  remove(): void;
}

/** Undefined where none can be mounted: that takes root. */
export function mountSmallDisk(mebibytes: number): SmallDisk | undefined {
  const folder = mkdtempSync(path.join(tmpdir(), 'etcd-kloset-disk-'));
  if (!succeeds('mount', '-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder)) {
    rmdirSync(folder);
    return undefined;
  }
  return {
    folder,
    remove() {
      // Lazily: a descriptor of an unlinked file may still be on its way out.
      succeeds('umount', '-l', folder);
      rmdirSync(folder);
    },
  };
}
