import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import path from 'node:path';
import { type DiskFile } from './disk.ts';
import { type Place } from './place.ts';
import { hasSystemCode } from './system-code.ts';

/** Tells machines apart that share the folder: a process number means something on its own machine only. */
const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/** Tells this process from an earlier one with the same number, which in a container is the rule. */
const run = randomBytes(4).toString('hex');

const namePattern = /^([0-9a-f]{8})-([0-9]+)-([0-9a-f]{8})-[0-9a-f]{16}$/;

export interface TemporaryFile {
  readonly path: string;
  readonly file: DiskFile;
}

/** A new, empty, private file that no listing shows. Its folder is made when it is missing. */
export async function createTemporaryFile(place: Place): Promise<TemporaryFile> {
  const filePath = newTemporaryPath(place);
  if (!(await place.folders.exists(place.temporaryFolder))) await makeTemporaryFolder(place);
  try {
    return { path: filePath, file: await place.disk.create(filePath) };
  } catch (error) {
    if (!hasSystemCode(error, 'ENOENT')) throw error;
    place.folders.forget(place.temporaryFolder);
    await makeTemporaryFolder(place);
    return { path: filePath, file: await place.disk.create(filePath) };
  }
}

export function newTemporaryPath(place: Place): string {
  const name = `${host}-${process.pid}-${run}-${randomBytes(8).toString('hex')}`;
  return path.join(place.temporaryFolder, name);
}

async function makeTemporaryFolder(place: Place): Promise<void> {
  await place.assertThere();
  await place.folders.ensure(place.temporaryFolder);
}

/** Takes a temporary file's name away; somebody who tidied up may have come first. */
export async function removeTemporaryFile(place: Place, filePath: string): Promise<void> {
  try {
    await place.disk.unlink(filePath);
  } catch (error) {
    if (!hasSystemCode(error, 'ENOENT')) throw error;
  }
}

/**
 * Does the work with a new temporary file, which is closed and gone when it fails. The caller closes and removes
 * it otherwise.
 */
export async function withTemporaryFile<T>(
  place: Place,
  work: (temporary: TemporaryFile) => Promise<T>,
): Promise<T> {
  const temporary = await createTemporaryFile(place);
  try {
    return await work(temporary);
  } catch (error) {
    // The first failure is the one to tell; a file that stays is removed by a later `removeLeftovers`.
    await Promise.allSettled([temporary.file.close()]);
    await Promise.allSettled([place.disk.unlink(temporary.path)]);
    throw error;
  }
}

/** True while the process that made the file may still be writing it, as far as this machine can tell. */
export function isOfLiveProcess(fileName: string): boolean {
  const [, itsHost, itsProcess, itsRun] = namePattern.exec(fileName) ?? [];
  if (itsHost !== host) return false;
  const id = Number(itsProcess);
  if (id === process.pid) return itsRun === run;
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return hasSystemCode(error, 'EPERM');
  }
}

export function isTemporaryName(fileName: string): boolean {
  return namePattern.test(fileName);
}
