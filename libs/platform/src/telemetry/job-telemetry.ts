import { type Context, ROOT_CONTEXT, SpanKind, trace, type Tracer } from '@opentelemetry/api';
import { SpanKind as JobSpanKind, type Telemetry as BullMQTelemetry } from 'bullmq';
import { BullMQOtel } from 'bullmq-otel';
import { isLinked, withLink } from './fan-out.ts';
import { NO_JOB_SPAN, RecordedJobSpan } from './job-span.ts';

/** Beside the W3C headers in what a job carries. */
const LINK = 'kloset-link';

/**
 * What BullMQ needs to carry a trace through jobs: bullmq-otel, with three differences. Only putting and processing
 * of jobs make spans, not each look into an empty queue. A job of a large fan-out begins a trace that links to the
 * one it comes from. And a span ends with an error when its job failed.
 */
export function jobTelemetry(tracer: Tracer): BullMQTelemetry<Context> {
  const { contextManager } = new BullMQOtel();
  return {
    tracer: {
      startSpan(name, options, parent) {
        if (options?.kind === JobSpanKind.CONSUMER) {
          return new RecordedJobSpan(startProcessing(tracer, name, parent));
        }
        const isPut = options?.kind === JobSpanKind.PRODUCER;
        if (!isPut || isLinked(parent ?? contextManager.active())) return NO_JOB_SPAN;
        return new RecordedJobSpan(tracer.startSpan(name, { kind: SpanKind.PRODUCER }, parent));
      },
    },
    contextManager: {
      with: (at, work) => contextManager.with(at as Context, work),
      active: () => contextManager.active(),
      root: () => ROOT_CONTEXT,
      getMetadata(at: Context) {
        const metadata = contextManager.getMetadata(at);
        if (!isLinked(at)) return metadata;
        return JSON.stringify({ ...(JSON.parse(metadata) as object), [LINK]: '1' });
      },
      // What a worker happens to be doing has nothing to do with the job that it takes next.
      fromMetadata(_active: Context, metadata: string) {
        const sender = contextManager.fromMetadata(ROOT_CONTEXT, metadata);
        return LINK in (JSON.parse(metadata) as object) ? withLink(sender) : sender;
      },
    },
  };
}

function startProcessing(tracer: Tracer, name: string, sender = ROOT_CONTEXT) {
  const kind = SpanKind.CONSUMER;
  const from = trace.getSpanContext(sender);
  if (from === undefined || !isLinked(sender)) return tracer.startSpan(name, { kind }, sender);
  return tracer.startSpan(name, { kind, links: [{ context: from }] }, ROOT_CONTEXT);
}
