import { SpanStatusCode } from '@opentelemetry/api';
import { KlosetError } from '@etcd-kloset/errors';
import { activeTraceparent, inSpan } from './in-span.ts';
import { recordSpans } from './spec-support/recorded-spans.ts';

describe('work in a span', () => {
  let recorded: ReturnType<typeof recordSpans>;
  beforeEach(() => (recorded = recordSpans()));
  afterEach(() => recorded.end());

  it('gives back what the work gives, and nests', async () => {
    const { tracer } = recorded;
    const answer = await inSpan(tracer, 'outer', { backup: 'b' }, () =>
      inSpan(tracer, 'inner', {}, () => Promise.resolve(activeTraceparent())),
    );
    const [inner, outer] = recorded.spans();
    expect(outer?.attributes).toEqual({ backup: 'b' });
    expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
    expect(answer).toBe(`00-${inner?.spanContext().traceId}-${inner?.spanContext().spanId}-01`);
    expect(activeTraceparent()).toBeUndefined();
  });

  it('tells a failure by its code, without secrets, and throws it on', async () => {
    const error = new KlosetError('redis.denied', 'redis://:hunter2@redis refused');
    await expect(inSpan(recorded.tracer, 'a', {}, () => Promise.reject(error))).rejects.toBe(error);
    await expect(
      inSpan(recorded.tracer, 'b', {}, () => Promise.reject(new TypeError('oops'))),
    ).rejects.toThrow('oops');
    const [known, unknown] = recorded.spans();
    expect(known?.attributes).toEqual({ 'error.type': 'redis.denied' });
    expect(known?.status).toEqual({
      code: SpanStatusCode.ERROR,
      message: 'redis://:[redacted]@redis refused',
    });
    expect(unknown?.attributes).toEqual({ 'error.type': 'unexpected' });
  });
});
