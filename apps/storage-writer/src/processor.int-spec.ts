import { hash, randomBytes } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { type PutJob, requestCancel } from '@etcd-kloset/jobs';
import { describeWith, requireRedis } from '@etcd-kloset/testing';
import { putChunk, type PutResult } from './processor.ts';
import { PutBench } from './spec-support/put-bench.ts';

await describeWith(requireRedis(), 'a sealed chunk', (program) => {
  let bench: PutBench;
  beforeAll(async () => (bench = await PutBench.start(program)));
  afterAll(() => bench.stop());

  const put = (data: PutJob, addedAt = Date.now()): Promise<PutResult> =>
    putChunk(bench.context, { data, timestamp: addedAt }, new AbortController().signal);

  it('is put into the store under its digest, noted, and gone from staging', async () => {
    const job = await bench.sealed();
    expect(await put(job)).toEqual({ outcome: 'stored' });
    expect(hash('sha256', await bench.storage.get(bench.nameOf(job)))).toBe(job.digest);
    const { backup, attempt } = job.chunk;
    expect([...(await bench.staging.results(backup, attempt))]).toEqual([
      [0, { digest: job.digest, size: job.size }],
    ]);
    expect((await bench.staging.usage()).total).toBe(0);
  });

  it('is stored once, however often its job is run', async () => {
    const job = await bench.sealed();
    await put(job);
    expect(await put(job)).toEqual({ outcome: 'stored' });
    // A worker that died between the store and the note.
    const again = await bench.sealed();
    await bench.storage.put(bench.nameOf(again), (await bench.staging.getSealed(again.chunk, again.digest))!);
    expect(await put(again)).toEqual({ outcome: 'stored' });
    expect(await bench.telemetry.metricsText()).toMatch(
      new RegExp(`kloset_stored_bytes_total ${2 * job.size}\\b`),
    );
  });

  it('of an attempt that does not count any more is left alone', async () => {
    const job = await bench.sealed();
    await bench.staging.endAttempt(job.chunk.backup, job.chunk.attempt);
    expect(await put(job)).toEqual({ outcome: 'superseded' });
    expect(await bench.storage.stat(bench.nameOf(job))).toBeUndefined();
  });

  it('that is missing or damaged in staging ends its attempt: its cluster is read again', async () => {
    const damaged = await bench.sealed();
    const { backup, attempt } = damaged.chunk;
    const key = `${bench.redis.prefix}:staging:data:${backup}/${attempt}/0:${damaged.digest}`;
    await bench.redis.client.set(key, randomBytes(damaged.size));
    const missing = await bench.sealed();
    await bench.redis.client.del(
      `${bench.redis.prefix}:staging:data:${missing.chunk.backup}/${missing.chunk.attempt}/0:${missing.digest}`,
    );
    for (const job of [damaged, missing]) {
      expect(await put(job)).toEqual({ outcome: 'lost' });
      expect(await bench.staging.isCurrent(job.chunk)).toBe(false);
      expect(await bench.storage.stat(bench.nameOf(job))).toBeUndefined();
    }
  });

  it('of a cancelled backup is not put', async () => {
    const job = await bench.sealed();
    await requestCancel(bench.redis, job.chunk.backup);
    await expect(put(job)).rejects.toMatchObject({ code: 'backup.cancelled', retryable: false });
    expect(await bench.storage.stat(bench.nameOf(job))).toBeUndefined();
  });

  it('for a store that is away is tried until its time is over, and then fails with what ails the store', async () => {
    const job = await bench.sealed();
    const away = `${bench.storeFolder}-away`;
    await rename(bench.storeFolder, away);
    try {
      await expect(put(job)).rejects.toMatchObject({ code: 'storage.missing', retryable: true });
      const tooOld = Date.now() - bench.context.storeOutageMs - 1;
      await expect(put(job, tooOld)).rejects.toMatchObject({ code: 'storage.missing', retryable: false });
    } finally {
      await rename(away, bench.storeFolder);
    }
    expect(await put(job)).toEqual({ outcome: 'stored' });
  });

  it('whose name is taken by something of another size fails, with what to do', async () => {
    const job = await bench.sealed();
    await bench.storage.put(bench.nameOf(job), randomBytes(job.size - 1));
    await expect(put(job)).rejects.toMatchObject({
      code: 'object.malformed',
      retryable: false,
      advice: expect.stringContaining('check') as string,
    });
  });
});
