import { hash } from 'node:crypto';
import { decodeBlocksPayload, rowMismatch } from '@etcd-kloset/kloset';
import { PipelineError } from '../../errors.ts';
import { PipelineThreads } from '../../threads/pipeline-threads.ts';
import { chunkOpener } from '../chunk-opener.ts';
import { type OpenedSnapshot } from '../opened-snapshot.ts';

/** A file that was attached to a snapshot, verified. */
export interface AttachedFile {
  /** Slash-separated, below wherever it is written: never absolute, never going up. */
  readonly name: string;
  /** Permission bits. */
  readonly mode: number;
  readonly bytes: Uint8Array;
}

/**
 * Reads what was attached to a snapshot (64 MiB at most), all of it before anything is written.
 *
 * @throws PipelineError `restore.bad-attachment`; KlosetStoreError
 */
export async function readAttachments(
  snapshot: OpenedSnapshot,
  signal?: AbortSignal,
): Promise<AttachedFile[]> {
  const { summary } = snapshot;
  const threads = new PipelineThreads(1);
  try {
    const open = chunkOpener(snapshot, threads);
    const files: AttachedFile[] = [];
    for (const { name, mode, size, sha256, chunks } of summary.attachments) {
      requireSafeName(name);
      const parts: Uint8Array[] = [];
      for (const digest of chunks) {
        signal?.throwIfAborted();
        const { index, values } = await open(digest);
        const [block, ...more] = decodeBlocksPayload(index, values);
        if (block === undefined || more.length > 0 || block.number !== parts.length)
          throw rowMismatch(digest, 0);
        parts.push(block.bytes);
      }
      const bytes = Buffer.concat(parts);
      if (bytes.length !== size || hash('sha256', bytes, 'hex') !== sha256) {
        throw bad(`the attached file ${JSON.stringify(name)} did not come back as it was backed up`);
      }
      files.push({ name, mode: mode & 0o777, bytes });
    }
    return files;
  } finally {
    await threads.close();
  }
}

/** Whoever could write to the store could have written any name into a record: none leads out of the folder. */
export function requireSafeName(name: string): void {
  const parts = name.split('/');
  const unsafe = parts.some((part) => part === '' || part === '.' || part === '..');
  if (unsafe || name.includes('\0') || name.includes('\\')) {
    throw bad(`an attached file is called ${JSON.stringify(name)}, which is no name below a folder`);
  }
}

function bad(message: string): PipelineError {
  return new PipelineError('restore.bad-attachment', message, {
    advice: 'Restore without --attachments, and find out who wrote this snapshot.',
  });
}
