import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { describeWith, freePorts, RedisServer, requireRedis } from '@etcd-kloset/testing';
import { CHUNKS_IN_TRACE } from './fan-out.ts';
import { GrpcReceiver } from './spec-support/grpc-receiver.ts';
import { OtlpReceiver, type ReceivedSpan } from './spec-support/otlp-receiver.ts';

const JOBS = CHUNKS_IN_TRACE + 3;
const CONSUMER = 5;
const ERROR = 2;

await describeWith(requireRedis(), 'a trace through jobs', (program) => {
  let redis: RedisServer;
  let collector: OtlpReceiver;
  beforeAll(async () => {
    [redis, collector] = await Promise.all([RedisServer.start(program), OtlpReceiver.start()]);
  });
  afterAll(() => Promise.all([redis.stop(), collector.stop()]));

  async function run(file: string, jobs: number, env: NodeJS.ProcessEnv): Promise<string> {
    const script = path.join(import.meta.dirname, 'spec-support', file);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [script, String(redis.port), String(jobs)],
      {
        env: { PATH: process.env.PATH, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...env },
      },
    );
    return stdout;
  }

  describe('sent as JSON', () => {
    let lines: Record<string, unknown>[];
    let backup: ReceivedSpan;
    const named = (name: string): ReceivedSpan[] => collector.spans().filter((span) => span.name === name);

    beforeAll(async () => {
      const env = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };
      const [, stdout] = await Promise.all([
        run('job-sender.ts', JOBS, env),
        run('job-worker.ts', JOBS, env),
      ]);
      lines = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      backup = named('backup')[0]!;
    });

    it('goes on in the process that takes the job', () => {
      expect(backup.service).toBe('etcd-kloset-snapshot-worker');
      const adds = named('add chunks.seal');
      const processed = named('process chunks').filter(({ traceId }) => traceId === backup.traceId);
      expect(adds).toHaveLength(CHUNKS_IN_TRACE);
      expect(adds.every(({ parentSpanId }) => parentSpanId === backup.spanId)).toBe(true);
      expect(processed).toHaveLength(CHUNKS_IN_TRACE);
      expect(new Set(processed.map(({ parentSpanId }) => parentSpanId))).toEqual(
        new Set(adds.map(({ spanId }) => spanId)),
      );
      expect(
        processed.every(({ kind, service }) => kind === CONSUMER && service.endsWith('chunk-worker')),
      ).toBe(true);
    });

    it('is linked to by those of further jobs, when there are many', () => {
      const further = named('process chunks').filter(({ traceId }) => traceId !== backup.traceId);
      expect(further).toHaveLength(JOBS - CHUNKS_IN_TRACE);
      expect(new Set(further.map(({ traceId }) => traceId)).size).toBe(further.length);
      for (const { links, parentSpanId } of further) {
        expect(parentSpanId ?? '').toBe('');
        expect(links).toMatchObject([{ traceId: backup.traceId, spanId: backup.spanId }]);
      }
    });

    it('has with each job what that does: its work, and the jobs that it puts', () => {
      for (const { spanId, traceId } of named('process chunks')) {
        const seal = named('seal').filter((span) => span.parentSpanId === spanId);
        expect(seal.map((span) => span.traceId)).toEqual([traceId]);
      }
      const seals = new Map(named('seal').map((span) => [span.spanId, span]));
      expect(named('add puts.put')).toHaveLength(JOBS - 1);
      for (const put of named('add puts.put')) {
        expect(seals.get(put.parentSpanId!)?.traceId).toBe(put.traceId);
      }
    });

    it('says of a job that failed that it did, and nothing that is secret', () => {
      const [failed, ...more] = collector
        .spans()
        .filter(({ name, status }) => name === 'process chunks' && status.code === ERROR);
      expect(more).toEqual([]);
      expect(failed?.status.message).toBe('cannot reach redis://:[redacted]@redis');
      expect(collector.text()).not.toContain('hunter2');
      expect(collector.text()).not.toContain('result-of-a-job');
    });

    it('has no span of looking for jobs that are not there', () => {
      const names = new Set(collector.spans().map(({ name }) => name));
      expect([...names].sort()).toEqual([
        'add chunks.seal',
        'add puts.put',
        'backup',
        'process chunks',
        'seal',
      ]);
    });

    it('is named in the log of the work', () => {
      const seals = new Map(named('seal').map((span) => [span.spanId, span.traceId]));
      const sealing = lines.filter(({ msg }) => msg === 'Sealing.');
      expect(sealing).toHaveLength(JOBS);
      for (const line of sealing) expect(seals.get(line.span_id as string)).toBe(line.trace_id);
    });

    it('comes with the metrics', () => {
      expect(collector.text('/v1/metrics')).toContain('"name":"kloset_stream_bytes_total"');
    });
  });

  it('is sent as protobuf when nobody says how', async () => {
    collector.received.length = 0;
    await run('job-sender.ts', 1, {
      OTEL_SERVICE_NAME: 'my-backups',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=prod',
    });
    for (const path of ['/v1/traces', '/v1/metrics']) {
      const sent = collector.received.filter((each) => each.path === path);
      expect(sent.map(({ type }) => type)).toEqual(sent.map(() => 'application/x-protobuf'));
      expect(collector.text(path)).toContain('my-backups');
      expect(collector.text(path)).toContain('deployment.environment');
    }
    expect(collector.text('/v1/traces')).toContain('add chunks.seal');
    expect(collector.text('/v1/metrics')).toContain('kloset_stream_bytes_total');
  });

  it('is sent over gRPC when that is said', async () => {
    const grpc = await GrpcReceiver.start();
    await run('job-sender.ts', 1, {
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_ENDPOINT: grpc.url,
    });
    grpc.stop();
    expect(grpc.text('trace')).toContain('add chunks.seal');
    expect(grpc.text('metrics')).toContain('kloset_stream_bytes_total');
  });

  it('keeps no process from ending when nobody takes it', async () => {
    const [port] = await freePorts(1);
    await run('job-sender.ts', 1, { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
  });

  it.each([
    [{ OTEL_SDK_DISABLED: 'true' }, []],
    [{ OTEL_TRACES_SAMPLER: 'always_off' }, ['/v1/metrics']],
  ])('is not sent when it is switched off: %j', async (env, sent) => {
    collector.received.length = 0;
    await run('job-sender.ts', 1, env);
    expect([...new Set(collector.received.map((each) => each.path))]).toEqual(sent);
  });
});
