import {
  AggregationTemporality,
  InstrumentType,
  type IMetricReader,
  MetricReader,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { isSent } from './otlp-switch.ts';

/** Collects when it is asked. */
export class TextReader extends MetricReader {
  constructor() {
    super({ aggregationTemporalitySelector: temporalityOf });
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/**
 * A gauge says what was seen just now. As a cumulative one it would say for ever what was seen last of a cluster that
 * is gone, or that could not be looked at: its backups would never grow old.
 */
function temporalityOf(type: InstrumentType): AggregationTemporality {
  return type === InstrumentType.OBSERVABLE_GAUGE
    ? AggregationTemporality.DELTA
    : AggregationTemporality.CUMULATIVE;
}

/** Sends metrics over OTLP at an interval, when the environment says so. */
export async function otlpReaders(env: NodeJS.ProcessEnv): Promise<IMetricReader[]> {
  if (!isSent('metrics', env)) return [];
  const interval = positive(env.OTEL_METRIC_EXPORT_INTERVAL) ?? 60_000;
  const timeout = positive(env.OTEL_METRIC_EXPORT_TIMEOUT) ?? 30_000;
  return [
    new PeriodicExportingMetricReader({
      exporter: await otlpExporter(env),
      exportIntervalMillis: interval,
      exportTimeoutMillis: Math.min(timeout, interval),
    }),
  ];
}

/** Endpoint, headers, certificates and so on are read from the environment by the exporter itself. */
async function otlpExporter(env: NodeJS.ProcessEnv): Promise<PushMetricExporter> {
  const protocol = env.OTEL_EXPORTER_OTLP_METRICS_PROTOCOL ?? env.OTEL_EXPORTER_OTLP_PROTOCOL;
  const { OTLPMetricExporter } =
    protocol === 'grpc'
      ? await import('@opentelemetry/exporter-metrics-otlp-grpc')
      : protocol === 'http/json'
        ? await import('@opentelemetry/exporter-metrics-otlp-http')
        : await import('@opentelemetry/exporter-metrics-otlp-proto');
  const exporter: PushMetricExporter = new OTLPMetricExporter();
  const preferred = exporter.selectAggregationTemporality?.bind(exporter);
  exporter.selectAggregationTemporality = (type) =>
    type === InstrumentType.OBSERVABLE_GAUGE
      ? temporalityOf(type)
      : (preferred?.(type) ?? temporalityOf(type));
  return exporter;
}

function positive(text: string | undefined): number | undefined {
  const value = Number(text);
  return value > 0 ? value : undefined;
}
