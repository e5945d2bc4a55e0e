import { isKlosetError } from '@etcd-kloset/errors';
import {
  type Attributes,
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { withoutSecrets } from '../logs/secrets.ts';

/**
 * Does a piece of work in a span of its own; what is logged and put into queues meanwhile belongs to it. A failure
 * is known by its code; the error is thrown on.
 */
export async function inSpan<T>(
  tracer: Tracer,
  name: string,
  attributes: Attributes,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  return tracer.startActiveSpan(name, { kind: SpanKind.INTERNAL, attributes }, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      failSpan(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

export function failSpan(span: Span, error: unknown): void {
  span.setAttribute('error.type', errorCode(error));
  const message = error instanceof Error ? withoutSecrets(error.message) : 'failed';
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}

/** For labels and attributes, which must not take ever new values: the code of an error that we know. */
export function errorCode(error: unknown): string {
  return isKlosetError(error) ? error.code : 'unexpected';
}

/** W3C trace context of what runs now, such as for an event; undefined when nothing is traced. */
export function activeTraceparent(): string | undefined {
  if (trace.getActiveSpan() === undefined) return undefined;
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}
