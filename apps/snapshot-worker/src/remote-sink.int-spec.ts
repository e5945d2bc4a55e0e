import { randomBytes, randomUUID } from 'node:crypto';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectRedis, type RedisHandle, type SealJob, Staging } from '@etcd-kloset/jobs';
import { type Cluster, createMasterBundle, ownerRing } from '@etcd-kloset/kloset';
import { type ChunkJob, PipelineThreads, sealTarget } from '@etcd-kloset/pipeline';
import { describeWith, RedisServer, requireRedis } from '@etcd-kloset/testing';
import { remoteSink, type RemoteSinkOptions } from './remote-sink.ts';

const CHUNK = 65_536;
const ring = ownerRing(createMasterBundle());
const cluster = { ring, id: ring.clusterIdOf('prod') } as Pick<Cluster, 'ring' | 'id'> as Cluster;

await describeWith(requireRedis(), 'a sink for other workers', (program) => {
  let server: RedisServer;
  let redis: RedisHandle;
  let staging: Staging;
  let folder: string;
  let spool: number;
  const threads = new PipelineThreads(1);
  let stop: AbortController;
  const attempts: { backup: string; attempt: string }[] = [];

  beforeAll(async () => {
    server = await RedisServer.start(program);
    redis = connectRedis({ url: server.url });
    folder = await mkdtemp(path.join(tmpdir(), 'etcd-kloset-sink-'));
    writeFileSync(path.join(folder, 'spool'), randomBytes(CHUNK));
    spool = openSync(path.join(folder, 'spool'), 'r');
  });
  afterAll(async () => {
    closeSync(spool);
    await threads.close();
    await redis.close();
    await server.stop();
    await rm(folder, { recursive: true });
  });
  beforeEach(() => {
    // Three chunks and a bit.
    const bytes = 3.5 * CHUNK;
    staging = new Staging(redis, {
      totalBytes: bytes,
      perStoreBytes: bytes,
      perBackupBytes: bytes,
      expiryMs: 600_000,
    });
    stop = new AbortController();
  });
  afterEach(async () => {
    stop.abort();
    for (const { backup, attempt } of attempts.splice(0)) await staging.endAttempt(backup, attempt);
    staging.close();
  });

  const chunk = (): ChunkJob => ({
    kind: 'blocks',
    spool,
    numbers: Float64Array.of(0),
    lengths: Uint32Array.of(CHUNK),
    target: sealTarget(cluster),
    level: 3,
  });
  const open = async (changes: Partial<RemoteSinkOptions> = {}) => {
    const attempt = { backup: randomUUID(), attempt: randomUUID() };
    attempts.push(attempt);
    await staging.beginAttempt(attempt.backup, attempt.attempt, 'main');
    const jobs: SealJob[] = [];
    const sink = remoteSink({
      staging,
      attempt,
      store: 'main',
      cluster,
      threads,
      addSealJob: (job) => Promise.resolve(jobs.push(job)),
      signal: stop.signal,
      ...changes,
    });
    return { sink, attempt, jobs };
  };

  it('adds a job for each chunk once that lies in staging, and tells when it is stored', async () => {
    const { sink, jobs } = await open();
    const [first, second] = [await sink.put(chunk()), await sink.put(chunk())];
    await untilIdle(jobs, 2);
    for (const { chunk: ref, bytes } of jobs) {
      expect((await staging.getPlain(ref))!.length).toBe(bytes);
      await staging.stored(ref, { digest: 'ab', size: 10 + ref.sequence });
    }
    expect(await first.stored).toEqual({ digest: 'ab', size: 10 });
    expect(await second.stored).toEqual({ digest: 'ab', size: 11 });
    await sink.drain();
  });

  it('takes no more than staging has room for and some on their way', async () => {
    const { sink, jobs } = await open();
    for (let i = 0; i < 5; i++) await sink.put(chunk());
    const sixth = sink.put(chunk());
    await expect(Promise.race([sixth.then(() => 'taken'), untilIdle(jobs, 3)])).resolves.toBe('idle');
    for (const { chunk: ref } of jobs) await staging.stored(ref, { digest: 'ab', size: 1 });
    await sixth;
    await sink.drain();
    expect(jobs).toHaveLength(6);
  });

  it('fails when its attempt does not count any more, and with it all that wait for a chunk', async () => {
    const { sink, attempt } = await open();
    const { stored } = await sink.put(chunk());
    await staging.endAttempt(attempt.backup, attempt.attempt);
    await sink.put(chunk());
    await expect(sink.drain()).rejects.toMatchObject({ code: 'staging.superseded' });
    await expect(stored).rejects.toMatchObject({ code: 'staging.superseded' });
    await expect(sink.put(chunk())).rejects.toMatchObject({ code: 'staging.superseded' });
  });

  it('stops waiting for room when it is told to', async () => {
    const { sink, jobs } = await open();
    for (let i = 0; i < 5; i++) await sink.put(chunk());
    await untilIdle(jobs, 3);
    stop.abort(new Error('told to stop'));
    await expect(sink.drain()).rejects.toThrow('told to stop');
  });
});

/** When so many jobs were added, and a while has passed in which others could have been. */
async function untilIdle(jobs: readonly SealJob[], count: number): Promise<'idle'> {
  while (jobs.length < count) await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(jobs).toHaveLength(count);
  return 'idle';
}
