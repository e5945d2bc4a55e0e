import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { assertRedisPolicy, connectRedis } from '@etcd-kloset/jobs';
import { configurationFrom } from '@etcd-kloset/platform';
import { describeWith, RedisServer, requireRedis } from '@etcd-kloset/testing';
import { text } from './support/repository.ts';

const PASSWORD = 'correct horse';

/** As docs/operations.md makes it. */
const USERS = `user default on #${createHash('sha256').update(PASSWORD).digest('hex')} ~* &* +@all\n`;

await describeWith(requireRedis(), 'the Redis of k8s/overlays/redis', (program) => {
  let folder: string;
  let server: RedisServer;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'etcd-kloset-redis-users-'));
    writeFileSync(path.join(folder, 'users.acl'), USERS);
    // What the file does not say stays as bad as can be.
    server = await RedisServer.start(program, {
      password: PASSWORD,
      appendonly: false,
      maxmemoryPolicy: 'allkeys-lru',
      args: settings().flatMap(([name, value]) =>
        name === 'dir' ? [] : [`--${name}`, name === 'aclfile' ? path.join(folder, 'users.acl') : value],
      ),
    });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  it('is one that the services take', async () => {
    const redis = connectRedis({ url: server.url });
    try {
      await expect(assertRedisPolicy(redis.client)).resolves.toBeUndefined();
    } finally {
      await redis.close();
    }
  });

  it('lets nobody in without the password', async () => {
    const redis = connectRedis({ url: `redis://127.0.0.1:${server.port}` });
    try {
      await expect(redis.client.ping()).rejects.toThrow(/NOAUTH/);
    } finally {
      await redis.close();
    }
  });

  it('has memory for all that may be staged, and as much again', () => {
    const [, maxmemory = ''] = settings().find(([name]) => name === 'maxmemory') ?? [];
    expect(Number(/^(\d+)gb$/.exec(maxmemory)?.[1]) * 2 ** 30).toBeGreaterThanOrEqual(
      2 * configurationFrom({}).limits.stagingBytes,
    );
  });
});

/** The lines of redis.conf. */
function settings(): [name: string, value: string][] {
  return text('k8s/overlays/redis/redis.conf')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name, ...value] = line.split(' ');
      return [name!, value.join(' ')];
    });
}
