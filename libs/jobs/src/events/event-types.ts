import { z } from 'zod';
import {
  backupProgressSchema,
  backupResultSchema,
  clusterName,
  storeName,
  TRIGGERS,
  uuid,
} from '../backup/backup-job.ts';

const ofBackup = { backup: uuid, cluster: clusterName, store: storeName };
const failure = z.object({
  /** Stable, such as `etcd.unreachable`. */
  code: z.string(),
  message: z.string(),
  advice: z.string().optional(),
});

/**
 * Every event and what it says. The CloudEvents type is the name; the subject is the cluster's name; the id is the
 * same however often an event is sent, so that a consumer can drop what it knows.
 */
export const eventSchemas = {
  'backup.requested': z.object({
    ...ofBackup,
    trigger: z.enum(TRIGGERS),
    /** What was asked for; another one than `backup` when it joined a backup that was under way. */
    request: uuid,
    joined: z.boolean(),
    requestedBy: z.string().optional(),
  }),
  'backup.started': z.object({ ...ofBackup, attempt: uuid }),
  'backup.progress': z.object({ ...ofBackup, progress: backupProgressSchema }),
  /** In the store, everything it needs seen to be there. What its proof is worth stands in `result`. */
  'backup.committed': z.object({ ...ofBackup, result: backupResultSchema }),
  'backup.failed': z.object({ ...ofBackup, error: failure }),
  /** Besides `backup.committed`: the snapshot is stored, its proof is not what it should be. */
  'backup.unproven': z.object({ ...ofBackup, snapshot: z.string(), reason: z.string() }),
  'backup.mismatch': z.object({ ...ofBackup, snapshot: z.string(), reason: z.string() }),
  /** A request that could not become a backup, such as for a cluster that nobody knows. */
  'request.refused': z.object({ request: uuid, cluster: clusterName, error: failure }),
  'cluster.unreachable': z.object({ cluster: clusterName, store: storeName, error: failure }),
  'cluster.registered': z.object({ cluster: clusterName, store: storeName }),
  'cluster.changed': z.object({ cluster: clusterName, store: storeName }),
  'cluster.removed': z.object({ cluster: clusterName, store: storeName }),
  /** No proven backup within the cluster's objective. */
  'cluster.overdue': z.object({
    cluster: clusterName,
    store: storeName,
    ageMs: z.number().optional(),
    objectiveMs: z.number(),
  }),
  'schedule.missed': z.object({
    cluster: clusterName,
    store: storeName,
    due: z.string(),
    reason: z.string(),
  }),
  'snapshot.found': z.object({
    cluster: clusterName,
    store: storeName,
    snapshot: z.string(),
    proof: z.enum(['proven', 'mismatch', 'unproven']),
    /** When it was taken (RFC 3339). Seen in the store, put there by somebody else. */
    time: z.string(),
  }),
  'store.unreachable': z.object({ store: storeName, error: failure }),
  'store.reachable': z.object({ store: storeName }),
  'webhook.dead': z.object({ webhook: z.string(), event: z.string(), error: failure }),
} as const;

export type EventType = keyof typeof eventSchemas;
export type EventData<Type extends EventType> = z.infer<(typeof eventSchemas)[Type]>;

/** A CloudEvents 1.0 event in its JSON form. */
export interface CloudEvent<Type extends EventType = EventType> {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: Type;
  /** The cluster's name, or the store's. */
  readonly subject: string;
  /** RFC 3339. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: EventData<Type>;
  /** W3C trace context, where there is one. */
  readonly traceparent?: string;
}
