import { hash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { jest } from '@jest/globals';
import {
  createMasterBundle,
  decodeBlocksPayload,
  decodeRowsPayload,
  KlosetStoreError,
  ownerRing,
} from '@etcd-kloset/kloset';
import { rowOf, type Row } from '../spec-support/etcd-file.ts';
import { Scratch } from '../spec-support/scanned-file.ts';
import { PipelineThreads } from './pipeline-threads.ts';
import { type ChunkJob, type MadeChunk, type OpenJob } from './thread-messages.ts';

const ring = ownerRing(createMasterBundle());
const cluster = ring.clusterIdOf('prod');
const target = { publicKey: ring.dataPublicKey(1), store: ring.store, cluster, epoch: 1 };
const rows: Row[] = Array.from({ length: 20 }, (_, i) =>
  rowOf({ main: 2 + i, key: `key-${i % 3}`, value: i % 5 === 4 ? undefined : `value ${i}` }),
);
/** Rows as a spool file has them: some side by side, some with something in between. */
const pieces = rows.flatMap(([key, value], i) =>
  i % 4 === 3 ? [key, value, Buffer.from('gap')] : [key, value],
);

let scratch: Scratch;
let spool: number;
let threads: PipelineThreads;
let listening: jest.SpiedFunction<Worker['on']>;
beforeAll(() => {
  scratch = new Scratch();
  spool = scratch.file(Buffer.concat(pieces));
});
afterAll(() => scratch.remove());
beforeEach(() => {
  // Every thread is listened to: that is how to get hold of the real ones.
  listening = jest.spyOn(Worker.prototype, 'on');
  threads = new PipelineThreads(2);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await threads.close();
});

/** The threads that were started since the test began. */
function started(): Worker[] {
  return [...new Set(listening.mock.contexts)] as Worker[];
}

function rowsJob(from = 0, to = rows.length): Extract<ChunkJob, { kind: 'rows' }> {
  const lengths = rows.map(([key, value]) => key.length + value.length);
  const locations = lengths.map(
    (_, i) => lengths.slice(0, i).reduce((sum, each) => sum + each, 0) + 3 * Math.floor(i / 4),
  );
  return {
    kind: 'rows',
    spool,
    locations: Float64Array.from(locations.slice(from, to)),
    lengths: Uint32Array.from(lengths.slice(from, to)),
    tombstones: Uint8Array.from(rows.slice(from, to), ([key]) => Number(key.length === 18)),
    target,
    level: 3,
  };
}

function openJob({ digest, bytes }: MadeChunk, changes: Partial<OpenJob> = {}): OpenJob {
  return {
    kind: 'open',
    // The thread takes them for good.
    bytes: Uint8Array.from(bytes),
    digest,
    name: 'clusters/x/chunks/y',
    store: ring.store,
    cluster,
    privateKeys: [[1, ring.dataPrivateKey(1)]],
    ...changes,
  };
}

describe('threads', () => {
  it('make chunks of rows that open to the same rows', async () => {
    const made = await threads.makeChunk(rowsJob(3, 17));
    expect(made.digest).toBe(hash('sha256', made.bytes));
    const { kind, index, values } = await threads.openChunk(openJob(made));
    expect(kind).toBe('rows');
    const decoded = decodeRowsPayload(index, values);
    const all = rows.slice(3, 17).map((row, i) => {
      const out = Buffer.alloc(decoded.size(i));
      decoded.write(i, out, 0);
      return out.equals(Buffer.concat(row));
    });
    expect(all).toEqual(new Array(14).fill(true));
  });

  it('make chunks of blocks that open to the same blocks', async () => {
    const file = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7) % 251));
    const job: ChunkJob = {
      kind: 'blocks',
      spool: scratch.file(file),
      numbers: Float64Array.of(0, 2, 3),
      lengths: Uint32Array.of(65_536, 65_536, 200_000 - 3 * 65_536),
      target,
      level: 6,
    };
    const { kind, index, values } = await threads.openChunk(openJob(await threads.makeChunk(job)));
    expect(kind).toBe('blocks');
    for (const { number, bytes } of decodeBlocksPayload(index, values))
      expect(
        file
          .subarray(number * 65_536)
          .subarray(0, 65_536)
          .equals(bytes),
      ).toBe(true);
  });

  it('are started when there is work, and no more of them than was said', async () => {
    expect(started().length).toBe(0);
    await threads.makeChunk(rowsJob());
    expect(started().length).toBe(1);
    await threads.makeChunk(rowsJob());
    expect(started().length).toBe(1);
    const results = await Promise.all(
      Array.from({ length: 15 }, (_, i) => threads.makeChunk(rowsJob(i, i + 5))),
    );
    expect(started().length).toBe(2);
    const lengths = await Promise.all(
      results.map(async (made) => (await threads.openChunk(openJob(made))).index[0]),
    );
    expect(lengths).toEqual(new Array(15).fill(5));
  });

  it('fail for one job alone: the others, before and after it, are done', async () => {
    const made = await threads.makeChunk(rowsJob());
    const rotten = Uint8Array.from(made.bytes);
    rotten[rotten.length - 1]! ^= 1;
    const jobs = [
      threads.openChunk(openJob(made)),
      threads.openChunk(openJob(made, { bytes: rotten })),
      threads.openChunk(openJob(made)),
      threads.makeChunk({ ...rowsJob(), spool: 9999 }),
      threads.openChunk(openJob(made, { cluster: ring.clusterIdOf('test') })),
      threads.openChunk(openJob(made, { privateKeys: [] })),
      threads.openChunk(openJob(made)),
    ];
    const results = await Promise.allSettled(jobs);
    expect(results.map((result) => result.status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    const reasons = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as Error] : [],
    );
    expect(reasons.map((reason) => (reason as { code?: unknown }).code)).toEqual([
      'object.rotten',
      'EBADF',
      'seal.does-not-open',
      'key.epoch',
    ]);
    const [first] = reasons;
    expect(first).toBeInstanceOf(KlosetStoreError);
    expect(first).toMatchObject({
      advice: expect.stringContaining('sound copy') as string,
      retryable: false,
      context: { object: 'clusters/x/chunks/y' },
    });
    expect(first!.stack).toContain('open-job');
    await threads.makeChunk(rowsJob());
  });

  it('take the bytes of a chunk over where that saves a copy, and leave them where others share their memory', async () => {
    const made = await threads.makeChunk(rowsJob());
    const shared = Buffer.concat([made.bytes, made.bytes]).subarray(0, made.bytes.length);
    const before = Buffer.from(shared);
    await threads.openChunk(openJob(made, { bytes: shared }));
    expect(shared.equals(before)).toBe(true);
    const own = Uint8Array.from(made.bytes);
    await threads.openChunk(openJob(made, { bytes: own }));
    expect(own).toHaveLength(0);
    // What is gone cannot be given again; that harms no other job.
    await expect(threads.openChunk(openJob(made, { bytes: own }))).rejects.toThrow();
    await threads.openChunk(openJob(made));
  });

  it('that read past the spool file say so', async () => {
    await expect(
      threads.makeChunk({ ...rowsJob(), locations: new Float64Array(20).fill(1e6) }),
    ).rejects.toThrow('shorter than what was written');
  });

  it('all fail, and what comes later too, when one of them dies', async () => {
    await threads.makeChunk(rowsJob());
    const [first] = started();
    const jobs = Promise.allSettled(Array.from({ length: 500 }, () => threads.makeChunk(rowsJob())));
    await first!.terminate();
    // On a busy machine some are done before the thread is.
    const undone = (await jobs).filter(({ status }) => status === 'rejected');
    expect(undone.length).toBeGreaterThan(0);
    for (const result of undone)
      expect(result).toMatchObject({ reason: { message: expect.stringContaining('ended early') as string } });
    const count = started().length;
    await expect(threads.makeChunk(rowsJob())).rejects.toThrow('ended early');
    expect(started().length).toBe(count);
  });

  it('that are closed give up what they do and what waits, and none is started any more', async () => {
    const jobs = Promise.allSettled(Array.from({ length: 20 }, () => threads.makeChunk(rowsJob())));
    await threads.close();
    for (const result of await jobs)
      expect(result).toMatchObject({ status: 'rejected', reason: { message: 'the threads were closed' } });
    const count = started().length;
    await expect(threads.makeChunk(rowsJob())).rejects.toThrow('closed');
    expect(started().length).toBe(count);
    expect(started().map(({ threadId }) => threadId)).toEqual(new Array(count).fill(-1));
    await threads.close();
  });

  it('that are closed before they had to do anything are never started', async () => {
    await threads.close();
    await expect(threads.makeChunk(rowsJob())).rejects.toThrow('closed');
    expect(started().length).toBe(0);
  });
});
