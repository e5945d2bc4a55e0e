import { z } from 'zod';
import { KlosetStoreError } from '../errors.ts';

const revision = z.number().int().nonnegative();
const bytes = z.number().int().nonnegative();
const count = z.number().int().nonnegative();

/** What one voter answered to HashKV at the snapshot's revision, beside what the rows give for it. */
export const hashAnswerSchema = z.object({
  member: z.string(),
  memberId: z.string(),
  revision,
  compactRevision: revision,
  /** The member's answer. */
  hash: z.number().int().nonnegative(),
  equal: z.boolean(),
  /** True for the member that the stream was read from. */
  source: z.boolean(),
});

/**
 * The summary of a snapshot: all that listings, status and proofs need. JSON, sealed in the record before
 * the map; unknown fields are kept out, missing optional ones are left away.
 */
export const summarySchema = z.object({
  format: z.literal(1),
  id: z.string(),
  /** The name the user gave. */
  cluster: z.string(),
  /** When the revision was read (or the time given for an imported file), RFC 3339. */
  time: z.iso.datetime(),
  source: z.enum(['cluster', 'file']),
  /** etcd's own ids and versions; for a file what can be known from it. */
  etcd: z.object({
    clusterId: z.string().optional(),
    member: z.string().optional(),
    memberId: z.string().optional(),
    endpoint: z.string().optional(),
    version: z.string().optional(),
    storageVersion: z.string().optional(),
    members: z.array(
      z.object({ id: z.string(), name: z.string(), learner: z.boolean(), peerUrls: z.array(z.string()) }),
    ),
    alarms: z.array(z.object({ memberId: z.string(), alarm: z.string() })),
  }),
  encoding: z.enum(['rows', 'opaque']),
  /** Why the file was kept as it is. */
  opaqueReason: z.string().optional(),
  revision,
  compactRevision: revision,
  pageSize: bytes,
  rows: z.object({ total: count, new: count }),
  /** Rows and bytes of each bucket, in name order. */
  buckets: z.array(
    z.object({ name: z.string(), rows: count, bytes, sequence: z.string().regex(/^[0-9]{1,20}$/) }),
  ),
  /** CRC-32C that `etcdutl snapshot status` prints, as a number. */
  statusHash: z.number().int().nonnegative(),
  /** The stream without its trailer: bytes and SHA-256, hex. */
  stream: z.object({ bytes, sha256: z.string() }),
  /** Bytes: what came from etcd, and what was put into the store for it, all objects counted. */
  bytes: z.object({ stream: bytes, added: bytes }),
  chunks: z.object({ new: count, total: count }),
  hashKV: z.array(hashAnswerSchema),
  proof: z.enum(['proven', 'mismatch', 'unproven']),
  /** Why it is unproven, or what differs. */
  proofReason: z.string().optional(),
  parent: z.string().optional(),
  labels: z.record(z.string(), z.string()),
  attachments: z.array(
    z.object({ name: z.string(), size: bytes, mode: count, sha256: z.string(), chunks: z.array(z.string()) }),
  ),
  kubernetes: z
    .object({
      keys: count,
      /** Values that Kubernetes encrypted itself, by provider and key name. */
      encrypted: z.array(
        z.object({ provider: z.string(), key: z.string(), resources: z.array(z.string()), values: count }),
      ),
    })
    .optional(),
  warnings: z.array(z.string()),
  durationMs: count,
  tool: z.object({ name: z.string(), version: z.string() }),
});

export type SnapshotSummary = z.infer<typeof summarySchema>;
export type HashAnswer = z.infer<typeof hashAnswerSchema>;

export function encodeSummary(summary: SnapshotSummary): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(summary));
}

/** @throws KlosetStoreError `object.malformed`, `store.newer-format`. */
export function decodeSummary(plain: Uint8Array): SnapshotSummary {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(plain));
  } catch (cause) {
    throw new KlosetStoreError('object.malformed', 'the summary of a snapshot is not JSON', { cause });
  }
  const format = (json as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format > 1) {
    throw new KlosetStoreError('store.newer-format', `a snapshot was written in format ${format}`, {
      advice: 'Use a newer etcd-kloset for this store.',
    });
  }
  const parsed = summarySchema.safeParse(json);
  if (!parsed.success) {
    const first = parsed.error.issues[0];
    throw new KlosetStoreError(
      'object.malformed',
      `the summary of a snapshot is not what it should be: ${first?.path.join('.') ?? ''} ${first?.message ?? ''}`,
    );
  }
  return parsed.data;
}
