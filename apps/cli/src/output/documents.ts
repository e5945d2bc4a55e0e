import { type SnapshotSummary } from '@etcd-kloset/kloset';

/**
 * A snapshot as `--json` gives it. These fields stay as they are; more may be added. What a snapshot does not
 * have is null, so that every field is always there. Hashes are numbers, as in etcdutl's JSON.
 */
export function snapshotDocument(summary: SnapshotSummary) {
  const { id, cluster, time, source, etcd } = summary;
  return {
    snapshot: id,
    cluster,
    time,
    source,
    revision: summary.revision,
    compactRevision: summary.compactRevision,
    member: etcd.member ?? null,
    parent: summary.parent ?? null,
    encoding: summary.encoding,
    rows: summary.rows,
    bytes: summary.bytes,
    chunks: summary.chunks,
    statusHash: summary.statusHash,
    hashKV: summary.hashKV.map(({ member, memberId, source: isSource, ...answer }) => ({
      member: member === '' ? memberId : member,
      memberId,
      source: isSource,
      ...answer,
    })),
    proof: summary.proof,
    proofReason: summary.proofReason ?? null,
    durationMs: summary.durationMs,
    labels: summary.labels,
    etcd: {
      version: etcd.version ?? null,
      storageVersion: etcd.storageVersion ?? null,
      clusterId: etcd.clusterId ?? null,
      memberId: etcd.memberId ?? null,
      endpoint: etcd.endpoint ?? null,
      members: etcd.members,
      alarms: etcd.alarms,
    },
    kubernetes: summary.kubernetes ?? null,
    attachments: summary.attachments.map(({ name, size, mode, sha256 }) => ({ name, size, mode, sha256 })),
    warnings: summary.warnings,
    opaqueReason: summary.opaqueReason ?? null,
    tool: summary.tool,
  };
}

export type SnapshotDocument = ReturnType<typeof snapshotDocument>;
