import path from 'node:path';
import { type Disk, type DiskFile, systemDisk } from '../disk.ts';

/**
 * The real disk, which also keeps book of what a power cut would leave: a file's bytes and mode only as they were
 * flushed, a name only once its folder was flushed after it was given. Real file systems keep more; nobody may
 * count on it.
 */
export interface PowerCutDisk extends Disk {
  /** True when the object would be found whole: its bytes, its name, and every folder down to it. */
  survives(filePath: string): boolean;
  /** True when a power cut would bring a deleted name back. */
  wouldComeBack(filePath: string): boolean;
  /** Names that were given to bytes not flushed yet: a cut could show them torn. Must stay empty. */
  readonly torn: readonly string[];
}

interface File {
  flushed: boolean;
}

type Entry = File | 'folder';

export function powerCutDisk(root: string, disk: Disk = systemDisk): PowerCutDisk {
  const now = new Map<string, Entry>();
  const afterCut = new Map<string, Entry>();
  const torn: string[] = [];

  function watch(handle: DiskFile, file: File): DiskFile {
    const watched = {
      async writev(parts: Uint8Array[]) {
        file.flushed = false;
        return handle.writev(parts);
      },
      async chmod(mode: number) {
        file.flushed = false;
        await handle.chmod(mode);
      },
      async sync() {
        await handle.sync();
        file.flushed = true;
      },
      stat: () => handle.stat(),
      read: (options: object) => handle.read(options),
      close: () => handle.close(),
    };
    return watched as unknown as DiskFile;
  }

  /** Files that came by other ways are taken for not flushed. */
  function fileAt(filePath: string): File {
    const known = now.get(filePath);
    if (known !== undefined && known !== 'folder') return known;
    const file = { flushed: false };
    now.set(filePath, file);
    return file;
  }

  return {
    ...disk,
    torn,
    async create(filePath) {
      const handle = await disk.create(filePath);
      const file = { flushed: false };
      now.set(filePath, file);
      return watch(handle, file);
    },
    async open(filePath) {
      return watch(await disk.open(filePath), fileAt(filePath));
    },
    async link(existing, filePath) {
      await disk.link(existing, filePath);
      const file = fileAt(existing);
      if (!file.flushed) torn.push(filePath);
      now.set(filePath, file);
    },
    async unlink(filePath) {
      await disk.unlink(filePath);
      now.delete(filePath);
    },
    async makeFolder(folder, mode) {
      await disk.makeFolder(folder, mode);
      now.set(folder, 'folder');
    },
    async syncFolder(folder) {
      // What comes while the flush runs is not covered by it.
      const entries = [...now].filter(([name]) => path.dirname(name) === folder);
      const names = new Set(entries.map(([name]) => name));
      const gone = [...afterCut.keys()].filter((name) => path.dirname(name) === folder && !names.has(name));
      await disk.syncFolder(folder);
      for (const [name, entry] of entries) afterCut.set(name, entry);
      for (const name of gone) afterCut.delete(name);
    },
    survives(filePath) {
      const file = afterCut.get(filePath);
      if (file === undefined || file === 'folder' || !file.flushed) return false;
      for (let folder = path.dirname(filePath); folder !== root; folder = path.dirname(folder)) {
        if (afterCut.get(folder) !== 'folder') return false;
      }
      return true;
    },
    wouldComeBack: (filePath) => !now.has(filePath) && afterCut.has(filePath),
  };
}
