import { hash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import {
  chunkName,
  encodeBlocksPayload,
  sealChunk,
  sealedObject,
  type Cluster,
  type SnapshotSummary,
} from '@etcd-kloset/kloset';
import { PipelineError } from '../errors.ts';
import { CHUNK_BYTES } from './chunk-cutter.ts';
import { type Parent } from './parent.ts';

type Attachment = SnapshotSummary['attachments'][number];

/** Attachments are configuration and keys, not data. */
const MOST_BYTES = 64 * 1024 * 1024;

export interface AttachmentFile {
  /** Slash-separated, never absolute: a folder's files keep their path below it. */
  readonly name: string;
  readonly file: string;
  /** Permission bits. */
  readonly mode: number;
  readonly size: number;
}

/**
 * The files meant by `--attach`: files as they are, folders with all that is below them.
 * @throws PipelineError `backup.bad-attachment`
 */
export function findAttachments(paths: readonly string[]): AttachmentFile[] {
  const files = paths.flatMap((each) => filesBelow(path.resolve(each), path.basename(path.resolve(each))));
  const names = new Set<string>();
  for (const { name } of files) {
    if (names.has(name)) throw bad(`two attachments are called ${name}`);
    names.add(name);
  }
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  if (bytes > MOST_BYTES)
    throw bad(`the attachments have ${bytes} bytes; at most ${MOST_BYTES} go with a snapshot`);
  return files;
}

function filesBelow(file: string, name: string): AttachmentFile[] {
  try {
    const stat = statSync(file);
    if (stat.isFile()) return [{ name, file, mode: stat.mode & 0o777, size: stat.size }];
    if (stat.isDirectory() && !lstatSync(file).isSymbolicLink()) {
      return readdirSync(file)
        .sort()
        .flatMap((entry) => filesBelow(path.join(file, entry), `${name}/${entry}`));
    }
  } catch (cause) {
    throw new PipelineError('backup.bad-attachment', `the attachment ${file} cannot be read`, {
      advice: 'Check the path given with --attach.',
      cause,
    });
  }
  throw bad(`${file} is neither a file nor a folder`);
}

function bad(message: string): PipelineError {
  return new PipelineError('backup.bad-attachment', message, {
    advice: 'Check the paths given with --attach.',
  });
}

/** Seals attachments and puts them; one that the parent has in chunks that can be counted on is not stored again. */
export async function storeAttachments(
  cluster: Cluster,
  files: readonly AttachmentFile[],
  { summary: parent, soundChunks }: Parent,
): Promise<{ attachments: Attachment[]; sizes: Map<string, number>; added: number }> {
  const attachments: Attachment[] = [];
  const sizes = new Map<string, number>();
  let added = 0;
  for (const { name, file, mode } of files) {
    const bytes = readFileSync(file);
    const sha256 = hash('sha256', bytes, 'hex');
    const known = parent?.attachments.find(
      (each) => each.name === name && each.sha256 === sha256 && each.size === bytes.length,
    );
    if (known?.chunks.every((digest) => soundChunks.has(digest))) {
      for (const digest of known.chunks) sizes.set(digest, soundChunks.get(digest)!);
      attachments.push({ ...known, mode });
      continue;
    }
    const chunks: string[] = [];
    for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
      const object = sealBlock(cluster, bytes.subarray(start, start + CHUNK_BYTES), start / CHUNK_BYTES);
      await cluster.store.storage.put(chunkName(cluster.id, object.digest), object.parts);
      chunks.push(object.digest);
      sizes.set(object.digest, object.size);
      added += object.size;
    }
    attachments.push({ name, size: bytes.length, mode, sha256, chunks });
  }
  return { attachments, sizes, added };
}

function sealBlock({ ring, id }: Cluster, bytes: Uint8Array, number: number) {
  const key = { store: ring.store, cluster: id, epoch: ring.epoch };
  return sealedObject(
    sealChunk(ring.dataPublicKey(ring.epoch), key, 'blocks', encodeBlocksPayload([{ number, bytes }])),
  );
}
