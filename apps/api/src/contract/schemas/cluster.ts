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

const ALARMS = ['NOSPACE', 'CORRUPT', 'UNKNOWN'] as const;

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
    snapshots: count.optional().meta({ description: 'Missing until its store was first looked at.' }),
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

const memberProbeSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    learner: z.boolean(),
    clientUrls: z.array(z.string()),
    peerUrls: z.array(z.string()),
    status: z
      .object({
        endpoint: z.string(),
        version: z.string(),
        storageVersion: z.string().optional(),
        dbSize: bytes,
        dbSizeInUse: bytes,
        leads: z.boolean(),
        leader: z.string().optional(),
        raftTerm: count,
        raftIndex: count,
        raftAppliedIndex: count,
        revision,
        errors: z.array(z.string()),
      })
      .optional()
      .meta({ description: 'What it answered; missing when it did not.' }),
    error: failure.optional(),
    alarms: z.array(z.enum(ALARMS)),
  })
  .meta({ id: 'MemberProbe' });

export const probeSchema = z
  .object({
    reachable: z.boolean(),
    error: failure.optional().meta({ description: 'Why nothing of the cluster could be reached.' }),
    clusterId: z.string().optional(),
    quorum: z.boolean().optional(),
    revision: revision.optional(),
    leader: z.string().optional(),
    members: z.array(memberProbeSchema),
    alarms: z.array(z.object({ memberId: z.string(), type: z.enum(ALARMS) })).optional(),
    errors: z.array(failure).meta({ description: 'What could not be learned of the cluster as a whole.' }),
  })
  .meta({ id: 'ClusterProbe' });
export type ProbeView = z.infer<typeof probeSchema>;
