import { type SnapshotSummary } from '@etcd-kloset/kloset';
import { type Report } from '../output/report.ts';
import { labelsOf, reportStored, stageClock } from './stored.ts';

function reported(fields: Partial<SnapshotSummary>, isProofRequired = false) {
  const said = {
    notes: [] as string[],
    warnings: [] as string[],
    shouted: [] as string[],
    documents: [] as unknown[],
  };
  const report: Report = {
    json: true,
    note: (sentence) => said.notes.push(sentence),
    warn: (sentence) => said.warnings.push(sentence),
    shout: (sentences) => said.shouted.push(...sentences),
    progress: () => undefined,
    answer: (document) => said.documents.push(document),
    done: (document) => said.documents.push(document),
    end: () => undefined,
  };
  const summary = {
    id: 'a',
    cluster: 'prod',
    source: 'cluster',
    proof: 'proven',
    etcd: { members: [], alarms: [] },
    hashKV: [],
    attachments: [],
    ...fields,
  } as unknown as SnapshotSummary;
  return { exitCode: reportStored(summary, report, stageClock(), { isProofRequired }), ...said };
}

describe('what was stored', () => {
  it('is done when it is proven', () => {
    expect(reported({})).toMatchObject({
      exitCode: 0,
      warnings: [],
      shouted: [],
      documents: [{ snapshot: 'a' }],
    });
  });

  it('has an exit code of its own when the members differ, and says so loudly', () => {
    const { exitCode, shouted, documents } = reported({ proof: 'mismatch', proofReason: 'm2 differs' });
    expect(exitCode).toBe(3);
    expect(shouted.join('\n')).toMatch(/prod do not agree[\s\S]*m2 differs[\s\S]*Snapshot a is stored/);
    expect(documents).toHaveLength(1);
  });

  it('is never silently unproven, except that nobody can prove a file', () => {
    const unproven = { proof: 'unproven', proofReason: 'no quorum' } as const;
    expect(reported(unproven)).toMatchObject({
      exitCode: 0,
      warnings: [expect.stringContaining('no quorum') as string],
    });
    // Where a proof is required, the error says it.
    expect(reported(unproven, true)).toMatchObject({ warnings: [] });
    expect(reported({ ...unproven, source: 'file' })).toMatchObject({ exitCode: 0, warnings: [] });
  });

  it('has each label once', () => {
    expect(
      labelsOf([
        ['a', '1'],
        ['b', '2'],
        ['a', '1'],
      ]),
    ).toEqual({ a: '1', b: '2' });
    const twice = (): unknown =>
      labelsOf([
        ['a', '1'],
        ['a', '2'],
      ]);
    expect(twice).toThrow('given twice');
  });

  it('says which key of Kubernetes must be at hand, and how to keep it', () => {
    const kubernetes = {
      keys: 5,
      encrypted: [{ provider: 'kms', key: 'k1', resources: ['secrets'], values: 2 }],
    };
    expect(reported({ kubernetes }).notes).toEqual([expect.stringMatching(/provider kms, key k1.*--attach/)]);
  });
});
