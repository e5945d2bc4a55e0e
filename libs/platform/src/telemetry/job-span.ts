import { type Context, type Span, SpanStatusCode } from '@opentelemetry/api';
import { type Span as JobSpan } from 'bullmq';
import { BullMQOTelSpan } from 'bullmq-otel';
import { withoutSecrets } from '../logs/secrets.ts';
import { withoutLink } from './fan-out.ts';

type Attributes = Parameters<JobSpan['setAttributes']>[0];

/** A span of a job that is put or processed. What jobs return stays out of it, and it fails when its job does. */
export class RecordedJobSpan extends BullMQOTelSpan {
  /** Jobs that this one puts into queues belong to its trace, also when this trace was linked to another. */
  override setSpanOnContext(at: Context): Context {
    return super.setSpanOnContext(withoutLink(at));
  }

  override addEvent(name: string, attributes: Attributes = {}): void {
    const reason = attributes['bullmq.job.failed.reason'];
    if (typeof reason === 'string') fail(this.span, reason);
    this.span.addEvent(name);
  }

  override recordException(exception: Parameters<BullMQOTelSpan['recordException']>[0]): void {
    const message = typeof exception === 'string' ? exception : (exception.message ?? 'failed');
    fail(this.span, message);
  }
}

function fail(span: Span, message: string): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message: withoutSecrets(message) });
}

const nothing = (): void => undefined;

/** Of what nobody wants to see: the trace goes on as if it were not there. */
export const NO_JOB_SPAN: JobSpan<Context> = {
  setSpanOnContext: (at) => at,
  setAttribute: nothing,
  setAttributes: nothing,
  addEvent: nothing,
  recordException: nothing,
  end: nothing,
};
