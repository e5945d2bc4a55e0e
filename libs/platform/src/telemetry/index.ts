export { CHUNKS_IN_TRACE, fanOut } from './fan-out.ts';
export { activeTraceparent, errorCode, failSpan, inSpan } from './in-span.ts';
export { type Counter, type Gauge, type Histogram, type Observed } from './instruments.ts';
export { METRICS, type Metrics } from './metrics.ts';
export { startTelemetry } from './start-telemetry.ts';
export { type Telemetry } from './telemetry.ts';
export { tracedRequests } from './traced-requests.ts';
export { withinJob } from './within-job.ts';
