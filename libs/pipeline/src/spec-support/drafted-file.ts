import { type Cluster } from '@etcd-kloset/kloset';
import {
  makeDraft,
  type MadeDraft,
  type MakeDraftOptions,
  type SnapshotFacts,
} from '../backup/make-draft.ts';
import { unproven } from '../prove/judge.ts';
import { type ChunkSink } from '../sink/chunk-sink.ts';
import { StreamIntake } from '../spool/stream-intake.ts';
import { PipelineThreads } from '../threads/pipeline-threads.ts';
import { type Scratch } from './scanned-file.ts';

export const STARTED_AT = new Date('2026-11-24T19:31:00.000Z');
export const TAKEN_AT = new Date('2026-11-24T19:31:45.123Z');
export const FACTS: SnapshotFacts = {
  clusterName: 'prod',
  time: TAKEN_AT,
  source: 'cluster',
  etcd: { clusterId: 'c1', members: [], alarms: [] },
  revisionAtLeast: 0,
  labels: { env: 'test' },
};

/** Drafts a snapshot of a database as a backup does, as if a cluster had streamed it. */
export async function draftFile(
  cluster: Cluster,
  scratch: Scratch,
  file: Uint8Array,
  makeSink: (threads: PipelineThreads) => ChunkSink,
  options: Partial<MakeDraftOptions> = {},
): Promise<MadeDraft> {
  const threads = new PipelineThreads(2);
  const idKey = cluster.ring.idKey(cluster.id, cluster.ring.epoch);
  const open = StreamIntake.open({ threads, idKey, folder: scratch.folder });
  try {
    await open.write(file);
    const intake = await open.finish(false);
    return await makeDraft({
      cluster,
      intake,
      sink: makeSink(threads),
      facts: FACTS,
      prove: () => Promise.resolve(unproven('there is no cluster', [])),
      opaqueVerdict: (reason) => unproven(reason, []),
      warnings: [],
      attachments: [],
      spoolFolder: scratch.folder,
      startedAt: STARTED_AT,
      signal: undefined,
      ...options,
    });
  } finally {
    await threads.close();
    await open.abort();
  }
}
