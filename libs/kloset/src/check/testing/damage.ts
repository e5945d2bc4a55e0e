import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Changes an object behind the store's back, as a disk or a person would. @returns what puts it right again */
export async function damage(
  folder: string,
  name: string,
  change: (bytes: Buffer) => Buffer | undefined,
): Promise<() => Promise<void>> {
  const file = path.join(folder, name);
  const sound = await readFile(file);
  const changed = change(Buffer.from(sound));
  if (changed === undefined) await rm(file);
  else await overwrite(file, changed);
  return () => overwrite(file, sound);
}

export function flipBit(bytes: Buffer, position: number, bit = 0): Buffer {
  bytes[position]! ^= 1 << bit;
  return bytes;
}

async function overwrite(file: string, bytes: Buffer): Promise<void> {
  // Objects are read-only.
  await chmod(file, 0o644).catch((error: unknown) => {
    if (!(typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT'))
      throw error;
  });
  await writeFile(file, bytes);
}
