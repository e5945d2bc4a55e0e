import { randomBytes } from 'node:crypto';
import { link, open, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../errors.ts';
import { steadyProgress, type Observer } from '../progress.ts';
import { PipelineThreads } from '../threads/pipeline-threads.ts';
import { type OpenedSnapshot } from './opened-snapshot.ts';
import { restoredFile } from './restored-bytes.ts';

export interface RestoredTo {
  readonly file: string;
  /** Bytes, with the SHA-256 at the end. */
  readonly size: number;
  /** Of the whole file, as `sha256sum` prints it. */
  readonly sha256: string;
}

/**
 * Writes a snapshot to a file that `etcdutl snapshot restore` takes. The file appears under its name when it
 * is whole, verified and on disk; what fails before leaves nothing behind.
 *
 * @throws PipelineError `restore.output-exists`, `restore.output-full`, `restore.output-failed`,
 *   `restore.not-equal`; KlosetStoreError
 */
export async function restoreToFile(
  snapshot: OpenedSnapshot,
  output: string,
  { signal, ...observer }: Observer & { signal?: AbortSignal | undefined } = {},
): Promise<RestoredTo> {
  const file = path.resolve(output);
  await requireFree(file);
  const threads = new PipelineThreads(2, 1);
  const partial = `${file}.partial-${randomBytes(4).toString('hex')}`;
  let handle: FileHandle | undefined;
  try {
    const restored = await restoredFile(snapshot, threads);
    handle = await open(partial, 'wx', 0o600);
    const progress = steadyProgress(observer);
    let written = 0;
    let writing: Promise<void> = Promise.resolve();
    const parts = restored.parts();
    let step = await parts.next();
    for (; step.done !== true; step = await parts.next()) {
      const part = step.value;
      signal?.throwIfAborted();
      // The part before is written while the next one is made; it is done with when that is asked for.
      await writing;
      writing = writeAll(handle, part, written);
      writing.catch(() => undefined);
      written += part.length;
      progress({ stage: 'restore', bytes: written, expected: restored.size });
    }
    await writing;
    await handle.sync();
    await handle.close();
    handle = undefined;
    await place(partial, file);
    return { file, size: written, sha256: step.value.sha256 };
  } catch (error) {
    await handle?.close().catch(() => undefined);
    await unlink(partial).catch(() => undefined);
    throw outputError(file, error);
  } finally {
    await threads.close();
  }
}

async function requireFree(file: string): Promise<void> {
  const found = await stat(file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw outputError(file, error);
  });
  if (found !== undefined) throw exists(file);
}

/** Gives the file its name unless somebody took it meanwhile, and makes the name last. */
async function place(partial: string, file: string): Promise<void> {
  try {
    await link(partial, file);
    await unlink(partial);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A file system without hard links: the name was free a moment ago.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP') throw error;
    await requireFree(file);
    await rename(partial, file);
  }
  const folder = await open(path.dirname(file), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

function outputError(file: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new PipelineError('restore.output-full', `there is no room for ${file}`, {
        advice: 'Free some space, or write to another file system.',
        cause: error,
      });
    case 'EEXIST':
      return exists(file);
    case 'ENOENT':
    case 'EACCES':
    case 'EROFS':
    case 'ENOTDIR':
    case 'EISDIR':
    case 'EIO':
    case 'EPERM':
      return new PipelineError('restore.output-failed', `${file} cannot be written (${code})`, {
        advice: 'Check that its folder exists and may be written to.',
        cause: error,
      });
    default:
      return error;
  }
}

function exists(file: string): PipelineError {
  return new PipelineError('restore.output-exists', `${file} exists already; it is not touched`, {
    advice: 'Give another name, or move the file away.',
  });
}
