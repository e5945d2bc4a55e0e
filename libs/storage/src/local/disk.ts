import fs, { type Stats, constants } from 'node:fs';
import { type FileHandle, link, mkdir, open, opendir, rmdir, unlink } from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * The system calls that the local backend rests on, with nothing added: failures come as the system gives them.
 * They stand apart so that a test can watch their order, and cut the power between any two of them.
 */
export interface Disk {
  /** Makes a private file that was not there, for writing. */
  create(path: string): Promise<DiskFile>;
  /** Opens for reading; a link is refused (ELOOP), and neither a pipe nor a device makes it wait. */
  open(path: string): Promise<DiskFile>;
  /** A second name for a file. Fails with EEXIST when the name is taken, by whatever it may be. */
  link(existing: string, path: string): Promise<void>;
  unlink(path: string): Promise<void>;
  makeFolder(path: string, mode: number): Promise<void>;
  /** Fails when the folder is not empty. */
  removeFolder(path: string): Promise<void>;
  /** Flushes which names the folder holds. */
  syncFolder(path: string): Promise<void>;
  /** As `ReadFolder` gives it: folders with a slash behind; neither links nor devices. */
  readFolder(path: string): Promise<string[]>;
  /** Does not follow a link. */
  lstat(path: string): Promise<Stats>;
  /** Follows links. */
  stat(path: string): Promise<Stats>;
}

export type DiskFile = Pick<FileHandle, 'writev' | 'chmod' | 'sync' | 'stat' | 'read' | 'close'>;

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** Names read from a folder by one system call's worth of work; more only costs memory. */
const namesAtOnce = 512;

export const systemDisk: Disk = {
  create: (path) => open(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600),
  open: (path) => open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK),
  link,
  unlink,
  async makeFolder(path, mode) {
    await mkdir(path, { mode });
  },
  removeFolder: rmdir,
  async syncFolder(path) {
    const folder = await open(path, O_RDONLY | O_DIRECTORY);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
  async readFolder(path) {
    const names: string[] = [];
    for await (const entry of await opendir(path, { bufferSize: namesAtOnce })) {
      if (entry.isFile()) names.push(entry.name);
      else if (entry.isDirectory()) names.push(`${entry.name}/`);
    }
    return names;
  },
  // The callback's form costs a third less than the promise's: a listing asks once for every object.
  lstat: promisify(fs.lstat),
  stat: promisify(fs.stat),
};
