import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedError } from '../errors.ts';
import { identityOf, isAlive, type ProcessIdentity } from './process-identity.ts';

/** The folder with everything that this machine keeps between two starts. One process has it at a time. */
export interface StateFolder {
  readonly path: string;
  file(name: string): string;
  /** Lets others have it. */
  release(): Promise<void>;
}

/**
 * Makes the folder where there is none, for nobody else to read, and takes it.
 *
 * @throws EmbeddedError `start.in-use`, `start.folder`
 */
export async function openStateFolder(folder: string): Promise<StateFolder> {
  const file = (name: string): string => path.join(folder, name);
  const lock = file('lock');
  try {
    await makeFolder(folder);
    await chmod(folder, 0o700);
    await takeLock(lock, folder);
  } catch (cause) {
    if (cause instanceof EmbeddedError) throw cause;
    throw new EmbeddedError('start.folder', `The folder ${folder} cannot be used`, {
      advice: 'Give another one with --state.',
      cause,
    });
  }
  return { path: folder, file, release: () => rm(lock, { force: true }) };
}

/** Step by step: Node's own recursive mkdir tries for ever below a folder that takes none, such as /proc. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(folder)).isDirectory()) return;
    if (code !== 'ENOENT' || existsSync(path.dirname(folder))) throw error;
    await makeFolder(path.dirname(folder));
    await makeFolder(folder);
  }
}

async function takeLock(lock: string, folder: string): Promise<void> {
  const own = `${lock}.${randomUUID()}`;
  // Written whole before it is put in place: nobody ever reads half of it.
  await writeFile(own, JSON.stringify(identityOf(process.pid)), { mode: 0o600 });
  try {
    while (!(await linked(own, lock))) {
      const holder = await readHolder(lock);
      if (holder !== undefined && isAlive(holder)) throw inUse(folder, holder);
      await dropStale(lock);
    }
  } finally {
    await rm(own, { force: true });
  }
}

async function linked(own: string, lock: string): Promise<boolean> {
  try {
    await link(own, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Of several that find a stale lock one looks again and removes it; the others wait for that. It is never moved away
 * unseen: what another one put there meanwhile would be gone for a moment, and a third one could take its place.
 */
async function dropStale(lock: string): Promise<void> {
  const guard = `${lock}.dropping`;
  const own = `${guard}.${randomUUID()}`;
  await writeFile(own, JSON.stringify(identityOf(process.pid)), { mode: 0o600 });
  try {
    if (!(await linked(own, guard))) {
      await sleep(10);
      const dropping = await readHolder(guard);
      // Whoever held it died at that very moment, or a power cut left it empty: it is linked when it is written.
      const isEmpty = (await stat(guard).catch(() => undefined))?.size === 0;
      if (isEmpty || (dropping !== undefined && !isAlive(dropping))) await rm(guard, { force: true });
      return;
    }
    const holder = await readHolder(lock);
    if (holder === undefined || !isAlive(holder)) await rm(lock, { force: true });
    await rm(guard, { force: true });
  } finally {
    await rm(own, { force: true });
  }
}

async function readHolder(lock: string): Promise<ProcessIdentity | undefined> {
  try {
    return JSON.parse(await readFile(lock, 'utf8')) as ProcessIdentity;
  } catch {
    // Gone meanwhile, or cut short by a power cut: nobody's.
    return undefined;
  }
}

function inUse(folder: string, { pid }: ProcessIdentity): EmbeddedError {
  return new EmbeddedError(
    'start.in-use',
    `The folder ${folder} is in use by another etcd-kloset, process ${pid}.`,
    {
      advice: 'End that one first, or give another folder with --state.',
    },
  );
}
