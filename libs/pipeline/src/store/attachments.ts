import { hash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import {
  ATTACHMENT_BLOCK_SIZE,
  chunkName,
  encodeBlocksPayload,
  sealChunk,
  sealedObject,
  type Cluster,
  type SnapshotSummary,
} from '@etcd-kloset/kloset';
import { PipelineError } from '../errors.ts';
import { type Parent } from './parent.ts';

type Attachment = SnapshotSummary['attachments'][number];

/** Attachments are configuration and keys, not data. */
const MOST_BYTES = 64 * 1024 * 1024;

/** A file to go with the snapshot, read before anything is stored: what cannot be read fails the backup at once. */
export interface AttachmentFile {
  /** Slash-separated, never absolute: a folder's files keep their path below it. */
  readonly name: string;
  readonly bytes: Buffer;
  /** Permission bits. */
  readonly mode: number;
}

/**
 * Reads the files meant by `--attach`: files as they are, folders with all that is below them. Links to files are
 * followed. Names that begin with two dots are left out: a Secret or ConfigMap that Kubernetes mounts keeps its
 * files twice, once under such a name.
 *
 * @throws PipelineError `backup.bad-attachment`
 */
export function readAttachmentFiles(paths: readonly string[]): AttachmentFile[] {
  const files: AttachmentFile[] = [];
  const names = new Set<string>();
  let bytes = 0;
  for (const each of paths) {
    for (const found of filesBelow(path.resolve(each), path.basename(path.resolve(each)))) {
      if (names.has(found.name)) throw bad(`two attachments are called ${found.name}`);
      names.add(found.name);
      bytes += found.size;
      if (bytes > MOST_BYTES)
        throw bad(`the attachments have more than the ${MOST_BYTES} bytes that go with a snapshot`);
      files.push({
        name: found.name,
        mode: found.mode,
        bytes: reading(found.file, () => readFileSync(found.file)),
      });
    }
  }
  return files;
}

interface FoundFile {
  readonly name: string;
  readonly file: string;
  readonly mode: number;
  readonly size: number;
}

function filesBelow(file: string, name: string): FoundFile[] {
  const stat = reading(file, () => statSync(file));
  if (stat.isFile()) return [{ name, file, mode: stat.mode & 0o777, size: stat.size }];
  if (!stat.isDirectory()) throw bad(`${file} is neither a file nor a folder`);
  return reading(file, () => readdirSync(file))
    .filter((entry) => !entry.startsWith('..'))
    .sort()
    .flatMap((entry) => {
      const below = path.join(file, entry);
      // A link to a folder may lead back up.
      if (
        reading(below, () => lstatSync(below)).isSymbolicLink() &&
        reading(below, () => statSync(below)).isDirectory()
      ) {
        throw bad(`${below} is a link to a folder: attach that folder by itself`);
      }
      return filesBelow(below, `${name}/${entry}`);
    });
}

function reading<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new PipelineError('backup.bad-attachment', `the attachment ${file} cannot be read`, {
      advice: 'Check the path given with --attach, and whether this user may read it.',
      cause,
    });
  }
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
  for (const { name, bytes, mode } of files) {
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
    for (let start = 0; start < bytes.length; start += ATTACHMENT_BLOCK_SIZE) {
      const object = sealBlock(
        cluster,
        bytes.subarray(start, start + ATTACHMENT_BLOCK_SIZE),
        start / ATTACHMENT_BLOCK_SIZE,
      );
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
