import { readFields } from './protobuf.ts';

export const SNAPSHOT_PATH = '/etcdserverpb.Maintenance/Snapshot';

export interface SnapshotMessage {
  /** Bytes of the database file that are still to come; the checksum after them does not count. */
  remaining: bigint;
  /** A view of the message, not a copy: 32 KiB of 400 MB/s pass here. */
  blob: Uint8Array;
  /** The storage version, such as `3.6.0`; empty before etcd 3.6. */
  version: string;
}

/** SnapshotResponse: 1 header (never filled in), 2 remaining_bytes, 3 blob, 4 version. */
export function decodeSnapshotMessage(message: Uint8Array): SnapshotMessage {
  const response: SnapshotMessage = { remaining: 0n, blob: NOTHING, version: '' };
  readFields(message, {
    varint(field, value) {
      if (field === 2) response.remaining = value;
    },
    bytes(field, value) {
      if (field === 3) response.blob = value;
      else if (field === 4) response.version = Buffer.from(value).toString('utf8');
    },
  });
  return response;
}

const NOTHING = new Uint8Array(0);
