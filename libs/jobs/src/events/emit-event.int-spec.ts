import { randomUUID } from 'node:crypto';
import { describeWith, RedisServer, requireRedis } from '@etcd-kloset/testing';
import { connectRedis, type RedisHandle } from '../redis/connect-redis.ts';
import { keys } from '../redis/key-names.ts';
import { RESULT, SAMPLES } from '../spec-support/sample-events.ts';
import { emitOutcome } from './backup-outcome.ts';
import { emitEvent, emitOnce } from './emit-event.ts';
import { lastEventId } from './last-event-id.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

await describeWith(requireRedis(), 'events that are emitted', (program) => {
  let server: RedisServer;
  let redis: RedisHandle;
  beforeAll(async () => {
    server = await RedisServer.start(program);
    redis = connectRedis({ url: server.url });
  });
  beforeEach(() => redis.client.flushall());
  afterAll(async () => {
    await redis.close();
    await server.stop();
  });
  const stream = (): Promise<[string, string[]][]> =>
    redis.client.xrange(keys.events(redis.prefix), '-', '+');

  it('stand in the stream with type and subject beside them', async () => {
    const { id, event } = await emitEvent(redis, 'store.reachable', { store: 'main' });
    expect(await stream()).toEqual([
      [id, ['type', 'store.reachable', 'subject', 'main', 'event', JSON.stringify(event)]],
    ]);
    expect(await lastEventId(redis)).toBe(id);
  });

  it('do not get into it when they are none', async () => {
    const bad = { store: 'No Such Store!' };
    await expect(emitEvent(redis, 'store.reachable', bad)).rejects.toMatchObject({ code: 'event.invalid' });
    const large = { ...SAMPLES['schedule.missed'], reason: 'x'.repeat(50_000) };
    await expect(emitOnce(redis, 'schedule.missed', large)).rejects.toMatchObject({
      code: 'event.invalid',
      message: expect.stringContaining('too large') as string,
    });
    expect(await redis.client.dbsize()).toBe(0);
    expect(await lastEventId(redis)).toBe('0-0');
  });

  it('are dropped from its other end when there are more than it keeps', async () => {
    const emit = (keep: number) => emitEvent(redis, 'store.reachable', { store: 'main' }, { keep });
    await Promise.all(Array.from({ length: 1000 }, () => emit(100)));
    const { length } = await stream();
    // Redis drops whole nodes of a hundred.
    expect(length).toBeGreaterThanOrEqual(100);
    expect(length).toBeLessThan(300);
  });

  it('once are in it once, whoever else emits them, at the same time or days later', async () => {
    const [other, backup] = [connectRedis({ url: server.url }), randomUUID()];
    const data = { ...SAMPLES['backup.committed'], backup };
    const emitted = await Promise.all(
      Array.from({ length: 20 }, (_, at) => emitOnce(at % 2 ? redis : other, 'backup.committed', data)),
    );
    await other.close();
    expect(emitted.filter((event) => event !== undefined)).toHaveLength(1);
    expect(await stream()).toHaveLength(1);
    const life = await redis.client.pttl(keys.emitted(redis.prefix, `${backup}/committed`));
    expect(life).toBeGreaterThan(7.9 * DAY_MS);
  });

  it('once need an id when it does not follow from what they say', async () => {
    await expect(emitOnce(redis, 'store.unreachable', SAMPLES['store.unreachable'])).rejects.toMatchObject({
      code: 'event.invalid',
    });
    const emit = () =>
      emitOnce(redis, 'store.unreachable', SAMPLES['store.unreachable'], { id: 'main/outage-1' });
    expect(await emit()).toMatchObject({ event: { id: 'main/outage-1' } });
    expect(await emit()).toBeUndefined();
  });

  it('once are not taken for emitted when Redis could not take them', async () => {
    await redis.client.set(keys.events(redis.prefix), 'no stream');
    await expect(emitOnce(redis, 'backup.failed', SAMPLES['backup.failed'])).rejects.toThrow(/WRONGTYPE/);
    await redis.client.del(keys.events(redis.prefix));
    expect(await emitOnce(redis, 'backup.failed', SAMPLES['backup.failed'])).toBeDefined();
  });

  it('of a committed backup come together, once', async () => {
    const result = { ...RESULT, proof: 'mismatch', proofReason: 'b differs' } as const;
    const backup = randomUUID();
    const emitted = await emitOutcome(redis, backup, result);
    expect(emitted.map(({ event }) => event.type)).toEqual(['backup.committed', 'backup.mismatch']);
    expect(await emitOutcome(redis, backup, result)).toEqual([]);
    expect(await stream()).toHaveLength(2);
    // One of the two was emitted by somebody else.
    const another = randomUUID();
    await emitOnce(redis, 'backup.committed', { ...SAMPLES['backup.committed'], backup: another });
    const rest = await emitOutcome(redis, another, result);
    expect(rest.map(({ event }) => event.type)).toEqual(['backup.mismatch']);
  });

  it('fail with a clear error while Redis is away', async () => {
    const away = connectRedis({ url: 'redis://127.0.0.1:1', failFast: true });
    await expect(emitEvent(away, 'store.reachable', { store: 'main' })).rejects.toMatchObject({
      code: 'redis.unreachable',
      retryable: true,
    });
    await away.close();
  });
});
