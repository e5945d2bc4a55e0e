import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeWith, RedisServer, requireRedis } from '@etcd-kloset/testing';
import { type Job, Queue } from 'bullmq';
import { ServiceProcess } from './spec-support/service-process.ts';

const PASSWORD = 'hunter2-hunter2';
const PREFIX = '{etcd-kloset}';

await describeWith(requireRedis(), 'a service', (program) => {
  let redis: RedisServer;
  let queue: Queue;
  let service: ServiceProcess;
  const start = (env: NodeJS.ProcessEnv = {}, ...args: string[]) =>
    (service = new ServiceProcess({ REDIS_URL: redis.url, ...env }, args));
  const aLongJob = (): Promise<Job> => queue.add('sleep', { ms: 60_000 });

  beforeAll(async () => {
    redis = await RedisServer.start(program, { password: PASSWORD });
    queue = new Queue('sleep', { connection: { port: redis.port, password: PASSWORD }, prefix: PREFIX });
    // Redis is taken away below.
    queue.on('error', () => undefined);
  });
  afterAll(async () => {
    await queue.close();
    await redis.stop();
  });
  afterEach(async () => {
    expect(service.stdout).not.toContain(PASSWORD);
    await service.stop();
    await queue.obliterate({ force: true });
  });

  it('finishes what is under way when it is asked to end, and ends with 0', async () => {
    start();
    const job = await queue.add('sleep', { ms: 300 });
    await service.logged('Sleeping.');
    expect(await service.health('/healthz')).toMatchObject({ status: 200 });
    expect(await service.health('/readyz')).toMatchObject({
      status: 200,
      checks: { redis: { status: 'ok' } },
    });
    service.kill('SIGTERM');
    await service.logged('Asked to end.');
    expect(await service.health('/readyz')).toMatchObject({
      status: 503,
      checks: { process: { status: 'failed' } },
    });
    expect(await service.ended()).toEqual({ code: 0, signal: null, stderr: '' });
    expect(await queue.getJob(job.id!)).toMatchObject({ returnvalue: 'slept' });
    expect(service.lines().at(-1)).toMatchObject({ level: 'info', service: 'chunk-worker', msg: 'Ended.' });
  });

  it('gives up what is under way when the time to drain is over, and still ends with 0', async () => {
    start({ ETCD_KLOSET_LIMITS_DRAIN: '1s' });
    await aLongJob();
    await service.logged('Sleeping.');
    service.kill('SIGINT');
    expect(await service.ended()).toMatchObject({ code: 0 });
  });

  it('ends at once when it is asked a second time', async () => {
    start();
    await aLongJob();
    await service.logged('Sleeping.');
    service.kill('SIGTERM');
    await service.logged('Asked to end.');
    service.kill('SIGTERM');
    expect(await service.ended()).toMatchObject({ code: 143 });
  });

  it('is ended by force when it does not end by itself', async () => {
    start({ TEST_MODE: 'hang', ETCD_KLOSET_LIMITS_DRAIN: '1s' });
    await service.logged('Started.');
    service.kill('SIGTERM');
    expect(await service.ended()).toMatchObject({ code: 1 });
    await service.logged('Ended by force: it did not end in time.');
  });

  it.each(['reject', 'throw'])('does not go on after an error that nobody expected (%s)', async (mode) => {
    start({ TEST_MODE: mode });
    await aLongJob();
    expect(await service.ended()).toMatchObject({ code: 1 });
    expect(service.lines().at(-1)).toMatchObject({
      level: 'error',
      msg: 'Ended by an error that nobody expected.',
      error: { stack: expect.stringContaining('sleeper.ts') as unknown },
    });
  });

  it('is not ready while Redis is away, at boot or later, and lives all the while', async () => {
    await redis.kill();
    start();
    const waiting = await service.logged('Waiting for Redis.');
    expect(waiting).toMatchObject({ level: 'warn', error: { code: 'redis.unreachable' } });
    expect(await service.health('/readyz')).toMatchObject({
      status: 503,
      checks: { redis: { status: 'failed', code: 'redis.unreachable' } },
    });
    await redis.restart();
    await service.logged('Started.');
    // It was started with nothing, and says so.
    expect(service.lines()).toContainEqual(
      expect.objectContaining({ msg: 'Started.', configuration: 'none' }),
    );
    await service.logged('No store is configured: nothing can be backed up.');
    await service.whenReady(200);

    await redis.kill();
    await service.whenReady(503);
    expect(await service.health('/healthz')).toMatchObject({ status: 200 });
    await redis.restart();
    await service.whenReady(200);
    await service.logged('The connection to Redis is back.');
    const { id } = await queue.add('sleep', { ms: 1 });
    while ((await queue.getJobState(id!)) !== 'completed') await sleep(10);
  });

  it('refuses a Redis that would lose jobs, with the sentence that mends it', async () => {
    const evicts = await RedisServer.start(program, { maxmemoryPolicy: 'allkeys-lru' });
    start({ REDIS_URL: evicts.url });
    const { code, stderr } = await service.ended();
    await evicts.stop();
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^chunk-worker: Redis would throw jobs away .*\nSet "maxmemory-policy noeviction".*\n$/,
    );
  });

  it('waits for a Redis that refuses it, tells no secret, and can be asked to end meanwhile', async () => {
    start({ REDIS_URL: redis.url.replace(PASSWORD, `${PASSWORD}-wrong`), ETCD_KLOSET_LOG_LEVEL: 'debug' });
    const { error } = await service.logged('Waiting for Redis.');
    expect(error).toMatchObject({ code: 'redis.denied' });
    service.kill('SIGTERM');
    expect(await service.ended()).toEqual({ code: 0, signal: null, stderr: '' });
    expect(service.stdout).not.toContain(PASSWORD);
  });

  describe('that is called wrongly', () => {
    let folder: string;
    beforeAll(async () => (folder = await mkdtemp(path.join(tmpdir(), 'etcd-kloset-service-'))));
    afterAll(() => rm(folder, { recursive: true }));

    it('ends with 2 when its arguments are wrong', async () => {
      start({}, '--confg', 'x');
      const { code, stderr } = await service.ended();
      expect(code).toBe(2);
      expect(stderr).toMatch(/^chunk-worker: .*--confg.*\nCall it with --help\.\n$/s);
    });

    it('ends with 1 and says where when its configuration is wrong', async () => {
      const file = path.join(folder, 'etcd-kloset.yaml');
      await writeFile(file, 'redis:\n  url: redis://x\n  prfix: secret-value\n');
      start({}, '--config', file);
      const { code, stderr } = await service.ended();
      expect(code).toBe(1);
      expect(stderr).toContain('redis.prfix');
      expect(stderr).not.toContain('secret-value');
      expect(stderr).not.toMatch(/^ +at /m);
    });
  });
});
