import { createHash } from 'node:crypto';
import { BLOCK_SIZE, decodeBlocksPayload, type PlainBlock } from '../format/blocks-payload.ts';
import { type SnapshotMap } from '../format/snapshot-map.ts';
import { type SnapshotSummary } from '../format/summary.ts';
import { type OpenChunk } from '../objects/chunk-object.ts';
import { liveRows, type LoadTable } from '../rows/live-rows.ts';
import { heldChunks } from './held-chunks.ts';

export type OpenBlocks = (digest: string) => Promise<readonly PlainBlock[]>;

/** @returns what is wrong with a file that was kept as it is */
export async function verifyOpaque(
  { stream }: SnapshotSummary,
  { rowChunks }: SnapshotMap,
  openBlocks: OpenBlocks,
  loadTable: LoadTable,
): Promise<string[]> {
  const digest = createHash('sha256');
  const chunks = heldChunks(rowChunks, openBlocks);
  let size = 0;
  for await (const block of liveRows(rowChunks, loadTable)) {
    for (let i = 0; i < block.count; i++) {
      const chunk = block.chunk[i]!;
      const blocks = chunks.ready(chunk) ?? (await chunks.load(chunk));
      const found = blocks[block.index[i]!];
      if (found === undefined || found.number * BLOCK_SIZE !== size) {
        return [`its file has a gap, or a block twice, at byte ${size}`];
      }
      digest.update(found.bytes);
      size += found.bytes.length;
      chunks.taken(chunk);
    }
  }
  const sha256 = digest.digest('hex');
  if (sha256 === stream.sha256 && size === stream.bytes) return [];
  return [`its file has ${size} bytes and SHA-256 ${sha256}, not ${stream.bytes} and ${stream.sha256}`];
}

/** @returns what is wrong with an attachment */
export async function verifyAttachment(
  { name, size, sha256, chunks }: SnapshotSummary['attachments'][number],
  openBlocks: OpenBlocks,
): Promise<string[]> {
  const digest = createHash('sha256');
  let found = 0;
  let next = 0;
  for (const chunk of chunks) {
    for (const { number, bytes } of await openBlocks(chunk)) {
      if (number !== next++) return [`the parts of its attachment ${JSON.stringify(name)} are not in order`];
      digest.update(bytes);
      found += bytes.length;
    }
  }
  if (found === size && digest.digest('hex') === sha256) return [];
  return [`its attachment ${JSON.stringify(name)} is not the file that was attached`];
}

/** The blocks of an open chunk. @throws `object.malformed` */
export function blocksOf(chunk: OpenChunk): PlainBlock[] {
  return decodeBlocksPayload(chunk.index(), chunk.values());
}
