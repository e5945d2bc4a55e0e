import { clusterDefinitionSchema, PROOF_SCOPES } from '@etcd-kloset/platform';
import { z } from 'zod';
import { jobSchema } from './job.ts';
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

export const newClusterSchema = clusterDefinitionSchema.meta({ id: 'NewCluster' });
/** The name stands in the address. */
export const clusterChangeSchema = clusterDefinitionSchema.omit({ name: true }).meta({ id: 'ClusterChange' });

export const lastSnapshotSchema = z
  .object({ id: snapshotId, time, revision, proof, ageSeconds: count })
  .meta({ id: 'LastSnapshot' });

export const clusterStatusSchema = z
  .object({
    newest: lastSnapshotSchema.optional(),
    newestProven: lastSnapshotSchema.optional(),
    objective: z.enum(['none', 'met', 'missed', 'unknown']).meta({
      description:
        'Whether the newest proven snapshot is as young as `objectiveSeconds` says; `unknown` until its store was first looked at.',
    }),
    snapshots: count,
    running: jobSchema.optional(),
    nextRun: time.optional(),
  })
  .meta({ id: 'ClusterStatus' });

export const clusterSchema = z
  .object({
    name: cluster,
    store,
    endpoints: z.array(z.string()),
    onlyEndpoints: z.boolean(),
    tls: z
      .object({
        caFile: z.string().optional(),
        certFile: z.string().optional(),
        keyFile: z.string().optional(),
        serverName: z.string().optional(),
        insecureSkipVerify: z.boolean(),
      })
      .optional()
      .meta({ description: 'Names of files are shown to administrators.' }),
    auth: z.object({ user: z.string(), passwordFile: z.string().optional() }).optional(),
    schedule: z
      .object({ cron: z.string(), timeZone: z.string(), jitterSeconds: count, paused: z.boolean() })
      .optional(),
    objectiveSeconds: count.optional(),
    labels,
    proof: z.enum(PROOF_SCOPES),
    requireProof: z.boolean(),
    origin: z.enum(['configuration', 'store']).meta({
      description: 'Those of the configuration file are changed there only.',
    }),
    version: count.meta({ description: 'Counts changes; the same as the ETag.' }),
    status: clusterStatusSchema,
  })
  .meta({ id: 'Cluster' });
export type ClusterView = z.infer<typeof clusterSchema>;

export const clusterPage = pageOf('ClusterPage', clusterSchema);

export const probeSchema = z
  .object({
    reachable: z.boolean(),
    error: failure.optional().meta({ description: 'Why nothing of the cluster could be reached.' }),
    clusterId: z.string().optional(),
    leader: z.string().optional(),
    members: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        learner: z.boolean(),
        healthy: z.boolean(),
        version: z.string().optional(),
        databaseBytes: bytes.optional(),
        databaseBytesInUse: bytes.optional(),
        revision: revision.optional(),
        error: failure.optional(),
      }),
    ),
    alarms: z.array(z.object({ memberId: z.string(), alarm: z.string() })),
  })
  .meta({ id: 'ClusterProbe' });
export type ProbeView = z.infer<typeof probeSchema>;
