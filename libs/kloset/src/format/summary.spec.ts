import { codeOf } from '../spec-support/malformed-bytes.ts';
import { sampleSummary } from '../spec-support/sample-summary.ts';
import { decodeSummary, encodeSummary, type SnapshotSummary } from './summary.ts';

const bytesOf = (json: unknown): Uint8Array => Buffer.from(JSON.stringify(json));

describe('the summary of a snapshot', () => {
  it('comes back as it was, whole and with everything optional left away', () => {
    expect(decodeSummary(encodeSummary(sampleSummary()))).toEqual(sampleSummary());
    const full: SnapshotSummary = {
      ...sampleSummary(),
      opaqueReason: 'why',
      proof: 'mismatch',
      proofReason: 'they differ',
      parent: '20261124t193145123z-9f86d081',
      labels: { 'a b': 'ü', __proto: '1' },
      attachments: [{ name: 'pki/ca.crt', size: 10, mode: 0o600, sha256: 'ab', chunks: ['cd'] }],
      kubernetes: {
        keys: 5,
        encrypted: [{ provider: 'aescbc', key: 'k', resources: ['secrets'], values: 2 }],
      },
      hashKV: [
        {
          member: 'm',
          memberId: '1',
          revision: 5,
          compactRevision: 2,
          hash: 2 ** 32 - 1,
          equal: true,
          source: true,
        },
      ],
      warnings: ['one'],
    };
    expect(decodeSummary(encodeSummary(full))).toEqual(full);
  });

  it('keeps fields out that it does not know', () => {
    expect(decodeSummary(bytesOf({ ...sampleSummary(), later: 1 }))).toEqual(sampleSummary());
  });

  it('is refused when a field is missing or is not what it should be, and says which', async () => {
    for (const field of Object.keys(sampleSummary())) {
      const { [field as 'id']: _, ...rest } = sampleSummary();
      expect([field, await codeOf(() => decodeSummary(bytesOf(rest)))]).toEqual([field, 'object.malformed']);
      const wrong = { ...sampleSummary(), [field]: field === 'format' ? 'x' : null };
      expect([field, await codeOf(() => decodeSummary(bytesOf(wrong)))]).toEqual([field, 'object.malformed']);
    }
    expect(() => decodeSummary(bytesOf({ ...sampleSummary(), revision: -1 }))).toThrow(/revision/);
    expect(() => decodeSummary(bytesOf({ ...sampleSummary(), time: 'yesterday' }))).toThrow(/time/);
    expect(() => decodeSummary(bytesOf({ ...sampleSummary(), rows: { total: 0.5, new: 0 } }))).toThrow(
      /rows\.total/,
    );
  });

  it.each([
    ['no JSON', Buffer.from('{"format":1')],
    ['no text', Buffer.of(0xff, 0xfe)],
    ['nothing', Buffer.alloc(0)],
    ['null', bytesOf(null)],
    ['a number', bytesOf(1)],
    ['a list', bytesOf([])],
    ['an older format', bytesOf({ ...sampleSummary(), format: 0 })],
  ])('is refused when it is %s', async (_, bytes) => {
    expect(await codeOf(() => decodeSummary(bytes))).toBe('object.malformed');
  });

  it('of a later format says so, whatever else is in it', async () => {
    expect(await codeOf(() => decodeSummary(bytesOf({ format: 2 })))).toBe('store.newer-format');
  });
});
