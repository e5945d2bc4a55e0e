import { randomUUID } from 'node:crypto';
import { describeWith, RedisServer, requireRedis } from '@etcd-kloset/testing';
import { connectRedis, type RedisHandle } from '../redis/connect-redis.ts';
import { keys } from '../redis/key-names.ts';
import { assertNotCancelled, isCancelled, requestCancel } from './cancel-flag.ts';
import { claimRunning, releaseRunning } from './running-backup.ts';

await describeWith(requireRedis(), 'the running backup of a cluster', (program) => {
  let server: RedisServer;
  let redis: RedisHandle;
  beforeAll(async () => {
    server = await RedisServer.start(program);
    redis = connectRedis({ url: server.url });
  });
  afterAll(async () => {
    await redis.close();
    await server.stop();
  });

  let place: { store: string; cluster: string };
  beforeEach(() => {
    place = { store: 'main', cluster: `c/${randomUUID()}` };
  });
  const claim = (backup: string, isAlive: boolean | 'unknown' = true): ReturnType<typeof claimRunning> =>
    claimRunning(redis, {
      ...place,
      backup,
      isAlive: () => Promise.resolve(isAlive === 'unknown' ? undefined : isAlive),
    });

  it('is one, however many ask at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => claim(randomUUID())));
    expect(new Set(answers.map(({ backup }) => backup)).size).toBe(1);
    expect(answers.filter(({ joined }) => !joined)).toHaveLength(1);
  });

  it('is claimed again by the same backup', async () => {
    const backup = randomUUID();
    await claim(backup);
    expect(await claim(backup)).toEqual({ backup, joined: false });
  });

  it('is replaced once it has ended, by one of those who ask', async () => {
    await claim('old');
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((backup) =>
        claimRunning(redis, { ...place, backup, isAlive: (other) => Promise.resolve(other !== 'old') }),
      ),
    );
    expect(answers.filter(({ joined }) => !joined)).toHaveLength(1);
    expect(answers.every(({ backup }) => backup !== 'old')).toBe(true);
  });

  it('may have no job yet, for a while', async () => {
    await claim('young');
    expect(await claim('next', 'unknown')).toEqual({ backup: 'young', joined: true });
    await redis.client.set(
      keys.running(redis.prefix, place.store, place.cluster),
      `young ${Date.now() - 600_000}`,
    );
    expect(await claim('next', 'unknown')).toEqual({ backup: 'next', joined: false });
  });

  it('is released by itself alone', async () => {
    await claim('one');
    await releaseRunning(redis, { ...place, backup: 'on' });
    expect(await claim('two')).toEqual({ backup: 'one', joined: true });
    await releaseRunning(redis, { ...place, backup: 'one' });
    expect(await claim('two')).toEqual({ backup: 'two', joined: false });
  });

  it('can be asked to stop', async () => {
    const backup = randomUUID();
    await assertNotCancelled(redis, backup);
    await requestCancel(redis, backup);
    expect(await isCancelled(redis, backup)).toBe(true);
    await expect(assertNotCancelled(redis, backup)).rejects.toMatchObject({
      code: 'backup.cancelled',
      retryable: false,
    });
  });
});
