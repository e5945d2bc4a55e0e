import { z } from 'zod';
import { storeName, uuid } from './backup-job.ts';

/** Which staged chunk: of which backup and attempt, and its number in it, counted from 0. */
export const chunkRefSchema = z.strictObject({
  backup: uuid,
  attempt: uuid,
  sequence: z.number().int().nonnegative(),
});
export type ChunkRef = z.infer<typeof chunkRefSchema>;

/** A job of the queue `chunks`: compress and seal what lies in staging. A child of its backup's job. */
export const sealJobSchema = z.strictObject({
  version: z.literal(1),
  chunk: chunkRefSchema,
  store: storeName,
  /** The folder of the cluster in the store: 32 hex digits, a keyed hash of its name. */
  cluster: z.string().regex(/^[0-9a-f]{32}$/),
  epoch: z.number().int().positive(),
  /** Bytes of the plain chunk. */
  bytes: z.number().int().nonnegative(),
  /** Zstandard's level. */
  level: z.number().int().min(1).max(19),
});
export type SealJob = z.infer<typeof sealJobSchema>;

/** A job of a queue `puts.…`: put a sealed chunk that lies in staging. A child of its backup's job. */
export const putJobSchema = z.strictObject({
  version: z.literal(1),
  chunk: chunkRefSchema,
  store: storeName,
  cluster: z.string().regex(/^[0-9a-f]{32}$/),
  /** SHA-256 of the sealed bytes, hex: the object's name. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  /** Sealed bytes. */
  size: z.number().int().positive(),
});
export type PutJob = z.infer<typeof putJobSchema>;

/** A chunk that is in the store. */
export interface StoredChunk {
  readonly digest: string;
  readonly size: number;
}
