import { damaged } from '../bolt-error.ts';
import { PAGE_HEADER_BYTES } from './layout.ts';

export interface PageHeader {
  /** Exact below 2^53; a larger one in the file gives some number of at least 2^53, which is no page's id. */
  readonly id: number;
  /** 1 branch, 2 leaf, 4 meta, 0x10 freelist. */
  readonly flags: number;
  /** Elements on the page. */
  readonly count: number;
  /** Pages that follow this one and belong to it. */
  readonly overflow: number;
}

/**
 * The 16 bytes that every page begins with. Nothing is judged: any page-aligned bytes may be looked at, such as those
 * of a file that streams by. The header says something of the file only once the tree has led to it.
 */
export function readPageHeader(bytes: Uint8Array, offset: number): PageHeader {
  if (offset < 0 || offset + PAGE_HEADER_BYTES > bytes.length) {
    throw damaged('bbolt.truncated', 'The bytes end inside a page header.', { offset, length: bytes.length });
  }
  return {
    id: u32(bytes, offset + 4) * 0x1_0000_0000 + u32(bytes, offset),
    flags: u16(bytes, offset + 8),
    count: u16(bytes, offset + 10),
    overflow: u32(bytes, offset + 12),
  };
}

function u16(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}

function u32(bytes: Uint8Array, at: number): number {
  return (u16(bytes, at) | (u16(bytes, at + 2) << 16)) >>> 0;
}
