import { readFileSync } from 'node:fs';
import path from 'node:path';
import { hashKV, RowLog, RowRuns } from '@etcd-kloset/mvcc';
import { describeWith, EtcdCluster, requireEtcd, run, type EtcdClient } from '@etcd-kloset/testing';
import { walked } from '../spec-support/etcd-file.ts';
import { rowsOf, scan, Scratch } from '../spec-support/scanned-file.ts';
import { type DecodedFile } from './analysis.ts';

/** The same numbers at each run. */
function numbers(): (below: number) => number {
  let state = 11;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

interface Taken {
  readonly file: Buffer;
  readonly found: DecodedFile;
}

for (const version of ['3.5', '3.6'] as const) {
  await describeWith(requireEtcd(version), `the database of a real etcd ${version}`, ({ etcdutl }) => {
    let scratch: Scratch;
    let cluster: EtcdCluster;
    let client: EtcdClient;
    const next = numbers();
    beforeAll(async () => {
      scratch = new Scratch();
      cluster = await EtcdCluster.start({ version });
      client = await cluster.client();
    });
    afterAll(async () => {
      await cluster.stop();
      scratch.remove();
    });

    const key = (): string => `/registry/thing-${next(2) === 0 ? next(12) : next(300)}`;

    /** Puts, deletes of one and of many, transactions, leases that are granted, used and revoked. */
    async function live(steps: number, sizeOf = () => next(400)): Promise<void> {
      const leases: bigint[] = [];
      for (let step = 0; step < steps; step++) {
        const what = next(10);
        if (what < 4) await client.put(key(), Buffer.alloc(sizeOf(), step));
        else if (what < 5) await client.delete(key());
        else if (what < 6)
          await client.delete(`/registry/thing-1${next(10)}`, `/registry/thing-1${next(10)}z`);
        else if (what < 8) {
          const keys = new Set(Array.from({ length: 1 + next(6) }, key));
          await client.txn(
            [...keys].map((each) =>
              next(4) === 0 ? { delete: each } : { key: each, value: Buffer.alloc(sizeOf(), 1) },
            ),
          );
        } else if (what < 9) {
          leases.push(await client.grantLease(3600));
          await client.put(key(), 'leased', leases.at(-1));
        } else if (leases.length > 0) await client.revokeLease(leases.splice(next(leases.length), 1)[0]!);
      }
    }

    async function take(): Promise<Taken> {
      const name = path.join(scratch.folder, `snapshot-${next(2 ** 31)}.db`);
      await cluster.etcdctl(['snapshot', 'save', name]);
      const stream = readFileSync(name);
      const { analysis, trailer, sha256 } = scan(scratch, stream, [1024 * 1024], { trailer: true });
      expect(trailer).toBe(sha256);
      if (!analysis.decoded) throw new Error(analysis.reason);
      const { stdout } = await run(etcdutl!, ['snapshot', 'status', name, '-w', 'json']);
      const status = JSON.parse(stdout) as { hash: number; revision: number; totalKey: number };
      expect(analysis.statusHash).toBe(status.hash);
      // From 3.6 on it counts the keys that live instead.
      const rowCount = analysis.buckets.reduce((sum, each) => sum + each.rows, 0);
      if (version === '3.5') expect(rowCount).toBe(status.totalKey);
      expect(analysis.revision).toBe(Number((await client.status()).revision));
      const file = stream.subarray(0, -32);
      const rows = rowsOf(analysis, file);
      const plain = walked(file).find((bucket) => bucket.name === 'key')!.rows;
      expect(rows.length).toBe(plain.length);
      expect(rows.findIndex(({ bytes }, i) => !bytes.equals(Buffer.concat(plain[i]!)))).toBe(-1);
      return { file, found: analysis };
    }

    /** Holds our hash at many revisions against what the member answers; says at how many that could be done. */
    async function compareHashes({ found }: Taken): Promise<number> {
      const rows = RowRuns.takeOver(RowLog.takeOver(found.log), found.runs);
      let compared = 0;
      const { revision, compactRevision } = found;
      for (let at = revision; at >= compactRevision && at > 1; at -= 1 + next(6)) {
        const answer = await client.hashKV(BigInt(at));
        const compacted = Math.max(0, Number(answer.compactRevision));
        // Of the very revision of a compaction etcd gives the hash that it stored then.
        if (compacted < compactRevision || compacted > at) continue;
        expect([at, compacted, hashKV(rows, at, [compacted])[0]]).toEqual([at, compacted, answer.hash]);
        compared++;
      }
      return compared;
    }

    it('gives the status hash of etcdutl, and the HashKV of the member at every revision', async () => {
      await live(150);
      const taken = await take();
      expect(taken.found.compactRevision).toBe(0);
      expect(await compareHashes(taken)).toBeGreaterThan(30);
    });

    it('does so after compactions, whether superseded rows are gone already or not', async () => {
      for (let round = 0; round < 3; round++) {
        await live(60);
        const { revision } = await client.status();
        await client.compact(revision - BigInt(next(20)), round !== 1);
        await live(20);
        expect(await compareHashes(await take())).toBeGreaterThan(2);
      }
    });

    it('does so with the rows of a snapshot for members that have compacted further since', async () => {
      await live(40);
      const taken = await take();
      const { found } = taken;
      await client.compact(BigInt(found.revision - 5), true);
      const answer = await client.hashKV(BigInt(found.revision));
      expect(Number(answer.compactRevision)).toBe(found.revision - 5);
      const rows = RowRuns.takeOver(RowLog.takeOver(found.log), found.runs);
      expect(hashKV(rows, found.revision, [found.revision - 5])).toEqual([answer.hash]);
    });

    it('does so with stale pages all over: most of it was deleted, and nothing was defragmented', async () => {
      await live(250, () => 200 + next(30_000));
      const { revision } = await client.delete('/registry/thing-2', '/registry/thing-9');
      await client.compact(revision, true);
      await live(60, () => next(9000));
      const taken = await take();
      const { dbSize, dbSizeInUse } = await client.status();
      expect(dbSizeInUse).toBeLessThan(dbSize * 0.8);
      expect(await compareHashes(taken)).toBeGreaterThan(2);
    });

    it('does so after a defragmentation, which changes the file and not one row', async () => {
      const before = await take();
      await client.defragment();
      const after = await take();
      expect(after.file.length).toBeLessThan(before.file.length);
      expect(after.found.statusHash).toBe(before.found.statusHash);
      expect(rowsOf(after.found, after.file).map(({ bytes }) => bytes.toString('latin1'))).toEqual(
        rowsOf(before.found, before.file).map(({ bytes }) => bytes.toString('latin1')),
      );
      expect(await compareHashes(after)).toBeGreaterThan(2);
    });

    it('does so when every key was deleted', async () => {
      const { revision } = await client.delete('\0', '\0');
      expect(await compareHashes(await take())).toBeGreaterThan(0);
      await client.compact(revision, true);
      const { found } = await take();
      expect(found.revision).toBe(Number(revision));
      const rows = RowRuns.takeOver(RowLog.takeOver(found.log), found.runs);
      const answer = await client.hashKV(0n);
      expect(hashKV(rows, found.revision, [Number(answer.compactRevision)])).toEqual([answer.hash]);
    });
  });
}
