import { listCluster, readTable } from '@etcd-kloset/kloset';
import { FLAGS, LENGTH, MAIN, ROW_F64, ROW_U32, RowLog, SUB, type RowBatch } from '@etcd-kloset/mvcc';
import { type ChunkSink, type StoredChunk } from '../sink/chunk-sink.ts';
import { stored } from '../spec-support/sample-draft.ts';
import { makeTestStore, type TestStore } from '../spec-support/test-store.ts';
import { type ChunkJob } from '../threads/thread-messages.ts';
import { CHUNK_ROWS, type CutChunk } from './chunk-cutter.ts';
import { ChunkWriter, type WrittenChunks } from './chunk-writer.ts';
import { FULL_TABLE_ROWS } from './full-tables.ts';

/** Chunks of the smallest rows that fill a table. */
const FULL = FULL_TABLE_ROWS / CHUNK_ROWS;

let test: TestStore;
beforeEach(async () => (test = await makeTestStore()));
afterEach(() => test.remove());

/** Hands out numbers; whether and when a chunk is stored is up to the test. */
class ManualSink implements ChunkSink {
  readonly news: PromiseWithResolvers<StoredChunk>[] = [];
  readonly jobs: ChunkJob[] = [];
  drained = false;
  refuse: Error | undefined;

  put(job: ChunkJob): ReturnType<ChunkSink['put']> {
    if (this.refuse !== undefined) return Promise.reject(this.refuse);
    this.jobs.push(job);
    const news = Promise.withResolvers<StoredChunk>();
    const sequence = this.news.push(news) - 1;
    return Promise.resolve({ sequence, stored: news.promise });
  }

  drain(): Promise<void> {
    this.drained = true;
    return Promise.resolve();
  }

  store(sequence: number): StoredChunk {
    const chunk = stored(`chunk ${sequence}`, 1000 + sequence);
    this.news[sequence]!.resolve(chunk);
    return chunk;
  }
}

function rowsFrom(first: number, count: number): RowBatch {
  const log = new RowLog({ openSpill: () => NaN });
  for (let n = 0; n < count; n++) {
    const { batch, index } = log.append();
    batch.f64[index * ROW_F64 + MAIN] = first + n;
    batch.u32[index * ROW_U32 + SUB] = 0;
    batch.u32[index * ROW_U32 + LENGTH] = 30;
    batch.u32[index * ROW_U32 + FLAGS] = 0;
  }
  return log.read(0, count);
}

const jobOf = ({ rows }: CutChunk): ChunkJob => ({
  kind: 'rows',
  spool: 0,
  locations: new Float64Array(rows.count),
  lengths: rows.length.slice(0, rows.count),
  tombstones: rows.tombstone.slice(0, rows.count),
  target: test.target,
  level: 3,
});

interface Writing {
  readonly writer: ChunkWriter;
  readonly sink: ManualSink;
  /** Gives chunks, and counts those that were taken. */
  readonly give: (chunks: number) => Promise<void>;
  taken: number;
  readonly told: { rows: number; bytes: number }[];
}

function writing(signal?: AbortSignal): Writing {
  const sink = new ManualSink();
  const told: { rows: number; bytes: number }[] = [];
  const writer = new ChunkWriter({
    cluster: test.cluster,
    sink,
    jobOf,
    signal,
    onChunk: (progress) => told.push(progress),
  });
  let first = 1;
  const at: Writing = {
    writer,
    sink,
    told,
    taken: 0,
    async give(chunks) {
      for (let i = 0; i < chunks; i++) {
        const batch = rowsFrom(first, CHUNK_ROWS);
        first += CHUNK_ROWS;
        for (let row = 0; row < batch.count; row++) await writer.add(batch, row);
        at.taken++;
      }
    },
  };
  return at;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}
const sequences = ({ sections }: WrittenChunks): number[] => sections.map(({ sequence }) => sequence);

