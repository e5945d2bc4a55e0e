import { type Analysis } from './analysis.ts';

/** Bytes of one slab: a multiple of every page size. */
export const SLAB_BYTES = 1024 * 1024;
/** Slabs in the ring between the stream, the spool file and the scan thread. */
export const SLABS = 16;
/** etcd ends a stream with the SHA-256 of all before it (etcd server/etcdserver/api/v3rpc/maintenance.go). */
export const TRAILER_BYTES = 32;

export interface ScanResult {
  /** SHA-256 of the file without its trailer, hex. */
  readonly sha256: string;
  /** The trailer, hex; undefined when there is none. */
  readonly trailer: string | undefined;
  /** Bytes of the file without its trailer. */
  readonly size: number;
  readonly analysis: Analysis;
}
