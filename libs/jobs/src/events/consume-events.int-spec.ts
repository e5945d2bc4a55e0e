import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeWith, RedisServer, requireRedis } from '@etcd-kloset/testing';
import { connectRedis, type RedisHandle } from '../redis/connect-redis.ts';
import { keys } from '../redis/key-names.ts';
import { consumeEvents, type ConsumeEventsOptions, type PoisonEvent } from './consume-events.ts';
import { emitEvent, type StreamedEvent } from './emit-event.ts';
import { type UnreadableEntry } from './stream-entry.ts';
import { type EventGap } from './stream-position.ts';

/** A consumer in a process of its own, which takes an event, says so, and never gets done with it. */
const STUCK = `
  const { connectRedis, consumeEvents } = await import('@etcd-kloset/jobs');
  const redis = connectRedis({ url: process.argv[1] });
  await consumeEvents(redis, {
    group: 'g', consumer: 'stuck', from: '0', claimIdleMs: Number(process.argv[2]),
    handler: (event) => new Promise(() => console.log(event.subject)),
    onPoison: () => undefined, signal: new AbortController().signal,
  });
`;

await describeWith(requireRedis(), 'a consumer group', (program) => {
  let server: RedisServer;
  let redis: RedisHandle;
  let controller: AbortController;
  /** What ended a consumer that should have gone on. */
  let broken: unknown;
  const running: Promise<void>[] = [];
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    server = await RedisServer.start(program);
    redis = connectRedis({ url: server.url });
  });
  beforeEach(async () => {
    controller = new AbortController();
    broken = undefined;
    await redis.client.flushall();
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    controller.abort();
    await Promise.all(running.splice(0));
  });
  afterAll(async () => {
    await redis.close();
    await server.stop();
  });

  const emit = (store: string): Promise<StreamedEvent> => emitEvent(redis, 'store.reachable', { store });
  const none = (): never => {
    throw new Error('nothing is poisonous here');
  };
  function consume(options: Partial<ConsumeEventsOptions>): Promise<void> {
    const { signal } = controller;
    const all = { group: 'g', consumer: 'c', from: '0', handler: none, onPoison: none, signal } as const;
    const ended = consumeEvents(redis, { ...all, ...options });
    running.push(ended);
    ended.catch((error: unknown) => (broken = error));
    return ended;
  }
  async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await condition())) {
      if (broken !== undefined) throw broken as Error;
      await sleep(5);
    }
  }
  const pending = async (): Promise<number> => {
    const [count] = (await redis.client.xpending(keys.events(redis.prefix), 'g')) as [number];
    return count;
  };

  const groupIsThere = async (): Promise<boolean> => {
    const groups = redis.client.xinfo('GROUPS', keys.events(redis.prefix)) as Promise<unknown[]>;
    return (await groups.catch(() => [])).length > 0;
  };

  it('ends while Redis is away', async () => {
    const away = connectRedis({ url: 'redis://127.0.0.1:1' });
    const ending = new AbortController();
    const ended = consumeEvents(away, {
      group: 'g',
      consumer: 'c',
      handler: none,
      onPoison: none,
      signal: ending.signal,
    });
    ending.abort();
    await ended;
    await away.close();
  });

  it('gets each event once, in order, shared among its consumers, and every group gets all', async () => {
    const seen: Record<string, string[]> = { a: [], b: [], other: [] };
    const into = (name: string) => ({
      handler: async (event: StreamedEvent['event']) => {
        await sleep(1);
        seen[name]!.push(event.subject);
      },
    });
    void consume({ consumer: 'a', ...into('a') });
    void consume({ consumer: 'b', ...into('b') });
    void consume({ group: 'h', consumer: 'a', ...into('other') });
    const names = Array.from({ length: 40 }, (_, at) => `s${at}`);
    for (const name of names) await emit(name);
    await until(() => seen['a']!.length + seen['b']!.length === 40 && seen['other']!.length === 40);
    expect(seen['other']).toEqual(names);
    expect([...seen['a']!, ...seen['b']!].sort()).toEqual([...names].sort());
    expect(seen['a']!.length).toBeGreaterThan(0);
    expect(seen['b']!.length).toBeGreaterThan(0);
    await until(async () => (await pending()) === 0);
  });

  it('that is new begins with what comes, unless it wants all there is', async () => {
    await emit('before');
    const seen: string[] = [];
    void consume({ group: 'late', from: '$', handler: ({ subject }) => void seen.push(subject) });
    await until(groupIsThere);
    await emit('after');
    await until(() => seen.length > 0);
    expect(seen).toEqual(['after']);
  });

  it('goes on where it was, over an end and a new start', async () => {
    const seen: string[] = [];
    const handler = ({ subject }: StreamedEvent['event']): void => void seen.push(subject);
    const first = new AbortController();
    await emit('a');
    const ended = consume({ handler, signal: first.signal });
    await until(() => seen.length === 1);
    first.abort();
    await ended;
    await emit('b');
    void consume({ consumer: 'another', handler });
    await until(() => seen.length === 2);
    expect(seen).toEqual(['a', 'b']);
  });

  it('gets only the types it wants, and is not held up by the others', async () => {
    const seen: string[] = [];
    await emit('main');
    await emitEvent(redis, 'cluster.removed', { cluster: 'prod', store: 'main' });
    void consume({ types: ['cluster.removed'], handler: ({ type }) => void seen.push(type) });
    await until(() => seen.length > 0);
    expect(seen).toEqual(['cluster.removed']);
    await until(async () => (await pending()) === 0);
  });

  it('gets an event again that its handler did not get done, and is not held up by it', async () => {
    const seen: string[] = [];
    const errors: unknown[] = [];
    await emit('a');
    await emit('b');
    void consume({
      claimIdleMs: 50,
      handler: ({ subject }, { deliveries }) => {
        seen.push(`${subject}${deliveries}`);
        if (subject === 'a' && deliveries < 3) throw new Error('not now');
      },
      onError: (error) => errors.push(error),
    });
    await until(() => seen.includes('a3') && seen.includes('b1'));
    expect(seen.filter((one) => one !== 'b1')).toEqual(['a1', 'a2', 'a3']);
    expect(errors).toEqual([new Error('not now'), new Error('not now')]);
    await until(async () => (await pending()) === 0);
  });

  it('hands over what nobody gets done, with its error, and is rid of it', async () => {
    const poisons: PoisonEvent[] = [];
    const { event } = await emit('poison');
    await emit('good');
    let good = 0;
    void consume({
      claimIdleMs: 30,
      maxDeliveries: 3,
      handler: ({ subject }) => {
        if (subject === 'poison') throw new Error('always');
        good++;
      },
      onPoison: (poison) => {
        poisons.push(poison);
        if (poisons.length === 1) throw new Error('the heap is full');
      },
    });
    await until(async () => poisons.length === 2 && (await pending()) === 0);
    expect(poisons[0]).toMatchObject({ event, deliveries: 3, error: new Error('always') });
    expect(poisons[1]).toMatchObject({ event, deliveries: 3, error: undefined });
    expect(good).toBe(1);
  });

  it('takes over from a consumer that was killed, and only then', async () => {
    await emit('a');
    await emit('b');
    const child = spawn(process.execPath, ['--input-type=module', '-e', STUCK, server.url, '1000'], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    await once(child.stdout, 'data');
    const seen: string[] = [];
    const handler: ConsumeEventsOptions['handler'] = ({ subject }, { deliveries }) =>
      void seen.push(`${subject}${deliveries}`);
    void consume({ claimIdleMs: 1000, handler });
    await until(() => seen.length === 1);
    // For as long as it lives it keeps what it has, however long it takes.
    await sleep(1500);
    expect(seen).toEqual(['b1']);
    child.kill('SIGKILL');
    await until(() => seen.length === 2);
    expect(seen).toEqual(['b1', 'a2']);
  });

  it('gives a consumer that comes back what it had before, at once', async () => {
    await emit('a');
    const first = new AbortController();
    let failed = false;
    const ended = consume({
      signal: first.signal,
      handler: () => {
        failed = true;
        throw new Error('I die');
      },
    });
    await until(() => failed);
    first.abort();
    await ended;
    const seen: number[] = [];
    void consume({ handler: (_event, { deliveries }) => void seen.push(deliveries) });
    await until(() => seen.length > 0);
    expect(seen).toEqual([2]);
  });

  it('does not count against an event that one before it killed the consumer', async () => {
    await emit('killer');
    await emit('innocent');
    const seen: string[] = [];
    for (let life = 0; life < 2; life++) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', STUCK, server.url, '60000'], {
        cwd: import.meta.dirname,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.push(child);
      expect(String((await once(child.stdout, 'data'))[0])).toBe('killer\n');
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    const poisons: PoisonEvent[] = [];
    void consume({
      consumer: 'stuck',
      maxDeliveries: 2,
      handler: ({ subject }, { deliveries }) => void seen.push(`${subject}${deliveries}`),
      onPoison: (poison) => void poisons.push(poison),
    });
    await until(() => seen.length > 0 && poisons.length > 0);
    expect(seen).toEqual(['innocent1']);
    expect(poisons).toMatchObject([{ event: { subject: 'killer' }, deliveries: 2, error: undefined }]);
  });

  it('is told of what it cannot read and of what is gone, and goes on', async () => {
    const stream = keys.events(redis.prefix);
    await redis.client.xadd(stream, '*', 'type', 'store.reachable', 'subject', 'main', 'event', '{');
    await emit('a');
    const unreadable: UnreadableEntry[] = [];
    const gaps: EventGap[] = [];
    const seen: string[] = [];
    const first = new AbortController();
    const ended = consume({
      signal: first.signal,
      handler: () => {
        first.abort();
        throw new Error('not done');
      },
      onUnreadable: (entry) => unreadable.push(entry),
    });
    await ended;
    expect(unreadable).toMatchObject([{ type: 'store.reachable', error: { code: 'event.invalid' } }]);
    expect(await pending()).toBe(1);
    await emit('b');
    await emit('c');
    await redis.client.xtrim(stream, 'MAXLEN', 1);
    void consume({ handler: ({ subject }) => void seen.push(subject), onGap: (gap) => gaps.push(gap) });
    await until(() => seen.length > 0);
    expect(seen).toEqual(['c']);
    // One that it had in its hands, and at least one that it never saw.
    expect(gaps).toHaveLength(2);
    await until(async () => (await pending()) === 0);
  });

  it('is told of what somebody else had in his hands and is gone', async () => {
    await emit('a');
    const first = new AbortController();
    await consume({
      signal: first.signal,
      handler: () => {
        first.abort();
        throw new Error('not done');
      },
    });
    await emit('b');
    await redis.client.xtrim(keys.events(redis.prefix), 'MAXLEN', 1);
    const gaps: EventGap[] = [];
    const seen: string[] = [];
    void consume({
      consumer: 'another',
      claimIdleMs: 20,
      handler: ({ subject }) => void seen.push(subject),
      onGap: (gap) => gaps.push(gap),
    });
    await until(async () => seen.length > 0 && (await pending()) === 0);
    expect(seen).toEqual(['b']);
    expect(gaps.length).toBeGreaterThan(0);
  });

  it('lets a handler that is running get done when it is told to end', async () => {
    await emit('a');
    await emit('b');
    const seen: string[] = [];
    const ended = consume({
      handler: async ({ subject }) => {
        controller.abort();
        await sleep(50);
        seen.push(subject);
      },
    });
    await ended;
    expect(seen).toEqual(['a']);
    expect(await pending()).toBe(0);
  });

  it('goes on when Redis comes back after it was killed', async () => {
    const seen: string[] = [];
    void consume({ handler: ({ subject }) => void seen.push(subject) });
    await emit('a');
    await until(() => seen.length === 1);
    await server.kill();
    await server.restart();
    await emit('b');
    await until(() => seen.length === 2);
    expect(seen).toEqual(['a', 'b']);
  });

  it('begins anew when Redis has lost everything, and says so', async () => {
    const seen: string[] = [];
    const gaps: EventGap[] = [];
    void consume({
      from: '$',
      handler: ({ subject }) => void seen.push(subject),
      onGap: (gap) => gaps.push(gap),
    });
    await until(groupIsThere);
    await redis.client.flushall();
    await emit('b');
    await until(() => seen.includes('b'));
    expect(gaps).toHaveLength(1);
  });
});
