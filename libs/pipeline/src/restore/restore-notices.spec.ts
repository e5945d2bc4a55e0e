import { type SnapshotSummary } from '@etcd-kloset/kloset';
import { encryptionNotes, restoreNotices } from './restore-notices.ts';

const plain = {
  proof: 'proven',
  source: 'cluster',
  encoding: 'rows',
  attachments: [],
} as unknown as SnapshotSummary;

const of = (fields: Partial<SnapshotSummary>) => ({ summary: { ...plain, ...fields } });

describe('restoreNotices', () => {
  it('has nothing to say of a proven snapshot', () => {
    expect(restoreNotices(of({}), [])).toEqual({ warnings: [], notes: [] });
  });

  it('says what alarms come back and how to get rid of them', () => {
    const { warnings } = restoreNotices(of({}), [
      { memberId: 'a1', alarm: 'NOSPACE' },
      { memberId: 'b2', alarm: 'CORRUPT' },
    ]);
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(/NOSPACE of member a1.*etcdctl alarm disarm/);
    expect(warnings[1]).toMatch(/CORRUPT of member b2.*older snapshot/);
  });

  it('warns of a snapshot of a corrupt cluster, and of one that was not proven', () => {
    expect(restoreNotices(of({ proof: 'mismatch', proofReason: 'm2 differs' }), []).warnings).toEqual([
      expect.stringContaining('m2 differs'),
    ]);
    expect(restoreNotices(of({ proof: 'unproven', proofReason: 'no quorum' }), []).warnings).toEqual([
      expect.stringContaining('no quorum'),
    ]);
    expect(restoreNotices(of({ proof: 'unproven', source: 'file' }), []).warnings).toEqual([]);
  });

  it('names the attached files', () => {
    const attachment = { name: 'pki/ca.crt', size: 1, mode: 0o600, sha256: '', chunks: [] };
    expect(restoreNotices(of({ attachments: [attachment] }), []).notes).toEqual([
      expect.stringMatching(/a file was attached \(pki\/ca\.crt\).*--attachments/),
    ]);
  });
});

describe('encryptionNotes', () => {
  it('names provider, key and what was encrypted with it', () => {
    const encrypted = [{ provider: 'aescbc', key: 'key1', resources: ['secrets', 'configmaps'], values: 7 }];
    expect(encryptionNotes({ kubernetes: { keys: 9, encrypted } })).toEqual([
      expect.stringMatching(/7 values of secrets, configmaps.*aescbc, key key1/),
    ]);
    expect(encryptionNotes({ kubernetes: undefined })).toEqual([]);
  });
});