describe('chunks that are cut', () => {
  it('are all in the draft, with numbers, when none is stored by then', async () => {
    const { writer, sink, give } = writing();
    await give(3);
    const last = rowsFrom(100_000, 10);
    for (let row = 0; row < 10; row++) await writer.add(last, row);
    const written = await writer.finish();
    expect(sink.drained).toBe(true);
    expect(sequences(written)).toEqual([0, 1, 2, 3]);
    expect(written.sections.map((section) => [section.stored, section.rows, section.firstMain])).toEqual([
      [undefined, CHUNK_ROWS, 1],
      [undefined, CHUNK_ROWS, 1 + CHUNK_ROWS],
      [undefined, CHUNK_ROWS, 1 + 2 * CHUNK_ROWS],
      [undefined, 10, 100_000],
    ]);
    expect(written).toMatchObject({ tabled: [], tables: new Map() });
    // Whatever becomes of them later is nobody's business here, and writes nothing.
    sink.store(0);
    sink.news[1]!.reject(new Error('never'));
    await turn();
    expect((await listCluster(test.cluster)).tables.size).toBe(0);
    expect(written.sections.every((section) => section.stored === undefined)).toBe(true);
  });

  it('that are stored in any order are in a full table in theirs, as soon as the first of them are', async () => {
    const { writer, sink, give, told } = writing();
    await give(FULL);
    for (let sequence = FULL - 1; sequence > 0; sequence--) sink.store(sequence);
    await turn();
    expect((await listCluster(test.cluster)).tables.size).toBe(0);
    sink.store(0);
    await give(2);
    sink.store(FULL + 1);
    await until(() => told.length === FULL + 1);
    const written = await writer.finish();
    expect(written.tables.size).toBe(1);
    const [[digest, size]] = [...written.tables] as [[string, number]];
    expect((await listCluster(test.cluster)).tables).toEqual(new Map([[digest, size]]));
    const names = Array.from({ length: FULL }, (_, i) => stored(`chunk ${i}`).digest);
    expect((await readTable(test.cluster, digest)).map((section) => section.digest)).toEqual(names);
    expect(written.tabled.map((chunk) => [chunk.digest, chunk.section])).toEqual(
      names.map((name, i) => [name, i]),
    );
    expect(written.sections.map((section) => [section.sequence, section.stored?.size])).toEqual([
      [FULL, undefined],
      [FULL + 1, 1000 + FULL + 1],
    ]);
    expect(told.reduce((sum, { rows }) => sum + rows, 0)).toBe((FULL + 1) * CHUNK_ROWS);
  });

  it('are no more than fit into a draft: the cutter waits until the first of them is stored', async () => {
    const at = writing();
    const giving = at.give(FULL + 2);
    await until(() => at.sink.jobs.length === FULL + 1);
    for (let i = 0; i < 5; i++) await turn();
    expect(at.sink.jobs).toHaveLength(FULL + 1);
    // The second alone does not help: tables take chunks in their order, so it is remembered still.
    at.sink.store(1);
    for (let i = 0; i < 5; i++) await turn();
    expect(at.sink.jobs).toHaveLength(FULL + 1);
    at.sink.store(0);
    await giving;
    expect(at.taken).toBe(FULL + 2);
    expect(sequences(await at.writer.finish())).toHaveLength(FULL + 2);
  });
});

describe('a chunk that fails', () => {
  it('ends the backup with its error at the next chunk', async () => {
    const { sink, give } = writing();
    await give(1);
    sink.news[0]!.reject(new Error('the store is full'));
    await turn();
    await expect(give(1)).rejects.toThrow('the store is full');
    expect(sink.jobs).toHaveLength(1);
  });

  it('ends it while the cutter waits, and at the end', async () => {
    const waiting = writing();
    const giving = waiting.give(FULL + 2);
    await until(() => waiting.sink.jobs.length === FULL + 1);
    waiting.sink.news[7]!.reject(new Error('the seventh'));
    await expect(giving).rejects.toThrow('the seventh');

    const ending = writing();
    await ending.give(1);
    ending.sink.news[0]!.reject(new Error('the last'));
    await expect(ending.writer.finish()).rejects.toThrow('the last');
  });

  it('ends it when the sink does not take it', async () => {
    const { sink, give } = writing();
    sink.refuse = new Error('staging is gone');
    await expect(give(1)).rejects.toThrow('staging is gone');
  });
});

describe('a backup that is told to stop', () => {
  const reason = new Error('told to stop');

  it('stops while the cutter waits for chunks to be stored', async () => {
    const controller = new AbortController();
    const at = writing(controller.signal);
    const giving = at.give(FULL + 2);
    await until(() => at.sink.jobs.length === FULL + 1);
    controller.abort(reason);
    await expect(giving).rejects.toBe(reason);
    // One that fails after that ends nothing.
    at.sink.news[0]!.reject(new Error('late'));
    await turn();
  });

  it.each(['put', 'drain'] as const)('stops when the sink does not answer (%s)', async (method) => {
    const controller = new AbortController();
    const at = writing(controller.signal);
    const asked = Promise.withResolvers<undefined>();
    at.sink[method] = () => {
      asked.resolve(undefined);
      return new Promise<never>(() => undefined);
    };
    const going = at.give(1).then(() => at.writer.finish());
    going.catch(() => undefined);
    await asked.promise;
    controller.abort(reason);
    await expect(going).rejects.toBe(reason);
  });
});
