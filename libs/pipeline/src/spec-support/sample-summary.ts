import { type SnapshotSummary } from '@etcd-kloset/kloset';

export function sampleSummary(changes: Partial<SnapshotSummary> = {}): SnapshotSummary {
  return {
    format: 1,
    id: '20261124t193145123z-9f86d081',
    cluster: 'prod',
    time: '2026-11-24T19:31:45.123Z',
    source: 'cluster',
    etcd: { members: [], alarms: [] },
    encoding: 'rows',
    revision: 120,
    compactRevision: 100,
    pageSize: 4096,
    rows: { total: 20, new: 3 },
    buckets: [],
    statusHash: 1,
    stream: { bytes: 20_480, sha256: '00' },
    bytes: { stream: 20_512, added: 900 },
    chunks: { new: 1, total: 2 },
    hashKV: [],
    proof: 'proven',
    labels: {},
    attachments: [],
    warnings: [],
    durationMs: 12,
    tool: { name: 'etcd-kloset', version: '0.1.0' },
    ...changes,
  };
}
