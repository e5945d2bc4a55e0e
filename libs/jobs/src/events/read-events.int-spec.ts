import { describeWith, RedisServer, requireRedis } from '@etcd-kloset/testing';
import { connectRedis, type RedisHandle } from '../redis/connect-redis.ts';
import { keys } from '../redis/key-names.ts';
import { SAMPLES } from '../spec-support/sample-events.ts';
import { emitEvent, type StreamedEvent } from './emit-event.ts';
import { lastEventId } from './last-event-id.ts';
import { readEvents, type ReadEventsOptions } from './read-events.ts';
import { type UnreadableEntry } from './stream-entry.ts';
import { type EventGap } from './stream-position.ts';

await describeWith(requireRedis(), 'a reader of events', (program) => {
  let server: RedisServer;
  let redis: RedisHandle;
  let controller: AbortController;
  beforeAll(async () => {
    server = await RedisServer.start(program);
    redis = connectRedis({ url: server.url });
  });
  beforeEach(async () => {
    controller = new AbortController();
    await redis.client.flushall();
  });
  afterEach(() => controller.abort());
  afterAll(async () => {
    await redis.close();
    await server.stop();
  });

  const emit = (store: string): Promise<StreamedEvent> => emitEvent(redis, 'store.reachable', { store });
  /** The next so many events, and a reader that can be asked for more. */
  function reader(options: Partial<ReadEventsOptions>) {
    const events = readEvents(redis, { signal: controller.signal, ...options });
    const take = async (count: number): Promise<string[]> => {
      const subjects: string[] = [];
      while (subjects.length < count) {
        const step = await events.next();
        if (step.done === true) break;
        subjects.push(step.value.event.subject);
      }
      return subjects;
    };
    return { events, take };
  }
  const trimTo = (count: number) => redis.client.xtrim(keys.events(redis.prefix), 'MAXLEN', count);

  it('gets all there are, in order, and then those to come', async () => {
    for (let at = 0; at < 250; at++) await emit(`s${at}`);
    const { take } = reader({ from: '0' });
    expect(await take(250)).toEqual(Array.from({ length: 250 }, (_, at) => `s${at}`));
    const next = take(1);
    await emit('later');
    expect(await next).toEqual(['later']);
  });

  it('goes on after the event that it names, without that one', async () => {
    const [, second] = [await emit('a'), await emit('b'), await emit('c')];
    const gaps: EventGap[] = [];
    const { take } = reader({ from: second.id, onGap: (gap) => gaps.push(gap) });
    expect(await take(1)).toEqual(['c']);
    expect(gaps).toEqual([]);
  });

  it('misses nothing between a look at the newest id and its first read', async () => {
    expect(await lastEventId(redis)).toBe('0-0');
    await emit('before');
    const from = await lastEventId(redis);
    await emit('after');
    expect(await reader({ from }).take(1)).toEqual(['after']);
  });

  it('from $ gets only what comes from then on', async () => {
    await emit('before');
    const { take } = reader({});
    const next = take(1);
    let at = 0;
    const emitting = setInterval(() => void emit(`later-${at++}`), 20);
    expect((await next)[0]).toMatch(/^later-\d+$/);
    clearInterval(emitting);
  });

  it('gets only the types and the cluster that it wants', async () => {
    await emit('main');
    await emitEvent(redis, 'cluster.registered', { cluster: 'other', store: 'main' });
    await emitEvent(redis, 'cluster.removed', { cluster: 'prod', store: 'main' });
    await emitEvent(redis, 'cluster.registered', { cluster: 'prod', store: 'main' });
    const { events } = reader({ from: '0', types: ['cluster.registered'], subject: 'prod' });
    const { value } = await events.next();
    expect(value).toMatchObject({ event: { type: 'cluster.registered', subject: 'prod' } });
  });

  it('is told of what it cannot read, and gets what comes after it', async () => {
    const stream = keys.events(redis.prefix);
    const json = JSON.stringify((await emit('first')).event);
    const bad: Record<string, string[]> = {
      damaged: ['type', 'store.reachable', 'subject', 'main', 'event', json.slice(0, -5)],
      newer: [
        'type',
        'store.moved',
        'subject',
        'main',
        'event',
        json.replaceAll('store.reachable', 'store.moved'),
      ],
      foreign: ['hello', 'world'],
      lying: ['type', 'store.unreachable', 'subject', 'main', 'event', json],
    };
    for (const fields of Object.values(bad)) await redis.client.xadd(stream, '*', ...fields);
    await emit('last');
    const unreadable: UnreadableEntry[] = [];
    const { take } = reader({ from: '0', onUnreadable: (entry) => unreadable.push(entry) });
    expect(await take(2)).toEqual(['first', 'last']);
    expect(unreadable.map(({ type }) => type)).toEqual([
      'store.reachable',
      'store.moved',
      undefined,
      'store.unreachable',
    ]);
    for (const { error } of unreadable) expect(error.code).toBe('event.invalid');
  });

  it('is told, before the next event, that those which it should have got may be gone', async () => {
    const first = await emit('a');
    for (const store of ['b', 'c', 'd']) await emit(store);
    await trimTo(1);
    const said: string[] = [];
    const { events } = reader({
      from: first.id,
      onGap: ({ after, next }) => said.push(`gap ${after} ${next}`),
    });
    const { value } = await events.next();
    said.push(value!.event.subject);
    expect(said).toEqual([`gap ${first.id} ${value!.id}`, 'd']);
  });

  it('is told of a gap in the middle of its reading too, when it is slow', async () => {
    for (let at = 0; at < 100; at++) await emit(`s${at}`);
    const gaps: EventGap[] = [];
    const { take } = reader({ from: '0', onGap: (gap) => gaps.push(gap) });
    await take(1);
    for (let at = 100; at < 200; at++) await emit(`s${at}`);
    await trimTo(50);
    expect(await take(149)).toEqual([
      ...Array.from({ length: 99 }, (_, at) => `s${at + 1}`),
      ...Array.from({ length: 50 }, (_, at) => `s${at + 150}`),
    ]);
    expect(gaps).toHaveLength(1);
  });

  it('goes on when Redis comes back after it was killed, and misses nothing', async () => {
    const { take } = reader({ from: '0' });
    await emit('a');
    expect(await take(1)).toEqual(['a']);
    const next = take(2);
    await server.kill();
    await server.restart();
    await emit('b');
    await emit('c');
    expect(await next).toEqual(['b', 'c']);
  });

  it('is told when Redis has lost the stream, and reads the new one', async () => {
    const far = `${Date.now() + 3_600_000}-0`;
    await redis.client.xadd(keys.events(redis.prefix), far, 'hello', 'from a clock that is ahead');
    const gaps: EventGap[] = [];
    const { take } = reader({ from: far, onGap: (gap) => gaps.push(gap) });
    const next = take(1);
    await redis.client.flushall();
    await emit('new');
    expect(await next).toEqual(['new']);
    expect(gaps).toHaveLength(1);
  });

  it('ends when it is told to, while it waits, while Redis is away, and before it began', async () => {
    const { events } = reader({ from: '0' });
    const waiting = events.next();
    controller.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });

    const away = connectRedis({ url: 'redis://127.0.0.1:1' });
    const [other, never] = [new AbortController(), AbortSignal.abort()];
    const nothing = readEvents(away, { signal: other.signal }).next();
    other.abort();
    expect((await nothing).done).toBe(true);
    expect((await readEvents(away, { signal: never }).next()).done).toBe(true);
    await away.close();
  });

  it('refuses a position that is none', async () => {
    await expect(reader({ from: 'yesterday' }).take(1)).rejects.toMatchObject({ code: 'event.bad-position' });
  });

  it('leaves no connection behind', async () => {
    const count = async (): Promise<number> => {
      const list = (await redis.client.client('LIST')) as string;
      return list.trim().split('\n').length;
    };
    const before = await count();
    await emitEvent(redis, 'backup.failed', SAMPLES['backup.failed']);
    for await (const _event of readEvents(redis, { from: '0', signal: controller.signal })) break;
    while ((await count()) > before) await new Promise((resolve) => setTimeout(resolve, 10));
  });
});
