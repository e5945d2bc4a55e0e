import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { describeWith, EtcdCluster, requireEtcd, run } from '@etcd-kloset/testing';

import { crc32c } from './spec-support/crc32c.ts';
import { linesOf, readFile } from './spec-support/read-file.ts';
import { bucketOf, bytesOf, writeFile, type ModelBucket } from './spec-support/write-file.ts';

const SHA256_BYTES = 32;
/** Of one test; the machine may be busy with others. */
const TIMEOUT_MS = 60_000;

interface Status {
  readonly hash: number;
  readonly totalKey: number;
  readonly totalSize: number;
}

/** What `etcdutl snapshot status` hashes: every bucket's name, then each of its keys and values. */
function statusHash(buckets: readonly ModelBucket[]): number {
  let crc = 0;
  for (const { name, rows } of buckets) {
    crc = crc32c(name, crc);
    for (const [key, value] of rows) crc = crc32c(value, crc32c(key, crc));
  }
  return crc;
}

function rowCount(buckets: readonly ModelBucket[]): number {
  return buckets.reduce((count, { rows }) => count + rows.length, 0);
}

/** etcd's bucket of revisions, whose rows etcdutl takes apart: 17-byte keys, and messages whose field 5 is the value. */
function revisions(count: number, valueBytes: (row: number) => number): ModelBucket {
  const rows = Array.from({ length: count }, (_, row) => {
    const key = Buffer.alloc(17);
    key.writeBigUInt64BE(BigInt(row) + 2n, 0);
    key.write('_', 8);
    const bytes = valueBytes(row);
    const value = Buffer.alloc(bytes + 9);
    value.set([
      0x0a,
      1,
      0x61,
      0x2a,
      0x80 | (bytes & 0x7f),
      0x80 | ((bytes >> 7) & 0x7f),
      0x80 | ((bytes >> 14) & 0x7f),
      bytes >> 21,
    ]);
    value.fill(row % 251, 8, 8 + bytes);
    return [key, value.subarray(0, 8 + bytes)] as const;
  });
  return { name: bytesOf('key'), sequence: 0n, rows };
}

await describeWith(requireEtcd(), 'the check that etcdutl runs with bbolt itself', ({ etcdutl }) => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'bbolt-etcdutl-'));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  async function statusOf(bytes: Uint8Array): Promise<Status> {
    const file = path.join(folder, 'file.db');
    writeFileSync(file, bytes);
    const { stdout } = await run(etcdutl!, ['snapshot', 'status', file, '--write-out', 'json']);
    return JSON.parse(stdout) as Status;
  }

  const meta = bucketOf('meta', 3, () => 8);
  /** Keys so long that branch pages overflow. */
  const longKeys: ModelBucket = {
    name: bytesOf('lease'),
    sequence: 2n ** 63n,
    rows: Array.from({ length: 99 }, (_, row) => [Buffer.alloc(30_000, row + 1), Buffer.alloc(row * 100)]),
  };

  const shapes: [string, ModelBucket[]][] = [
    ['no row', [{ ...revisions(0, () => 0) }, bucketOf('meta', 0, () => 0)]],
    ['one row', [revisions(1, () => 10), meta]],
    ['very many tiny rows', [revisions(100_000, () => 0), meta]],
    ['rows of all lengths', [revisions(3000, (row) => (row * 7919) % 20_000), longKeys, meta]],
    ['rows of 100 KB and more', [revisions(40, (row) => row * 100_000), meta]],
  ];

  describe.each([1024, 4096, 8192, 16384, 65536])('accepts pages of %i bytes', (pageSize) => {
    it.each(shapes)(
      'with %s',
      async (_, buckets) => {
        const file = writeFile(pageSize, buckets);
        const status = await statusOf(file);
        expect(status).toMatchObject({
          hash: statusHash(buckets),
          totalKey: rowCount(buckets),
          totalSize: file.length,
        });
      },
      TIMEOUT_MS,
    );
  });

  it(
    'accepts a tree of buckets that needs branches',
    async () => {
      const many = Array.from({ length: 3000 }, (_, i) =>
        bucketOf(`z-${String(i).padStart(5, '0')}`, i % 3, () => 50),
      );
      const buckets = [revisions(10, () => 100), meta, ...many];
      expect(await statusOf(writeFile(4096, buckets))).toMatchObject({
        hash: statusHash(buckets),
        totalKey: rowCount(buckets),
      });
    },
    TIMEOUT_MS,
  );

  it(
    'refuses a file in which one page is named twice, so that the check is seen to be one',
    async () => {
      const buckets = [revisions(2000, () => 100), meta];
      const file = writeFile(4096, buckets);
      const root = Buffer.from(file.buffer).readBigUInt64LE(2 * 4096 + 16 + 2 * 16 + 3);
      const branch = Buffer.from(file.buffer, Number(root) * 4096);
      branch.writeBigUInt64LE(branch.readBigUInt64LE(16 + 8), 16 + 16 + 8);
      await expect(statusOf(file)).rejects.toThrow(/multiple references|integrity/);
    },
    TIMEOUT_MS,
  );
});

await describeWith(requireEtcd(), "an etcd member's own file", ({ etcdutl }) => {
  let cluster: EtcdCluster;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'bbolt-etcd-'));
    cluster = await EtcdCluster.start();
  }, 120_000);

  afterAll(async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true });
  });

  it(
    'is read, and written anew, with the hash and the number of rows that etcdutl finds in it',
    async () => {
      const client = await cluster.client();
      for (let round = 0; round < 4; round++) {
        for (let i = 0; i < 50; i++) await client.put(`key-${i}`, 'x'.repeat(i * i * 40));
        await client.delete(`key-${round}`);
      }
      // Pages that become free are used again: the tree no longer lies in the file in order.
      await client.compact((await client.status()).revision - 60n);
      for (let i = 0; i < 50; i++) await client.put(`key-${i}`, 'y'.repeat(i * 100));
      const saved = path.join(folder, 'saved.db');
      await cluster.etcdctl(['snapshot', 'save', saved], { member: 0 });
      const bytes = readFileSync(saved);

      const buckets = readFile(bytes.subarray(0, -SHA256_BYTES));
      const rewritten = writeFile(4096, buckets);
      expect(linesOf(readFile(rewritten))).toEqual(linesOf(buckets));
      expect(rowCount(buckets)).toBeGreaterThan(100);

      const again = path.join(folder, 'again.db');
      writeFileSync(again, rewritten);
      for (const file of [saved, again]) {
        const { stdout } = await run(etcdutl!, ['snapshot', 'status', file, '--write-out', 'json']);
        expect(JSON.parse(stdout)).toMatchObject({ hash: statusHash(buckets), totalKey: rowCount(buckets) });
      }
    },
    TIMEOUT_MS,
  );
});
