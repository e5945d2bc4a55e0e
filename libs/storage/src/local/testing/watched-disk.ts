import { type Disk, type DiskFile, systemDisk } from '../disk.ts';

export type DiskCall = keyof Disk | 'write' | 'chmod' | 'sync' | 'fileStat' | 'read' | 'close';

/** Called before each system call; what it throws is thrown in the call's place. */
export type BeforeCall = (call: DiskCall, path: string) => void | Promise<void>;

/** The real disk, or another, with somebody who looks on, holds it up, or makes it fail. */
export function watchedDisk(before: BeforeCall, disk: Disk = systemDisk): Disk {
  return {
    async create(path) {
      await before('create', path);
      return watchedFile(before, path, await disk.create(path));
    },
    async open(path) {
      await before('open', path);
      return watchedFile(before, path, await disk.open(path));
    },
    async link(existing, path) {
      await before('link', path);
      await disk.link(existing, path);
    },
    async unlink(path) {
      await before('unlink', path);
      await disk.unlink(path);
    },
    async makeFolder(path, mode) {
      await before('makeFolder', path);
      await disk.makeFolder(path, mode);
    },
    async removeFolder(path) {
      await before('removeFolder', path);
      await disk.removeFolder(path);
    },
    async syncFolder(path) {
      await before('syncFolder', path);
      await disk.syncFolder(path);
    },
    async readFolder(path) {
      await before('readFolder', path);
      return disk.readFolder(path);
    },
    async lstat(path) {
      await before('lstat', path);
      return disk.lstat(path);
    },
    async stat(path) {
      await before('stat', path);
      return disk.stat(path);
    },
  };
}

function watchedFile(before: BeforeCall, path: string, file: DiskFile): DiskFile {
  const watched = {
    async writev(parts: Uint8Array[]) {
      await before('write', path);
      return file.writev(parts);
    },
    async chmod(mode: number) {
      await before('chmod', path);
      await file.chmod(mode);
    },
    async sync() {
      await before('sync', path);
      await file.sync();
    },
    async stat() {
      await before('fileStat', path);
      return file.stat();
    },
    async read(options: object) {
      await before('read', path);
      return file.read(options);
    },
    async close() {
      try {
        await before('close', path);
      } finally {
        // A file is closed also when closing it fails.
        await file.close();
      }
    },
  };
  // FileHandle's methods are overloaded; only the forms above are used.
  return watched as unknown as DiskFile;
}
