import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import path from 'node:path';
import {
  connectRedis,
  deliver,
  emitEvent,
  makeEvent,
  type RedisHandle,
  signatureHeader,
} from '@etcd-kloset/jobs';
import { describeWith, RedisServer, requireRedis } from '@etcd-kloset/testing';
import { JobsError } from '../src/errors.ts';
import { EVENT_TYPES, RESULT, SAMPLES } from '../src/spec-support/sample-events.ts';
import { SmallService } from '../src/spec-support/small-service.ts';

/** An example in a process of its own, and what it prints. */
class Example {
  readonly process: ChildProcess;
  readonly #exit: Promise<unknown[]>;
  output = '';

  constructor(file: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    this.process = spawn(process.execPath, [path.join(import.meta.dirname, file), ...args], {
      env: { ...process.env, ...env },
    });
    this.#exit = once(this.process, 'close');
    for (const stream of [this.process.stdout!, this.process.stderr!]) {
      stream.setEncoding('utf8').on('data', (piece: string) => (this.output += piece));
    }
  }

  /** What it has printed by the time that this stands in it. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.output);
      if (found !== null) return found;
      if (this.process.exitCode !== null) throw new Error(`It ended: ${this.output}`);
      await Promise.race([
        once(this.process.stdout!, 'data'),
        once(this.process.stderr!, 'data'),
        this.#exit,
      ]);
    }
  }

  async end(signal?: NodeJS.Signals): Promise<number | null> {
    if (signal !== undefined) this.process.kill(signal);
    await this.#exit;
    return this.process.exitCode;
  }
}

await describeWith(requireRedis(), 'the example', (program) => {
  let server: RedisServer;
  let redis: RedisHandle;
  const examples: Example[] = [];
  beforeAll(async () => {
    server = await RedisServer.start(program);
    redis = connectRedis({ url: server.url });
  });
  afterEach(() => {
    for (const example of examples.splice(0)) example.process.kill('SIGKILL');
  });
  afterAll(async () => {
    await redis.close();
    await server.stop();
  });

  function run(file: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Example {
    const example = new Example(file, args, { REDIS_URL: server.url, ...env });
    examples.push(example);
    return example;
  }

  it('that requests a backup follows it to its end', async () => {
    const service = new SmallService(redis, {
      backup: (cluster) => {
        if (cluster === 'broken')
          throw new JobsError('etcd.unreachable' as 'job.invalid', 'No member answers.');
        return { ...RESULT, cluster };
      },
    });
    const [good, broken, unknown] = ['prod', 'broken', 'no-such'].map((cluster) =>
      run('request-and-follow.ts', [cluster]),
    );
    expect([await good!.end(), await broken!.end(), await unknown!.end()]).toEqual([0, 1, 1]);
    expect(good!.output).toContain('backup.requested\nbackup.started\nbackup.progress 1 bytes\n');
    expect(good!.output).toContain(`backup.committed ${RESULT.snapshot} proven\n`);
    expect(broken!.output).toContain('backup.failed etcd.unreachable No member answers.\n');
    expect(unknown!.output).toContain('request.refused cluster.unknown');
    await service.close();
  });

  it('that consumes events gets those it names, and ends when it is told to', async () => {
    const pager = run('consume-events.ts');
    const groups = async (): Promise<unknown[]> =>
      (await redis.client.xinfo('GROUPS', `${redis.prefix}:events`).catch(() => [])) as unknown[];
    while ((await groups()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    for (const type of EVENT_TYPES) await emitEvent(redis, type, SAMPLES[type]);
    await pager.printed(/cluster\.overdue prod .*\n/);
    expect(pager.output.split('\n').map((line) => line.split(' ')[0])).toEqual([
      'backup.failed',
      'backup.mismatch',
      'cluster.overdue',
      '',
    ]);
    expect(await pager.end('SIGTERM')).toBe(0);
  });

  it('that receives webhooks takes what is signed, once, and refuses the rest', async () => {
    const secret = 'only we know';
    const receiver = run('receive-webhook.ts', [], { WEBHOOK_SECRET: secret, PORT: '0' });
    const [, port] = await receiver.printed(/port: (\d+)/);
    const webhook = {
      name: 'pager',
      url: `http://localhost:${port!}/`,
      secrets: [secret],
      allowPrivate: true,
    };
    const { event } = await emitEvent(redis, 'backup.failed', SAMPLES['backup.failed']);
    expect((await deliver(webhook, event)).status).toBe(204);
    expect((await deliver(webhook, event)).status).toBe(204);
    await expect(deliver({ ...webhook, secrets: ['a guess'] }, event)).rejects.toMatchObject({
      code: 'webhook.refused',
      context: expect.objectContaining({ status: 401 }) as object,
    });
    await receiver.printed(/backup\.failed/);
    expect(receiver.output.match(/backup\.failed prod/g)).toHaveLength(1);
  });

  it('that receives webhooks answers whatever comes, and goes on', async () => {
    const secret = 'only we know';
    const receiver = run('receive-webhook.ts', [], { WEBHOOK_SECRET: secret, PORT: '0' });
    const [, port] = await receiver.printed(/port: (\d+)/);
    const post = async (body: string, header?: string): Promise<number> => {
      const signature = signatureHeader([secret], Math.floor(Date.now() / 1000), body);
      const headers = { 'x-kloset-signature': header ?? signature };
      const { status } = await fetch(`http://127.0.0.1:${port!}/`, { method: 'POST', headers, body });
      return status;
    };
    const event = makeEvent('backup.failed', SAMPLES['backup.failed']);

    // The client goes away in the middle of its request.
    const client = connect(Number(port), '127.0.0.1');
    await once(client, 'connect');
    client.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{');
    await new Promise((resolve) => setTimeout(resolve, 100));
    client.resetAndDestroy();

    expect(await post(JSON.stringify({ ...event, type: 'backup.admired' }))).toBe(204);
    expect(await post('no JSON')).toBe(400);
    expect(await post('null')).toBe(400);
    expect(await post(JSON.stringify({ ...event, data: {} }))).toBe(400);
    expect(await post('no JSON', 't=1,v1=00')).toBe(401);
    expect(await post(JSON.stringify(event))).toBe(204);
    await receiver.printed(/backup\.failed prod/);
    expect(receiver.process.exitCode).toBeNull();
  });

  it('that receives webhooks does not start without a secret', async () => {
    const receiver = run('receive-webhook.ts', [], { WEBHOOK_SECRET: '', PORT: '0' });
    expect(await receiver.end()).toBe(1);
    expect(receiver.output).toContain('WEBHOOK_SECRET');
  });
});
