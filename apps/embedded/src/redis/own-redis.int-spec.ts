import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertRedisPolicy, connectRedis, type RedisHandle } from '@etcd-kloset/jobs';
import { describeWith, freePorts, requireRedis } from '@etcd-kloset/testing';
import { identityOf } from '../state/process-identity.ts';
import { openStateFolder, type StateFolder } from '../state/state-folder.ts';
import { type OwnRedis, startOwnRedis } from './own-redis.ts';
import { redisUrl, startRedisProcess } from './redis-process.ts';

await describeWith(requireRedis(), 'the Redis of the program itself', (program) => {
  let folder: string;
  let state: StateFolder;
  const notes: string[] = [];
  const started: OwnRedis[] = [];
  const handles: RedisHandle[] = [];
  const start = async (): Promise<OwnRedis> => {
    const redis = await startOwnRedis(state, program, (note) => notes.push(note));
    started.push(redis);
    return redis;
  };
  const connect = ({ url }: Pick<OwnRedis, 'url'>): RedisHandle => {
    const handle = connectRedis({ url });
    handles.push(handle);
    return handle;
  };
  const noted = (): { process: { pid: number } } =>
    JSON.parse(readFileSync(state.file('redis.json'), 'utf8')) as { process: { pid: number } };
  const gone = async (pid: number): Promise<void> => {
    for (;;) {
      try {
        process.kill(pid, 0);
      } catch {
        return;
      }
      await sleep(20);
    }
  };

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'etcd-kloset-embedded-'));
    state = await openStateFolder(path.join(folder, 'state'));
  });
  afterEach(async () => {
    for (const handle of handles.splice(0)) handle.client.disconnect();
    for (const redis of started.splice(0)) await redis.stop();
    await rm(folder, { recursive: true, force: true });
    notes.length = 0;
  });

  it('loses no jobs, lets nobody in without its password, and keeps its data from one start to the next', async () => {
    const first = await start();
    await assertRedisPolicy(connect(first).client);
    await connect(first).client.set('key', 'value');
    const stranger = connectRedis({ url: first.url.replace(/:[^:@]+@/, ''), failFast: true });
    handles.push(stranger);
    await expect(stranger.client.get('key')).rejects.toThrow('NOAUTH');
    await first.stop();
    expect(await connect(await start()).client.get('key')).toBe('value');
  });

  it('is started again when it dies, where it was', async () => {
    const { client } = connect(await start());
    await client.set('key', 'value');
    const closed = once(client, 'close');
    process.kill(noted().process.pid, 'SIGTERM');
    await closed;
    expect(await client.get('key')).toBe('value');
    expect(notes).toEqual(['Redis has ended by itself; it is started again']);
  });

  it('of an earlier start that left it behind is ended, and its data taken over', async () => {
    const access = { port: (await freePorts(1))[0]!, password: 'secret' };
    await mkdir(state.file('redis'));
    const left = await startRedisProcess(program, state.file('redis'), access);
    await connect({ url: redisUrl(access) }).client.set('key', 'value');
    const note = { ...access, process: identityOf(left.pid) };
    await writeFile(state.file('redis.json'), JSON.stringify(note));
    const next = await start();
    await left.ended;
    expect(notes).toEqual([`ending the Redis of an earlier start, process ${left.pid}`]);
    expect(await connect(next).client.get('key')).toBe('value');
  });

  it('ends when its owner is killed', async () => {
    await state.release();
    const script = path.join(import.meta.dirname, '../spec-support/holds-redis.ts');
    const owner: ChildProcess = spawn(process.execPath, [script, state.path, program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(owner.stdout!, 'data');
    const { pid } = noted().process;
    owner.kill('SIGKILL');
    await gone(pid);
    // The lock of a process that is gone is nobody's.
    state = await openStateFolder(state.path);
    await connect(await start()).client.ping();
  });

  it('that cannot start says what redis-server says', async () => {
    await expect(startOwnRedis(state, '/bin/false', () => undefined)).rejects.toMatchObject({
      code: 'start.redis-failed',
    });
  });
});
