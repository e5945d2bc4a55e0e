import { hash, randomBytes } from 'node:crypto';
import { compress, createMasterBundle, ownerRing } from '@etcd-kloset/kloset';
import { rowOf, type Row } from '../spec-support/etcd-file.ts';
import { Scratch } from '../spec-support/scanned-file.ts';
import { openStaged, sealStaged } from '../staging/staged-bytes.ts';
import { stagingAad, stagingKey } from '../staging/staging-key.ts';
import { PipelineThreads } from './pipeline-threads.ts';
import { type ChunkJob, type MadeChunk, type OpenedChunk } from './thread-messages.ts';

const ring = ownerRing(createMasterBundle());
const cluster = ring.clusterIdOf('prod');
const target = { publicKey: ring.dataPublicKey(1), store: ring.store, cluster, epoch: 1 };
const key = stagingKey(ring, cluster);
const aad = stagingAad({ backup: 'b', attempt: 'a', sequence: 0, kind: 'chunk' });

let scratch: Scratch;
let reader: PipelineThreads;
let sealer: PipelineThreads;
beforeAll(() => {
  scratch = new Scratch();
  reader = new PipelineThreads(1);
  sealer = new PipelineThreads(1);
});
afterAll(async () => {
  await Promise.all([reader.close(), sealer.close()]);
  scratch.remove();
});

function rowsJob(rows: readonly Row[]): ChunkJob {
  const lengths = rows.map(([rowKey, value]) => rowKey.length + value.length);
  return {
    kind: 'rows',
    spool: scratch.file(Buffer.concat(rows.flat())),
    locations: Float64Array.from(lengths, (_, i) => lengths.slice(0, i).reduce((sum, each) => sum + each, 0)),
    lengths: Uint32Array.from(lengths),
    tombstones: Uint8Array.from(rows, ([rowKey]) => Number(rowKey.length === 18)),
    target,
    level: 3,
  };
}

function blocksJob(file: Buffer): ChunkJob {
  const count = Math.ceil(file.length / 65_536);
  return {
    kind: 'blocks',
    spool: scratch.file(file),
    numbers: Float64Array.from({ length: count }, (_, i) => i),
    lengths: Uint32Array.from({ length: count }, (_, i) => Math.min(65_536, file.length - i * 65_536)),
    target,
    level: 3,
  };
}

const jobs: [string, () => ChunkJob][] = [
  [
    'rows',
    () =>
      rowsJob(
        Array.from({ length: 3000 }, (_, i) =>
          rowOf({ main: 2 + i, key: `key-${i % 30}`, value: i % 5 === 4 ? undefined : `value ${i}` }),
        ),
      ),
  ],
  ['a single row', () => rowsJob([rowOf({ main: 2, key: 'k', value: 'v' })])],
  [
    'rows that no compression makes smaller',
    () => rowsJob([rowOf({ main: 2, key: 'k', value: randomBytes(3_000_000) })]),
  ],
  ['blocks', () => blocksJob(Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7) % 251)))],
];

const opened = ({ digest, bytes }: MadeChunk): Promise<OpenedChunk> =>
  reader.openChunk({
    kind: 'open',
    bytes,
    digest,
    name: 'a chunk',
    store: ring.store,
    cluster,
    privateKeys: [[1, ring.dataPrivateKey(1)]],
  });
const sealPacked = (bytes: Uint8Array, changes: { key?: Uint8Array; aad?: Uint8Array } = {}) =>
  sealer.sealPacked({ bytes: Uint8Array.from(bytes), key, aad, target, level: 3, ...changes });

/** What a chunk of three bytes is packed into, but for what is changed. */
function packed({
  version = 2,
  kind = 1,
  indexBytes = 1,
  bytes = 3,
  frame = compress(Buffer.from('abc')),
} = {}): Buffer {
  const head = Buffer.from([version, kind, indexBytes, 0, 0, 0, bytes, 0, 0, 0]);
  return Buffer.concat([head, frame]);
}

describe('a chunk of which one machine packs and another one seals', () => {
  it.each(jobs)('of %s opens to the same as one that was made at once, and is as large', async (_, job) => {
    const chunk = job();
    const packed = await reader.packChunk({ chunk, key, aad });
    const size = packed.length;
    const [two, one] = [await sealPacked(packed), await reader.makeChunk(chunk)];
    expect(two.digest).toBe(hash('sha256', two.bytes));
    expect(two.bytes.length).toBe(one.bytes.length);
    // They differ in the key that each was sealed with, and so in their names.
    expect(two.digest).not.toBe(one.digest);
    const [a, b] = [await opened(two), await opened(one)];
    expect(a.kind).toBe(b.kind);
    expect(Buffer.from(a.index).equals(b.index)).toBe(true);
    expect(Buffer.from(a.values).equals(b.values)).toBe(true);
    // What no compression makes smaller becomes hardly larger.
    expect(size).toBeLessThan(1.001 * (a.index.length + a.values.length) + 100);
  });

  it('shows nothing of its rows on its way', async () => {
    const chunk = rowsJob([rowOf({ main: 2, key: '/registry/secrets/a', value: 'hunter2'.repeat(50) })]);
    const packed = Buffer.from(await reader.packChunk({ chunk, key, aad }));
    for (const secret of ['/registry', 'hunter2']) expect(packed.includes(secret)).toBe(false);
    expect(Buffer.from(openStaged(key, aad, packed)).includes('hunter2')).toBe(true);
  });

  it('is refused with another key, in another place, or damaged; the thread goes on', async () => {
    const packed = await reader.packChunk({ chunk: jobs[1]![1](), key, aad });
    const damaged = Uint8Array.from(packed);
    damaged[20]! ^= 1;
    const elsewhere = stagingAad({ backup: 'b', attempt: 'a', sequence: 1, kind: 'chunk' });
    const failures = [
      sealPacked(packed, { key: stagingKey(ring, ring.clusterIdOf('test')) }),
      sealPacked(packed, { aad: elsewhere }),
      sealPacked(damaged),
      sealPacked(new Uint8Array(0)),
    ];
    for (const failure of await Promise.allSettled(failures))
      expect(failure).toMatchObject({ status: 'rejected', reason: { code: 'staging.does-not-open' } });
    expect((await sealPacked(packed)).digest).toHaveLength(64);
    expect(sealer.failure).toBeUndefined();
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['another version', packed({ version: 1 })],
    ['another kind', packed({ kind: 3 })],
    ['no kind', packed({ kind: 0 })],
    ['an index that is longer than all of it', packed({ indexBytes: 4 })],
    ['less than it says', packed({ bytes: 4 })],
    ['no frame', packed({ frame: Buffer.from('no frame') })],
  ])('is refused when it holds %s', async (_, plain) => {
    await expect(sealPacked(sealStaged(key, aad, [plain]))).rejects.toMatchObject({
      code: 'staging.does-not-open',
      message: expect.stringContaining('not a chunk') as string,
    });
  });

  it('fails to be packed when the spool file cannot be read', async () => {
    const chunk = { ...jobs[0]![1](), spool: 9999 };
    await expect(reader.packChunk({ chunk, key, aad })).rejects.toMatchObject({ code: 'EBADF' });
  });

  it('cannot be made by threads of which one has ended: they say so, and new ones are needed', async () => {
    const threads = new PipelineThreads(1);
    await threads.close();
    expect(threads.failure?.message).toBe('the threads were closed');
    await expect(threads.packChunk({ chunk: jobs[0]![1](), key, aad })).rejects.toBe(threads.failure);
  });
});
