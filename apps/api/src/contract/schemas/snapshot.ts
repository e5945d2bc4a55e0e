import { z } from 'zod';
import { pageOf } from './page.ts';
import {
  bytes,
  cluster,
  count,
  failure,
  labels,
  proof,
  revision,
  snapshotId,
  store,
  time,
} from './values.ts';

const common = {
  id: snapshotId,
  cluster,
  store,
  time: time.meta({ description: 'When the revision was read.' }),
  revision,
  proof,
  proofReason: z.string().optional(),
  rows: z.object({ total: count, new: count }),
  bytes: z.object({
    stream: bytes.meta({ description: 'What came from etcd.' }),
    added: bytes.meta({ description: 'What was put into the store for it.' }),
  }),
  labels,
  warnings: z.array(z.string()),
  encoding: z.enum(['rows', 'opaque']),
};

/** What a list tells. */
export const snapshotSchema = z.object(common).meta({ id: 'Snapshot' });
export type SnapshotView = z.infer<typeof snapshotSchema>;
export const snapshotPage = pageOf('SnapshotPage', snapshotSchema, {
  unreachable: z
    .array(failure.extend({ store }).meta({ id: 'UnreachableStore' }))
    .optional()
    .meta({
      description:
        'Stores that could not be looked through since the service started: what they hold is missing in the list. When that may be all that was asked for, the answer is 503.',
    }),
});
export type SnapshotPage = z.infer<typeof snapshotPage>;

/** The whole summary of its record. */
export const snapshotDetailSchema = z
  .object({
    ...common,
    compactRevision: revision,
    source: z.enum(['cluster', 'file']),
    opaqueReason: z.string().optional(),
    statusHash: count.meta({ description: 'What `etcdutl snapshot status` prints, as a number.' }),
    chunks: z.object({ new: count, total: count }),
    durationMs: count,
    parent: z.string().optional(),
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
    hashKV: z
      .array(
        z.object({
          member: z.string(),
          memberId: z.string(),
          revision,
          compactRevision: revision,
          hash: count,
          equal: z.boolean(),
          source: z.boolean(),
        }),
      )
      .meta({ description: 'What each voter answered, held against the rows of the snapshot.' }),
    buckets: z.array(z.object({ name: z.string(), rows: count, bytes, sequence: z.string() })),
    attachments: z.array(z.object({ name: z.string(), size: bytes, sha256: z.string() })),
    kubernetes: z
      .object({
        keys: count,
        encrypted: z.array(
          z.object({
            provider: z.string(),
            key: z.string(),
            resources: z.array(z.string()),
            values: count,
          }),
        ),
      })
      .optional(),
    tool: z.object({ name: z.string(), version: z.string() }),
  })
  .meta({ id: 'SnapshotDetail' });
export type SnapshotDetail = z.infer<typeof snapshotDetailSchema>;

export const keyPrefixSchema = z
  .object({
    prefix: z.string(),
    keys: count.meta({ description: 'Keys that exist at the snapshot’s revision.' }),
    rows: count.meta({ description: 'Versions of keys, deletions too.' }),
    bytes,
  })
  .meta({ id: 'KeyPrefix' });

export const keysPage = z
  .object({
    snapshot: snapshotId,
    cluster,
    keys: count,
    rows: count,
    bytes,
    items: z.array(keyPrefixSchema).meta({ description: 'Most bytes first.' }),
    next: z.string().optional(),
  })
  .meta({ id: 'KeyPrefixPage' });
