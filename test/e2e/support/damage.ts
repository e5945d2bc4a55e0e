import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Does something to an object behind the store's back, as a disk or a person would. */
export interface Vandal {
  /** @param change gives the new bytes; undefined takes the object away */
  change(name: string, change: (bytes: Buffer) => Uint8Array | undefined): Promise<void>;
  /** Puts a file there under this name. */
  plant(name: string, bytes: Uint8Array): Promise<void>;
  move(from: string, to: string): Promise<void>;
  read(name: string): Promise<Buffer>;
  /** Puts everything right again. */
  undo(): Promise<void>;
}

export function vandal(storeFolder: string): Vandal {
  const fileOf = (name: string): string => path.join(storeFolder, name);
  const before = new Map<string, Buffer | undefined>();
  const remember = async (name: string): Promise<Buffer | undefined> => {
    const bytes = await readFile(fileOf(name)).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
      return undefined;
    });
    if (!before.has(name)) before.set(name, bytes);
    return bytes;
  };
  const write = async (name: string, bytes: Uint8Array | undefined): Promise<void> => {
    await rm(fileOf(name), { force: true });
    if (bytes === undefined) return;
    await mkdir(path.dirname(fileOf(name)), { recursive: true });
    await writeFile(fileOf(name), bytes);
    await chmod(fileOf(name), 0o444);
  };
  return {
    async change(name, change) {
      const bytes = await remember(name);
      if (bytes === undefined) throw new Error(`there is no ${name}`);
      await write(name, change(Buffer.from(bytes)));
    },
    async plant(name, bytes) {
      await remember(name);
      await write(name, bytes);
    },
    async move(from, to) {
      await remember(from);
      await remember(to);
      await rename(fileOf(from), fileOf(to));
    },
    read: (name) => readFile(fileOf(name)),
    async undo() {
      for (const [name, bytes] of before) await write(name, bytes);
      before.clear();
    },
  };
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
