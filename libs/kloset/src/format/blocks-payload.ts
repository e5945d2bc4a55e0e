import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { type PayloadSections } from './rows-payload.ts';

/**
 * Stretches of a file that is kept as bytes: one that will not decode without loss, or an attachment.
 * Index section: varint blocks, then for each varint number (the position in the file is number times
 * the block size) and varint length. Values section: the blocks, one after the other.
 */
export interface PlainBlock {
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** 64 KiB: a multiple of every page size bbolt uses, so equal pages stand at equal places. */
export const BLOCK_SIZE = 65_536;
/** Attachments are few and read whole: their blocks are as long as a chunk of them gets. */
export const ATTACHMENT_BLOCK_SIZE = 4 * 1024 * 1024;

export function encodeBlocksPayload(blocks: readonly PlainBlock[]): PayloadSections {
  const index = new ByteWriter().varint(blocks.length);
  for (const block of blocks) index.varint(block.number).varint(block.bytes.length);
  return { index: index.finish(), values: Buffer.concat(blocks.map((block) => block.bytes)) };
}

/** @throws KlosetStoreError `object.malformed`. */
export function decodeBlocksPayload(index: Uint8Array, values: Uint8Array): PlainBlock[] {
  const reader = new ByteReader(index, 'a chunk of blocks');
  const content = new ByteReader(values, 'a chunk of blocks');
  const blocks = Array.from({ length: reader.count(2) }, () => {
    const number = reader.varint();
    return { number, bytes: content.raw(reader.varint()) };
  });
  reader.end();
  content.end();
  return blocks;
}
