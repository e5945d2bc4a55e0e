import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findRedisServer } from './find-redis.ts';

describe('redis-server', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), 'etcd-kloset-path-'))));
  afterEach(() => rm(folder, { recursive: true }));
  const install = async (name: string): Promise<string> => {
    const file = path.join(folder, name);
    await writeFile(file, '#!/bin/sh\n');
    await chmod(file, 0o755);
    return file;
  };

  it('is found on PATH, under its other name too', async () => {
    const valkey = await install('valkey-server');
    expect(await findRedisServer({ PATH: `relative:/nowhere:${folder}` })).toBe(valkey);
    const redis = await install('redis-server');
    expect(await findRedisServer({ PATH: folder })).toBe(redis);
  });

  it('is the one that is named, or none', async () => {
    const named = await install('another');
    expect(await findRedisServer({ PATH: '', ETCD_KLOSET_REDIS_SERVER: named })).toBe(named);
    await expect(findRedisServer({ ETCD_KLOSET_REDIS_SERVER: `${named}-not` })).rejects.toMatchObject({
      code: 'start.no-redis',
      message: expect.stringContaining('ETCD_KLOSET_REDIS_SERVER') as string,
    });
  });

  it('that is not installed is asked for, with the ways to have one', async () => {
    await expect(findRedisServer({ PATH: folder })).rejects.toMatchObject({
      code: 'start.no-redis',
      advice: expect.stringMatching(/apt install redis-server.*REDIS_URL/) as string,
    });
  });
});
