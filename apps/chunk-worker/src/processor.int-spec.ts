import { hash } from 'node:crypto';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { requestCancel, type SealJob } from '@etcd-kloset/jobs';
import { openChunk, decodeBlocksPayload } from '@etcd-kloset/kloset';
import { describeWith, requireRedis } from '@etcd-kloset/testing';
import { sealChunk, type SealResult } from './processor.ts';
import { SealBench } from './spec-support/seal-bench.ts';

await describeWith(requireRedis(), 'a plain chunk', (program) => {
  let bench: SealBench;
  beforeAll(async () => (bench = await SealBench.start(program)));
  afterAll(() => bench.stop());

  const seal = (data: SealJob): Promise<SealResult> =>
    sealChunk(bench.context, { data, timestamp: Date.now() }, new AbortController().signal);
  const putJobOf = ({ chunk }: SealJob) => bench.puts.getJob(`${chunk.attempt}-${chunk.sequence}`);
  const dependenciesOf = async ({ chunk }: SealJob): Promise<number> => {
    const backup = await bench.backups.getJob(chunk.backup);
    return (await backup!.getDependenciesCount()).unprocessed ?? 0;
  };

  it('is sealed to its store, takes the plain one’s place, and is to be put, for which its backup waits', async () => {
    const job = await bench.plain();
    const before = (await bench.staging.usage()).total;
    expect(await seal(job)).toEqual({ outcome: 'sealed' });
    const { data } = (await putJobOf(job))!;
    const bytes = (await bench.staging.getSealed(job.chunk, data.digest))!;
    expect(data).toMatchObject({ chunk: job.chunk, store: 'main', cluster: job.cluster, size: bytes.length });
    expect(hash('sha256', bytes)).toBe(data.digest);
    expect(await bench.staging.getPlain(job.chunk)).toBeUndefined();
    expect((await bench.staging.usage()).total).toBeLessThan(1.5 * before);
    expect(await dependenciesOf(job)).toBe(1);

    const { owner } = bench.parts;
    const place = { store: owner.store, cluster: job.cluster };
    const opened = openChunk(bytes, (epoch) => owner.dataPrivateKey(epoch), place, 'the chunk');
    const [block] = [...decodeBlocksPayload(opened.index(), opened.values())];
    expect(Buffer.from(block!.bytes).equals(bench.content)).toBe(true);
  });

  it('is sealed once, however often its job is run', async () => {
    const job = await bench.plain();
    await seal(job);
    const { digest } = (await putJobOf(job))!.data;
    // A worker that died before it could add the job that puts it.
    await (await putJobOf(job))!.remove();
    expect(await seal(job)).toEqual({ outcome: 'sealed' });
    expect(await seal(job)).toEqual({ outcome: 'sealed' });
    expect((await putJobOf(job))!.data.digest).toBe(digest);
    expect(await dependenciesOf(job)).toBe(1);
    await bench.staging.stored(job.chunk, { digest, size: 1 });
    expect(await seal(job)).toEqual({ outcome: 'stored' });
  });

  it('of an attempt that does not count any more is left alone', async () => {
    const job = await bench.plain();
    await bench.staging.endAttempt(job.chunk.backup, job.chunk.attempt);
    expect(await seal(job)).toEqual({ outcome: 'superseded' });
    expect(await putJobOf(job)).toBeUndefined();
  });

  it('that is missing in staging ends its attempt: its cluster is read again', async () => {
    const job = await bench.plain();
    const { redis } = bench.parts;
    await redis.client.del(`${redis.prefix}:staging:data:${job.chunk.backup}/${job.chunk.attempt}/0`);
    expect(await seal(job)).toEqual({ outcome: 'lost' });
    expect(await bench.staging.isCurrent(job.chunk)).toBe(false);
  });

  it('that opens for another place only is no chunk, and tried again', async () => {
    const job = await bench.plain();
    const moved = { ...job, cluster: bench.parts.owner.clusterIdOf('other') };
    await expect(seal(moved)).rejects.toMatchObject({ code: 'staging.does-not-open', retryable: true });
  });

  it('of a cancelled backup is not sealed', async () => {
    const job = await bench.plain();
    await requestCancel(bench.parts.redis, job.chunk.backup);
    await expect(seal(job)).rejects.toMatchObject({ code: 'backup.cancelled', retryable: false });
    expect(await putJobOf(job)).toBeUndefined();
  });

  it('is sealed while its store is away: only who puts it needs the store', async () => {
    const job = await bench.plain();
    const folder = path.join(bench.parts.folder, 'store');
    await rename(folder, `${folder}-away`);
    try {
      expect(await seal(job)).toEqual({ outcome: 'sealed' });
    } finally {
      await rename(`${folder}-away`, folder);
    }
  });

  it('is sealed by new threads when one has died', async () => {
    const before = bench.threads.get();
    await before.close();
    expect(await seal(await bench.plain())).toEqual({ outcome: 'sealed' });
    expect(bench.threads.get()).not.toBe(before);
  });
});
