import { context, trace, TraceFlags } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { KlosetError } from '@etcd-kloset/errors';
import { createLogger, type Logger, withLogFields } from './logger.ts';

function logged(act: (log: Logger) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  act(
    createLogger({
      service: 'chunk-worker',
      level: 'info',
      destination: { write: (line) => lines.push(line) },
    }),
  );
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('the log', () => {
  it('is one object a line: level, time, service, sentence, fields', () => {
    const [line] = logged((log) => log.info('Started.', { ops_port: 9464 }));
    expect(line).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown,
      service: 'chunk-worker',
      msg: 'Started.',
      ops_port: 9464,
    });
  });

  it('leaves out what is below its level', () => {
    expect(logged((log) => log.debug('Not this.'))).toEqual([]);
  });

  it('tells an error that is known by its code, one that is not by where it was thrown', () => {
    const known = new KlosetError('etcd.unreachable', 'No member answers.', {
      advice: 'Check it.',
      retryable: true,
      context: { endpoint: 'a:1' },
      cause: new Error('ECONNREFUSED'),
    });
    const [first, second] = logged((log) => {
      log.warn('It failed.', { error: known });
      log.error('It failed.', { error: new TypeError('undefined is not a function') });
    });
    expect(first?.error).toEqual({
      code: 'etcd.unreachable',
      message: 'No member answers: ECONNREFUSED\nCheck it.',
      retryable: true,
      context: { endpoint: 'a:1' },
    });
    expect(second?.error).toMatchObject({
      name: 'TypeError',
      message: 'undefined is not a function',
      stack: expect.stringContaining('logger.spec.ts') as unknown,
    });
  });

  it('adds the fields of the logger, and of the work that runs', async () => {
    const lines = logged((log) => {
      const ofQueue = log.with({ queue: 'chunks' });
      withLogFields({ job: '7' }, () => withLogFields({ backup: 'b' }, () => ofQueue.info('Sealed.')));
      ofQueue.info('Idle.');
    });
    expect(lines[0]).toMatchObject({ queue: 'chunks', job: '7', backup: 'b' });
    expect(lines[1]).not.toHaveProperty('job');

    const seen = await withLogFields({ job: '8' }, async () => {
      await Promise.resolve();
      return logged((log) => log.info('Later.'));
    });
    expect(seen[0]).toMatchObject({ job: '8' });
  });

  it('names the trace and the span that are active', () => {
    const manager = new AsyncLocalStorageContextManager().enable();
    context.setGlobalContextManager(manager);
    try {
      const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.SAMPLED };
      const [line] = context.with(trace.setSpanContext(context.active(), span), () =>
        logged((log) => log.info('Within.')),
      );
      expect(line).toMatchObject({ trace_id: span.traceId, span_id: span.spanId });
    } finally {
      context.disable();
    }
  });

  it('keeps what a line is made of from fields of the same name', () => {
    const [line] = logged((log) => log.info('Real.', { level: 'x', time: 'x', msg: 'x', service: 'x' }));
    expect(line).toMatchObject({
      level: 'info',
      service: 'chunk-worker',
      msg: 'Real.',
      msg_: 'x',
      service_: 'x',
    });
  });

  it('never holds a secret: not in its sentence, its fields, an error or what caused it', () => {
    const secret = 'hunter2-hunter2';
    const error = new Error('failed', { cause: new Error(`redis://:${secret}@host refused`) });
    const request = { headers: { authorization: `Bearer ${secret}`, accept: 'x' }, url: `/?token=${secret}` };
    const lines = logged((log) => {
      log
        .with({ config: { redis: { url: `redis://u:${secret}@h` } } })
        .info(`password=${secret}`, { request });
      log.error('It failed.', { error });
      log.error('It failed.', { error: Object.assign(new Error('x'), { password: secret, token: secret }) });
      withLogFields({ env: { MY_PASSWORD: secret } }, () => log.info('Within.'));
    });
    expect(lines).toHaveLength(4);
    expect(JSON.stringify(lines)).not.toContain(secret);
  });
});
