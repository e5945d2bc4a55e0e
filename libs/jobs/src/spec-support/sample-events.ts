import { type BackupResult } from '../backup/backup-job.ts';
import { type EventData, eventSchemas, type EventType } from '../events/event-types.ts';

export const BACKUP = '0b9e2f4a-9a43-4f0e-8a0e-5c1f8b1d2e3f';
export const ATTEMPT = '1c9e2f4a-9a43-4f0e-8a0e-5c1f8b1d2e3f';
export const REQUEST = '2d9e2f4a-9a43-4f0e-8a0e-5c1f8b1d2e3f';

const cluster = { cluster: 'prod', store: 'main' };
const ofBackup = { ...cluster, backup: BACKUP };
const error = { code: 'etcd.unreachable', message: 'No member answers.', advice: 'Look at the members.' };

export const RESULT: BackupResult = {
  ...cluster,
  snapshot: '20260101T000000Z-0123abcd',
  revision: 12_345,
  proof: 'proven',
  rows: { total: 1000, new: 10 },
  bytes: { stream: 4_000_000, added: 5000 },
  chunks: { new: 1, total: 7 },
  warnings: [],
  durationMs: 1234,
};

/** One of each type. */
export const SAMPLES: { readonly [Type in EventType]: EventData<Type> } = {
  'backup.requested': {
    ...ofBackup,
    request: REQUEST,
    trigger: 'queue',
    joined: true,
    requestedBy: 'payments',
  },
  'backup.started': { ...ofBackup, attempt: ATTEMPT },
  'backup.progress': {
    ...ofBackup,
    progress: { stage: 'stream', streamBytes: 100, chunks: { cut: 1, stored: 0 }, storedBytes: 0 },
  },
  'backup.committed': { ...ofBackup, result: RESULT },
  'backup.failed': { ...ofBackup, error },
  'backup.unproven': { ...ofBackup, snapshot: RESULT.snapshot, reason: 'Only one of three voters answered.' },
  'backup.mismatch': { ...ofBackup, snapshot: RESULT.snapshot, reason: 'Voter b has other data.' },
  'request.refused': { request: REQUEST, cluster: 'prod', error },
  'cluster.unreachable': { ...cluster, error },
  'cluster.registered': cluster,
  'cluster.changed': cluster,
  'cluster.removed': cluster,
  'cluster.overdue': { ...cluster, ageMs: 7_200_000, objectiveMs: 3_600_000 },
  'schedule.missed': { ...cluster, due: '2026-01-01T00:00:00Z', reason: 'No worker was there.' },
  'snapshot.found': { ...cluster, snapshot: RESULT.snapshot, proof: 'proven', time: '2026-01-01T00:00:00Z' },
  'store.unreachable': { store: 'main', error },
  'store.reachable': { store: 'main' },
  'webhook.dead': { webhook: 'pager', event: `${BACKUP}/failed`, error },
};

export const EVENT_TYPES = Object.keys(eventSchemas) as EventType[];
