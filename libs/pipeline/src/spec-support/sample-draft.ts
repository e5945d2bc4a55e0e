import { hash } from 'node:crypto';
import { type SnapshotDraft } from '../draft/snapshot-draft.ts';
import { type StoredChunk } from '../sink/chunk-sink.ts';
import { sampleSummary } from './sample-summary.ts';

export const stored = (name: string, size = 100): StoredChunk => ({
  digest: hash('sha256', name, 'hex'),
  size,
});

/** A draft with one of everything. Nothing of it is in a store. */
export function sampleDraft(changes: Partial<SnapshotDraft> = {}): SnapshotDraft {
  const table = stored('table', 7);
  const place = { rows: 11, plainBytes: 900, firstMain: 2, firstSub: 0 };
  return {
    store: '0123456789abcdef0123456789abcdef',
    cluster: 'fedcba9876543210fedcba9876543210',
    epoch: 1,
    startedAt: new Date('2026-11-24T19:31:00.000Z'),
    summary: sampleSummary({ warnings: ['it was ü late'], proofReason: undefined }),
    tables: [table],
    rowChunks: [
      {
        digest: stored('a').digest,
        objectSize: 100,
        table: table.digest,
        section: 0,
        ...place,
        live: undefined,
      },
      {
        digest: stored('b').digest,
        objectSize: 2 ** 33,
        table: table.digest,
        section: 1,
        ...place,
        firstMain: 2 ** 52,
        firstSub: 2 ** 31,
        live: Uint8Array.of(0b1010_1010, 0b101),
      },
    ],
    sections: [
      { sequence: 4, stored: stored('c'), ...place, firstMain: 9, columns: Buffer.from('columns of c') },
      { sequence: 5, stored: undefined, ...place, firstMain: 12, columns: Buffer.from('columns of d') },
    ],
    bucketChunks: [stored('buckets', 50)],
    attachmentChunks: [stored('attachment', 30)],
    newestConfig: '00000012',
    ...changes,
  };
}
