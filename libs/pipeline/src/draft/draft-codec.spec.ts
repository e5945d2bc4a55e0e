import { compress } from '@etcd-kloset/kloset';
import fc from 'fast-check';
import { sampleDraft, stored } from '../spec-support/sample-draft.ts';
import { sampleSummary } from '../spec-support/sample-summary.ts';
import { decodeDraft, encodeDraft } from './draft-codec.ts';
import { type SnapshotDraft } from './snapshot-draft.ts';

/** Buffers and other views of the same bytes are equal here, and a field that is undefined may be missing. */
const plain = (draft: SnapshotDraft): unknown =>
  JSON.parse(
    JSON.stringify(draft, (_, value: unknown) => {
      if (value instanceof Uint8Array) return [...value];
      const isBuffer = typeof value === 'object' && value !== null && 'type' in value && 'data' in value;
      return isBuffer ? value.data : value;
    }),
  );
const again = (draft: SnapshotDraft): SnapshotDraft => decodeDraft(encodeDraft(draft));
const unreadable = expect.objectContaining({ code: 'draft.unreadable', retryable: true }) as Error;

describe('a draft', () => {
  it('comes back as it was', () => {
    const draft = sampleDraft();
    expect(plain(again(draft))).toEqual(plain(draft));
    expect(again(draft).startedAt).toEqual(draft.startedAt);
    expect(again(draft).sections[1]!.stored).toBeUndefined();
    expect(again(draft).rowChunks[0]!.live).toBeUndefined();
    const empty = sampleDraft({ rowChunks: [], tables: [], sections: [], newestConfig: undefined });
    expect(plain(again(empty))).toEqual(plain(empty));
    expect(again(empty).newestConfig).toBeUndefined();
  });

  it('comes back whatever is in it', () => {
    const number = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    const chunk = fc.record({ digest: fc.nat().map((n) => stored(String(n)).digest), size: number });
    const rows = fc.integer({ min: 0, max: 1 << 20 });
    const place = { rows, plainBytes: number, firstMain: number, firstSub: number };
    const section = fc.record({
      sequence: number,
      stored: fc.option(chunk, { nil: undefined }),
      ...place,
      columns: fc.uint8Array(),
    });
    const drafts = fc
      .record({
        tables: fc.uniqueArray(chunk, { selector: ({ digest }) => digest, minLength: 1, maxLength: 4 }),
        bucketChunks: fc.array(chunk),
        attachmentChunks: fc.array(chunk),
        sections: fc.array(section, { maxLength: 20 }),
        epoch: fc.integer({ min: 1, max: 1000 }),
        warnings: fc.array(fc.string()),
        newestConfig: fc.option(
          fc.integer({ min: 1, max: 99_999_999 }).map((n) => String(n).padStart(8, '0')),
          { nil: undefined },
        ),
        chunks: fc.array(
          fc.record({
            ...place,
            rows: fc.nat(100),
            digest: chunk,
            table: fc.nat(),
            section: number,
            live: fc.boolean(),
          }),
        ),
      })
      .map(({ warnings, chunks, ...rest }) =>
        sampleDraft({
          ...rest,
          summary: sampleSummary({ warnings }),
          rowChunks: chunks.map(({ digest, live, table, ...each }) => ({
            ...each,
            digest: digest.digest,
            objectSize: digest.size,
            table: rest.tables[table % rest.tables.length]!.digest,
            live: live ? new Uint8Array(Math.ceil(each.rows / 8)).fill(0xa5) : undefined,
          })),
        }),
      );
    fc.assert(
      fc.property(drafts, (draft) => {
        expect(plain(again(draft))).toEqual(plain(draft));
      }),
    );
  });

  it('is a few hundred bytes when there is little in it', () => {
    expect(encodeDraft(sampleDraft()).length).toBeLessThan(1000);
  });

  it('that was cut off anywhere is not read', () => {
    const bytes = encodeDraft(sampleDraft());
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeDraft(bytes.subarray(0, length))).toThrow(unreadable);
  });

  it('with any byte changed is read or refused, never a crash', () => {
    const bytes = encodeDraft(sampleDraft());
    for (let at = 0; at < bytes.length; at++) {
      const changed = Uint8Array.from(bytes);
      changed[at]! ^= 0x41;
      try {
        decodeDraft(changed);
      } catch (error) {
        expect(error).toEqual(unreadable);
      }
    }
  });

  it.each<[string, () => Uint8Array]>([
    ['of another version', () => Buffer.concat([Buffer.from([2]), encodeDraft(sampleDraft()).subarray(1)])],
    ['that claims to be huge', () => Buffer.from([1, 0xff, 0xff, 0xff, 0xff, 0])],
    ['of bytes that mean nothing', () => packed(Buffer.alloc(500, 7))],
  ])('%s is refused', (_, bytes) => {
    expect(() => decodeDraft(bytes())).toThrow(unreadable);
  });

  it('whose chunk has a table that it does not list is not even written', () => {
    expect(() => encodeDraft(sampleDraft({ tables: [] }))).toThrow(RangeError);
  });
});

function packed(plainBytes: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(plainBytes.length);
  return Buffer.concat([Buffer.from([1]), size, compress(plainBytes)]);
}
