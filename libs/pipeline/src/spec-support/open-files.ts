import { readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';

/** Descriptors of this process for files in a folder, deleted ones too. */
export function openFiles(folder: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const file = readlinkSync(path.join('/proc/self/fd', fd));
      return file.startsWith(folder) ? [file] : [];
    } catch {
      return [];
    }
  });
}
