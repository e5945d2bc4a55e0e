import type { Meter, Attributes } from '@opentelemetry/api';

interface Named<Kind extends string, Labels extends readonly string[]> {
  readonly kind: Kind;
  readonly name: string;
  readonly labels: Labels;
  readonly help: string;
}
export type CounterMetric<Labels extends readonly string[]> = Named<'counter', Labels>;
export type ObservedCounterMetric<Labels extends readonly string[]> = Named<'observed counter', Labels>;
export type GaugeMetric<Labels extends readonly string[]> = Named<'gauge', Labels>;
export interface HistogramMetric<Labels extends readonly string[]> extends Named<'histogram', Labels> {
  readonly buckets: readonly number[];
}
export type Metric =
  | CounterMetric<readonly string[]>
  | ObservedCounterMetric<readonly string[]>
  | GaugeMetric<readonly string[]>
  | HistogramMetric<readonly string[]>;

type LabelsOf<Labels extends readonly string[]> = Readonly<Record<Labels[number], string>>;
/** A metric without labels is counted without any. */
type LabelArguments<Labels extends readonly string[]> = Labels extends readonly []
  ? []
  : [labels: LabelsOf<Labels>];

export interface Counter<Labels extends readonly string[]> {
  add(value: number, ...labels: LabelArguments<Labels>): void;
}
export interface Histogram<Labels extends readonly string[]> {
  record(value: number, ...labels: LabelArguments<Labels>): void;
}
export interface Observed<Labels extends readonly string[]> {
  readonly value: number;
  readonly labels: LabelsOf<Labels>;
}
export interface Gauge<Labels extends readonly string[]> {
  /**
   * `look` is called whenever somebody asks for metrics, and says all there is: what it no longer says is gone.
   * One that fails says nothing this time.
   *
   * @returns what ends it.
   */
  observe(look: () => Iterable<Observed<Labels>> | Promise<Iterable<Observed<Labels>>>): () => void;
}

export type InstrumentsOf<Table> = {
  readonly [Key in keyof Table]: Table[Key] extends CounterMetric<infer Labels>
    ? Counter<Labels>
    : Table[Key] extends GaugeMetric<infer Labels> | ObservedCounterMetric<infer Labels>
      ? Gauge<Labels>
      : Table[Key] extends HistogramMetric<infer Labels>
        ? Histogram<Labels>
        : never;
};

export function counter<const Labels extends readonly string[]>(
  name: `${string}_total`,
  labels: Labels,
  { help }: { help: string },
): CounterMetric<Labels> {
  return { kind: 'counter', name, labels, help };
}

/** Counted by somebody else, such as the operating system. */
export function observedCounter<const Labels extends readonly string[]>(
  name: `${string}_total`,
  labels: Labels,
  { help }: { help: string },
): ObservedCounterMetric<Labels> {
  return { kind: 'observed counter', name, labels, help };
}

export function gauge<const Labels extends readonly string[]>(
  name: string,
  labels: Labels,
  { help }: { help: string },
): GaugeMetric<Labels> {
  return { kind: 'gauge', name, labels, help };
}

/** @param buckets upper bounds, in the unit of the name. */
export function histogram<const Labels extends readonly string[]>(
  name: `${string}_seconds`,
  labels: Labels,
  { help, buckets }: { help: string; buckets: readonly number[] },
): HistogramMetric<Labels> {
  return { kind: 'histogram', name, labels, help, buckets };
}

/** Creates the instruments of a table. `failed` is told of a look that threw. */
export function createInstruments<Table extends Record<string, Metric>>(
  meter: Meter,
  table: Table,
  failed: (metric: string, error: unknown) => void,
): InstrumentsOf<Table> {
  return Object.fromEntries(
    Object.entries(table).map(([key, metric]) => [key, createInstrument(meter, metric, failed)]),
  ) as InstrumentsOf<Table>;
}

function createInstrument(
  meter: Meter,
  metric: Metric,
  failed: (metric: string, error: unknown) => void,
): Counter<[]> | Gauge<[]> | Histogram<[]> {
  const options = { description: metric.help, unit: unitOf(metric.name) };
  if (metric.kind === 'counter') {
    const counter = meter.createCounter(metric.name, options);
    // A rate is right from the first event on only if there was a zero before it.
    if (metric.labels.length === 0) counter.add(0);
    return counter;
  }
  if (metric.kind === 'histogram') {
    return meter.createHistogram(metric.name, {
      ...options,
      advice: { explicitBucketBoundaries: [...metric.buckets] },
    });
  }
  const instrument =
    metric.kind === 'gauge'
      ? meter.createObservableGauge(metric.name, options)
      : meter.createObservableCounter(metric.name, options);
  return {
    observe(look) {
      const callback = async (result: { observe(value: number, attributes?: Attributes): void }) => {
        try {
          for (const { value, labels } of await look()) result.observe(value, labels);
        } catch (error) {
          failed(metric.name, error);
        }
      };
      instrument.addCallback(callback);
      return () => instrument.removeCallback(callback);
    },
  };
}

/** In the words of UCUM, as OpenTelemetry has it; the name says it already, so that Prometheus appends nothing. */
function unitOf(name: string): string {
  const base = name.replace(/_total$/, '');
  if (base.endsWith('_seconds')) return 's';
  return base.endsWith('_bytes') ? 'By' : '';
}
