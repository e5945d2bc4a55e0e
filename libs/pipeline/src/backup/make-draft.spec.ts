import { buffer } from 'node:stream/consumers';
import { checkStore } from '@etcd-kloset/kloset';
import { unproven } from '../prove/judge.ts';
import { readAttachments } from '../restore/attached/read-attachments.ts';
import { openSnapshot } from '../restore/opened-snapshot.ts';
import { streamSnapshot } from '../restore/stream-snapshot.ts';
import { draftFile } from '../spec-support/drafted-file.ts';
import { etcdFile, type Write } from '../spec-support/etcd-file.ts';
import { Scratch } from '../spec-support/scanned-file.ts';
import { stagedSink, type StagedSink } from '../spec-support/staged-sink.ts';
import { boundStorage, makeTestStore, type TestStore } from '../spec-support/test-store.ts';
import { PipelineThreads } from '../threads/pipeline-threads.ts';
import { commitDraft } from './commit-draft.ts';
import { importFile } from './import-file.ts';
import { type MadeDraft, type MakeDraftOptions } from './make-draft.ts';

let scratch: Scratch;
let workers: PipelineThreads;
let test: TestStore;
beforeAll(() => {
  scratch = new Scratch();
  workers = new PipelineThreads(1);
});
beforeEach(async () => (test = await makeTestStore()));
afterEach(() => test.remove());
afterAll(async () => {
  await workers.close();
  scratch.remove();
});

const writesOf = (count: number, from = 10): Write[] =>
  Array.from({ length: count }, (_, i) => ({
    main: from + i,
    key: `/k/${i % 500}`,
    value: `value ${from + i} `.repeat(30),
  }));

interface Drafted extends MadeDraft {
  readonly sink: StagedSink;
}

async function draft(file: Uint8Array, options: Partial<MakeDraftOptions> = {}): Promise<Drafted> {
  let sink: StagedSink | undefined;
  const made = await draftFile(
    test.cluster,
    scratch,
    file,
    (threads) => (sink = stagedSink(test.cluster, threads, { workers })),
    options,
  );
  return { ...made, sink: sink! };
}

async function commit({ draft: made, sink }: Drafted) {
  await sink.storeAll();
  const now = new Date(made.startedAt.getTime() + 60_000);
  const storage = { ...boundStorage(test.storage), now: () => Promise.resolve(now) };
  const cluster = { ...test.cluster, store: { ...test.cluster.store, storage } };
  return commitDraft(cluster, made, (sequence) => sink.storedOf(sequence), { now: () => now });
}

async function restored(id: string): Promise<Buffer> {
  const { parts } = await streamSnapshot(test.cluster.store, test.ring, id, 'prod');
  return buffer(parts);
}

async function expectSound(): Promise<void> {
  const { problems } = await checkStore(test.cluster.store, { ring: test.ring, readData: true });
  expect(problems).toEqual([]);
}

/** A file that was cut short in the middle of its tree. */
function broken(writes: readonly Write[]): Buffer {
  const file = etcdFile(writes);
  file.fill(0xee, file.length - 40_000);
  return file;
}

describe('a database that goes to the store by way of others', () => {
  it('comes to the same as one that is put there directly, and is known the next time', async () => {
    const file = etcdFile(writesOf(9000));
    const first = await draft(file);
    const summary = await commit(first);

    const alone = await makeTestStore();
    const direct = await importFile({
      store: alone.cluster.store,
      ring: alone.ring,
      cluster: 'prod',
      file: scratch.named('direct.db', file),
      skipHashCheck: true,
    });
    await alone.remove();
    for (const same of ['rows', 'chunks', 'statusHash', 'buckets', 'revision', 'stream', 'encoding'] as const)
      expect([same, summary[same]]).toEqual([same, direct[same]]);
    // But for the labels and the member in the record.
    expect(Math.abs(summary.bytes.added - direct.bytes.added)).toBeLessThan(200);

    const again = await draft(file);
    expect(again.draft.sections).toEqual([]);
    expect(again.draft.summary.rows).toEqual({ total: 9000, new: 0 });
    await expectSound();
  });

  it('takes its attachments along, which the draft names', async () => {
    const attachments = [{ name: 'pki/ca.crt', mode: 0o600, bytes: Buffer.from('a certificate') }];
    const made = await draft(etcdFile(writesOf(10)), { attachments });
    expect(made.draft.attachmentChunks).toHaveLength(1);
    const { id } = await commit(made);
    const files = await readAttachments(await openSnapshot(test.cluster.store, test.ring, id));
    expect(files).toEqual(attachments);
  });

  it('is kept as it is when it does not decode', async () => {
    const file = broken(writesOf(9000));
    const made = await draft(file);
    expect(made.draft.summary).toMatchObject({ encoding: 'opaque', proof: 'unproven' });
    expect(made.draft.sections.map(({ stored }) => stored)).toEqual(made.draft.sections.map(() => undefined));
    const { id } = await commit(made);
    expect((await restored(id)).subarray(0, -32).equals(file)).toBe(true);
    // What did not change is known, as rows are.
    const changed = Buffer.from(file);
    changed.write('something else', 8 * 65_536);
    const next = await draft(changed);
    expect(next.draft.summary.rows.new).toBe(1);
    await commit(next);
    await expectSound();
  });

  it('is kept as it is when our rows are not what its member holds; what was cut before is nobody’s', async () => {
    const file = etcdFile(writesOf(9000));
    const wrong = { ...unproven('our rows do not give the hash', []), decodingIsWrong: true };
    const made = await draft(file, { prove: () => Promise.resolve(wrong) });
    expect(made.draft.summary.encoding).toBe('opaque');
    const [first] = made.draft.sections;
    // Numbers are given once: those of the rows are not given again to the blocks.
    expect(first!.sequence).toBe(2);
    expect(made.sink.waiting.has(0)).toBe(true);
    const { id } = await commit(made);
    expect((await restored(id)).subarray(0, -32).equals(file)).toBe(true);
    await expectSound();
  });

  it('is not drafted when its chunks cannot be given away', async () => {
    const failing = draftFile(test.cluster, scratch, etcdFile(writesOf(9000)), (threads) => {
      const sink = stagedSink(test.cluster, threads, { workers });
      return { ...sink, put: () => Promise.reject(new Error('staging is gone')) };
    });
    await expect(failing).rejects.toThrow('staging is gone');
  });
});
