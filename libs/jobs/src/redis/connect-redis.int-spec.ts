import { describeWith, freePorts, RedisServer, requireRedis } from '@etcd-kloset/testing';
import { connectRedis, type ConnectRedisOptions, type RedisHandle } from './connect-redis.ts';
import { orRedisError } from './redis-errors.ts';
import { assertRedisPolicy } from './redis-policy.ts';

await describeWith(requireRedis(), 'a connection to Redis', (program) => {
  let server: RedisServer | undefined;
  let handles: RedisHandle[];
  beforeEach(() => {
    handles = [];
    server = undefined;
  });
  afterEach(async () => {
    await Promise.all(handles.map((handle) => handle.close()));
    await server?.stop();
  });

  function connect(options: ConnectRedisOptions): RedisHandle {
    const handle = connectRedis(options);
    handles.push(handle);
    return handle;
  }

  it('waits for a Redis that is away at boot', async () => {
    const [port] = await freePorts(1);
    const errors: string[] = [];
    const { client } = connect({
      url: `redis://127.0.0.1:${port}`,
      onError: (error) => errors.push(error.message),
    });
    const answer = client.set('key', 'value');
    server = await RedisServer.start(program, { port });
    expect(await answer).toBe('OK');
    expect(new Set(errors)).toEqual(new Set(['Redis does not answer.']));
  });

  it('sends again what was on its way when Redis was killed', async () => {
    server = await RedisServer.start(program);
    const { client } = connect({ url: server.url });
    await client.set('counted', '1');
    server.pause();
    const answer = client.set('key', 'value');
    await server.kill();
    await server.restart();
    expect(await answer).toBe('OK');
    expect(await client.get('counted')).toBe('1');
  });

  it('fails fast for requests while Redis is away, and is fine once it is back', async () => {
    const [port] = await freePorts(1);
    const { client } = connect({ url: `redis://127.0.0.1:${port}`, failFast: true });
    await expect(orRedisError(client.get('key'))).rejects.toMatchObject({
      code: 'redis.unreachable',
      retryable: true,
    });
    server = await RedisServer.start(program, { port });
    await expect(untilAnswered(() => client.set('key', 'value'))).resolves.toBe('OK');
  });

  it('does not hang on a frozen Redis when it fails fast', async () => {
    server = await RedisServer.start(program);
    const { client } = connect({ url: server.url, failFast: true });
    await client.ping();
    server.pause();
    await expect(orRedisError(client.get('key'))).rejects.toMatchObject({ code: 'redis.unreachable' });
    server.resume();
  });

  it('closes at once though Redis is frozen', async () => {
    server = await RedisServer.start(program);
    const handle = connect({ url: server.url });
    await handle.client.ping();
    server.pause();
    await handle.close();
    await expect(handle.client.ping()).rejects.toThrow('Connection is closed');
    server.resume();
  });

  it('shows a wrong password to nobody', async () => {
    server = await RedisServer.start(program, { password: 'right' });
    const url = `redis://:wrong-secret@127.0.0.1:${server.port}`;
    const told: unknown[] = [];
    const handle = connect({ url, failFast: true, onError: (error) => told.push(error) });
    const failure: unknown = await handle.client.get('key').catch((error: unknown) => error);
    const translated: unknown = await orRedisError(Promise.reject(failure as Error)).catch(
      (error: unknown) => error,
    );
    expect(translated).toMatchObject({ code: 'redis.denied' });
    expect(told[0]).toMatchObject({ code: 'redis.denied' });
    for (const error of [...told, failure, translated])
      expect(everythingIn(error)).not.toContain('wrong-secret');
    expect(handle.address).toBe(`redis://127.0.0.1:${server.port}`);
  });

  it('takes a password with any characters from its address', async () => {
    server = await RedisServer.start(program, { password: 'p@ss/w:rd%' });
    expect(await connect({ url: server.url }).client.ping()).toBe('PONG');
  });

  describe('asked whether jobs are safe with it', () => {
    async function policyOf(
      options: Parameters<typeof RedisServer.start>[1],
      allowNoPersistence = false,
    ): Promise<unknown> {
      server = await RedisServer.start(program, options);
      const warnings: string[] = [];
      const { client } = connect({ url: server.url });
      await assertRedisPolicy(client, { allowNoPersistence, onWarning: (text) => warnings.push(text) });
      return warnings;
    }

    it('is content with noeviction and an append-only file', async () => {
      expect(await policyOf({})).toEqual([]);
    });

    it('refuses one that evicts, with the sentence that mends it', async () => {
      await expect(policyOf({ maxmemoryPolicy: 'allkeys-lru' })).rejects.toMatchObject({
        code: 'redis.evicts',
        message: expect.stringContaining('allkeys-lru') as string,
        advice: expect.stringContaining('CONFIG SET maxmemory-policy noeviction') as string,
      });
    });

    it('is content after the command of that sentence', async () => {
      await expect(policyOf({ appendonly: false, maxmemoryPolicy: 'volatile-ttl' })).rejects.toThrow();
      const { client } = connect({ url: server!.url });
      await client.config('SET', 'maxmemory-policy', 'noeviction');
      await client.config('SET', 'appendonly', 'yes');
      await assertRedisPolicy(client);
    });

    it('refuses one that keeps nothing, unless that is allowed', async () => {
      await expect(policyOf({ appendonly: false })).rejects.toMatchObject({
        code: 'redis.not-persistent',
        advice: expect.stringContaining('CONFIG SET appendonly yes') as string,
      });
      await assertRedisPolicy(connect({ url: server!.url }).client, { allowNoPersistence: true });
      await server!.stop();
      await expect(
        policyOf({ appendonly: false, maxmemoryPolicy: 'allkeys-lru' }, true),
      ).rejects.toMatchObject({
        code: 'redis.evicts',
      });
    });

    it('needs no CONFIG, which managed services forbid', async () => {
      expect(await policyOf({ args: ['--rename-command', 'CONFIG', ''] })).toEqual([]);
    });

    it('warns when it may not even ask', async () => {
      server = await RedisServer.start(program);
      const admin = connect({ url: server.url }).client;
      await admin.call('ACL', 'SETUSER', 'modest', 'on', '>secret', '~*', '+@all', '-info');
      const warnings: string[] = [];
      const url = `redis://modest:secret@127.0.0.1:${server.port}`;
      const { client } = connect({ url });
      await assertRedisPolicy(client, { onWarning: (text) => warnings.push(text) });
      expect(warnings).toEqual([expect.stringMatching(/version and maxmemory-policy and appendonly/)]);
    });
  });
});

/** Everything that a careless logger could print. */
function everythingIn(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error);
  const own = Object.fromEntries(
    Object.getOwnPropertyNames(error).map((name) => [name, Reflect.get(error, name)]),
  );
  return (
    JSON.stringify({ ...own, cause: undefined }) +
    (error.cause === undefined ? '' : everythingIn(error.cause))
  );
}

async function untilAnswered<Result>(ask: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await ask();
    } catch {
      // Redis is still on its way.
    }
  }
}
