import type { Context, Meter, Tracer } from '@opentelemetry/api';
import type { Telemetry as BullMQTelemetry } from 'bullmq';
import type { Metrics } from './metrics.ts';

/** Traces and metrics of one process. */
export interface Telemetry {
  readonly tracer: Tracer;
  readonly meter: Meter;
  readonly metrics: Metrics;
  /** For queues and workers: carries the trace through jobs; undefined when nothing is traced. */
  readonly bullmq: BullMQTelemetry<Context> | undefined;
  /** Metrics in the text format of Prometheus. */
  metricsText(): Promise<string>;
  /** Sends what has not been sent. */
  shutdown(): Promise<void>;
}
