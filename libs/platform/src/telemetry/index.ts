export { type Counter, type Gauge, type Histogram, type Observed } from './instruments.ts';
export { METRICS, type Metrics } from './metrics.ts';
export { type Telemetry } from './telemetry.ts';
