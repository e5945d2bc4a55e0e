import { z } from 'zod';

/** Names of clusters, as in the store. */
export const clusterName = z.string().min(1).max(200);
export const storeName = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/);
/** Ids of backups (and so of their jobs), of attempts, of requests. */
export const uuid = z.uuid();
const labels = z.record(z.string().max(100), z.string().max(500));

/** Who or what asked for a backup. */
export const TRIGGERS = ['api', 'queue', 'schedule', 'catch-up', 'retry'] as const;

/** A job of the queue `requests`: a wish, checked and turned into a job of `backups.<store>` by the API service. */
export const requestJobSchema = z.strictObject({
  version: z.literal(1),
  /** Becomes the backup's id unless one is running already. */
  request: uuid,
  cluster: clusterName,
  trigger: z.enum(TRIGGERS),
  labels: labels.optional(),
  /** Who asked, for the record: an API key's name or a team's. No secret. */
  requestedBy: z.string().max(100).optional(),
  /** When a schedule was due (RFC 3339). */
  due: z.iso.datetime({ offset: true }).optional(),
  /** The failed backup that this one repeats. */
  retryOf: uuid.optional(),
});
export type RequestJob = z.infer<typeof requestJobSchema>;

/**
 * A job of the queue `backups.<store>`: one backup, the parent of its chunks. Its job id is `backup`. Nothing in it is
 * secret: how the cluster is reached stands in the configuration, or sealed in the store, and in files.
 */
export const backupJobSchema = z.strictObject({
  version: z.literal(1),
  backup: uuid,
  cluster: clusterName,
  store: storeName,
  trigger: z.enum(TRIGGERS),
  labels: labels.optional(),
  requestedBy: z.string().max(100).optional(),
  retryOf: uuid.optional(),
  /** RFC 3339. */
  requestedAt: z.iso.datetime({ offset: true }),
  /** Where it goes on after its worker has let go of it: `read` from the beginning, `commit` once all chunks are stored. */
  step: z.enum(['read', 'commit']),
  /** Of the read that counts: a second one reads a new stream and ignores the first one's chunks. */
  attempt: uuid.optional(),
  /** When a worker first began with it (RFC 3339): BullMQ's own `processedOn` is when it was last taken. */
  startedAt: z.iso.datetime({ offset: true }).optional(),
});
export type BackupJob = z.infer<typeof backupJobSchema>;

/** What a finished backup's job returns: never more than what every viewer of the cluster may see. */
export const backupResultSchema = z.object({
  snapshot: z.string(),
  cluster: clusterName,
  store: storeName,
  revision: z.number(),
  proof: z.enum(['proven', 'mismatch', 'unproven']),
  proofReason: z.string().optional(),
  rows: z.object({ total: z.number(), new: z.number() }),
  bytes: z.object({ stream: z.number(), added: z.number() }),
  chunks: z.object({ new: z.number(), total: z.number() }),
  warnings: z.array(z.string()),
  durationMs: z.number(),
});
export type BackupResult = z.infer<typeof backupResultSchema>;

/** What a backup's job tells about once a second (BullMQ's `progress`). */
export const backupProgressSchema = z.object({
  stage: z.enum(['connect', 'stream', 'store', 'wait', 'commit']),
  /** Of the stream: done, and expected when known. */
  streamBytes: z.number(),
  expectedBytes: z.number().optional(),
  rows: z.object({ new: z.number(), known: z.number() }).optional(),
  /** Cut so far, and those of them that are in the store. */
  chunks: z.object({ cut: z.number(), stored: z.number() }),
  /** Bytes of sealed chunks in the store. */
  storedBytes: z.number(),
});
export type BackupProgress = z.infer<typeof backupProgressSchema>;
