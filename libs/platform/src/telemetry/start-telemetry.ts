import { setTimeout as sleep } from 'node:timers/promises';
import { trace } from '@opentelemetry/api';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { type Logger } from '../logs/logger.ts';
import { createInstruments } from './instruments.ts';
import { jobTelemetry } from './job-telemetry.ts';
import { otlpReaders, TextReader } from './metric-readers.ts';
import { METRICS } from './metrics.ts';
import { observeProcess } from './process-metrics.ts';
import { resourceOf } from './resource.ts';
import { type Telemetry } from './telemetry.ts';
import { startTracing } from './tracing.ts';

const NAME = 'etcd-kloset';
const LAST_WORDS_MS = 3000;

/**
 * Starts traces and metrics as the environment says (`OTEL_…`); metrics for Prometheus are always there. To be
 * called before anything else is loaded or made that might be traced.
 */
export async function startTelemetry(
  service: string,
  env: NodeJS.ProcessEnv,
  log: Logger,
): Promise<Telemetry> {
  const endTracing = await startTracing(service, env, log);
  const reader = new TextReader();
  const meters = new MeterProvider({
    resource: resourceOf(service),
    readers: [reader, ...(await otlpReaders(env))],
  });
  const meter = meters.getMeter(NAME);
  const metrics = createInstruments(meter, METRICS, (metric, error) => {
    log.warn('A metric could not be read.', { metric, error });
  });
  const endProcess = observeProcess(metrics);
  const tracer = trace.getTracer(NAME);
  // Names are final as they are: nothing before them, no labels that say the same for each.
  const text = new PrometheusSerializer('', false, undefined, true, true);
  return {
    tracer,
    meter,
    metrics,
    bullmq: endTracing === undefined ? undefined : jobTelemetry(tracer),
    async metricsText() {
      const { resourceMetrics, errors } = await reader.collect();
      for (const error of errors) log.warn('Not all metrics could be read.', { error });
      // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the same enum, of another copy of the package
      return text.serialize(resourceMetrics);
    },
    async shutdown() {
      endProcess();
      const sent = Promise.all([meters.shutdown(), endTracing?.()]);
      await withinTime(sent, log);
    },
  };
}

/** A collector that is away must not keep a process from ending in good order. */
async function withinTime(sent: Promise<unknown>, log: Logger): Promise<void> {
  const timer = new AbortController();
  const late = sleep(LAST_WORDS_MS, undefined, { signal: timer.signal }).then(
    () => log.warn('Telemetry that was left is not sent: the collector does not answer.'),
    () => undefined,
  );
  const told = sent.catch((error: unknown) => log.warn('Telemetry that was left cannot be sent.', { error }));
  await Promise.race([told, late]);
  timer.abort();
}
