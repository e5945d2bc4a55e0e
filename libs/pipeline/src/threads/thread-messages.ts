import { type ChunkKind } from '@etcd-kloset/kloset';
import { type ScanResult } from '../scan/scan-result.ts';
import { type PortableError } from './portable-error.ts';

/** What a thread is started with. */
export interface ThreadSetup {
  readonly scan?: ScanSetup;
}

export interface ScanSetup {
  readonly slabs: SharedArrayBuffer;
  /** 32 bytes: the key of the keyed row hash. */
  readonly idKey: Uint8Array;
  /** Descriptor of the spool file. */
  readonly spool: number;
  readonly spillFolder: string;
}

/** To whom a chunk is sealed. */
export interface SealTarget {
  readonly publicKey: Uint8Array;
  readonly store: string;
  readonly cluster: string;
  readonly epoch: number;
}

/** Rows as they lie in the spool file, in revision order. */
export interface RowsJob {
  readonly kind: 'rows';
  readonly spool: number;
  /** Where each row begins. */
  readonly locations: Float64Array;
  readonly lengths: Uint32Array;
  readonly tombstones: Uint8Array;
}

/** Stretches of a file, by number of `BLOCK_SIZE`. */
export interface BlocksJob {
  readonly kind: 'blocks';
  readonly spool: number;
  readonly numbers: Float64Array;
  readonly lengths: Uint32Array;
}

/** A sealed chunk to open. */
export interface OpenJob {
  readonly kind: 'open';
  readonly bytes: Uint8Array;
  /** SHA-256 that the bytes must have, hex. */
  readonly digest: string;
  /** The object's name, for errors. */
  readonly name: string;
  readonly store: string;
  readonly cluster: string;
  /** Private keys by epoch. */
  readonly privateKeys: readonly (readonly [epoch: number, key: Uint8Array])[];
}

export type ChunkJob = (RowsJob | BlocksJob) & { readonly target: SealTarget; readonly level: number };

/** A chunk to be read and packed for staging. */
export interface PackJob {
  readonly kind: 'pack';
  readonly chunk: ChunkJob;
  /** Of `stagingKey`. */
  readonly key: Uint8Array;
  /** Of `stagingAad`. */
  readonly aad: Uint8Array;
}

/** A packed chunk to be made into one for the store. */
export interface SealPackedJob {
  readonly kind: 'seal-packed';
  readonly bytes: Uint8Array;
  readonly key: Uint8Array;
  readonly aad: Uint8Array;
  readonly target: SealTarget;
  /** Zstandard's. */
  readonly level: number;
}

export type ThreadJob = ChunkJob | PackJob | SealPackedJob | OpenJob;

export type ToThread =
  | { readonly kind: 'slab'; readonly slab: number; readonly length: number }
  /** No more slabs. `trailer`: the last 32 bytes are the digest, and no part of the file. */
  | { readonly kind: 'end'; readonly trailer: boolean }
  | { readonly kind: 'job'; readonly id: number; readonly job: ThreadJob };

export type FromThread =
  | { readonly kind: 'free'; readonly slab: number }
  | { readonly kind: 'revision'; readonly revision: number }
  | { readonly kind: 'scanned'; readonly result: ScanResult }
  | { readonly kind: 'done'; readonly id: number; readonly result: JobResult }
  | { readonly kind: 'failed'; readonly id: number | undefined; readonly error: PortableError };

export type JobResult = MadeChunk | PackedChunk | OpenedChunk;

/** A chunk that was packed: bytes that are alone in their memory. */
export interface PackedChunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A chunk that was made: its object, named by its digest. */
export interface MadeChunk {
  /** SHA-256 of `bytes`, hex. */
  readonly digest: string;
  readonly bytes: Uint8Array;
}

/** A chunk that was opened: its plain sections. */
export interface OpenedChunk {
  readonly kind: ChunkKind;
  readonly index: Uint8Array;
  readonly values: Uint8Array;
}
