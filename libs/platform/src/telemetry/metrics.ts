import { counter, gauge, histogram, type InstrumentsOf, observedCounter } from './instruments.ts';

/** A job waits from milliseconds to a night; a stage takes from milliseconds to an hour. */
const WAITS = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200];
const STAGES = [0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600];
const REQUESTS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/**
 * Every metric there is, by the name that Prometheus gives it. Labels hold names from the configuration, codes and
 * fixed words: never an id, a path or a message, which would make a new time series each time.
 *
 * docs/observability.md lists the same (a test compares them); dashboard and alerts are written against these names.
 */
export const METRICS = {
  backupAge: gauge('kloset_backup_age_seconds', ['cluster', 'store'], {
    help: 'Seconds since the newest proven snapshot of the cluster was taken, whoever took it.',
  }),
  backupObjective: gauge('kloset_backup_objective_seconds', ['cluster', 'store'], {
    help: 'The age that the newest proven snapshot of the cluster must not exceed.',
  }),
  backups: counter('kloset_backups_total', ['store', 'outcome', 'proof'], {
    help: 'Backups that ended; outcome is committed, failed or cancelled, proof is proven, mismatch, unproven or none.',
  }),
  backupFailures: counter('kloset_backup_failures_total', ['code'], {
    help: 'Backups that failed, by the code of the error.',
  }),
  stageDuration: histogram('kloset_stage_duration_seconds', ['stage'], {
    help: 'How long a stage of a backup took: read, seal, put, commit.',
    buckets: STAGES,
  }),
  streamBytes: counter('kloset_stream_bytes_total', [], { help: 'Bytes that etcd streamed.' }),
  storedBytes: counter('kloset_stored_bytes_total', [], { help: 'Bytes of sealed chunks put into stores.' }),
  rows: counter('kloset_rows_total', ['kind'], {
    help: 'Rows of etcd that were read; kind is new, or known from the snapshot before.',
  }),
  queueJobs: gauge('kloset_queue_jobs', ['queue', 'state'], { help: 'Jobs in a queue, by state.' }),
  queueOldestWait: gauge('kloset_queue_oldest_wait_seconds', ['queue'], {
    help: 'How long the job that waits longest has been waiting; 0 when none does.',
  }),
  jobWait: histogram('kloset_job_wait_seconds', ['queue'], {
    help: 'How long jobs waited before a worker took them.',
    buckets: WAITS,
  }),
  jobRetries: counter('kloset_job_retries_total', ['queue'], {
    help: 'Jobs that failed in a way that is worth another attempt.',
  }),
  stagingBytes: gauge('kloset_staging_bytes', ['store'], {
    help: 'Bytes of chunks on their way to the store that lie in Redis.',
  }),
  stagingLimit: gauge('kloset_staging_limit_bytes', [], {
    help: 'What the staging area may hold in total; readers wait when it is full.',
  }),
  storeRequest: histogram('kloset_store_request_seconds', ['store', 'operation'], {
    help: 'How long a store took to answer, by operation.',
    buckets: REQUESTS,
  }),
  storeErrors: counter('kloset_store_errors_total', ['store', 'code'], {
    help: 'Errors of a store, by code.',
  }),
  scheduleMissed: counter('kloset_schedule_missed_total', [], {
    help: 'Scheduled backups that were not started when they were due.',
  }),
  snapshotMismatch: gauge('kloset_snapshot_mismatch', ['cluster'], {
    help: '1 when the newest snapshot of the cluster does not hold what its members answered, 0 when it does.',
  }),
  apiRequest: histogram('kloset_api_request_seconds', ['method', 'route', 'status'], {
    help: 'How long the API took to answer, by the pattern of the route.',
    buckets: REQUESTS,
  }),
  processCpu: observedCounter('process_cpu_seconds_total', [], { help: 'CPU time of the process.' }),
  processMemory: gauge('process_resident_memory_bytes', [], {
    help: 'Memory of the process that is in RAM.',
  }),
  processStart: gauge('process_start_time_seconds', [], {
    help: 'When the process started, in seconds since 1970.',
  }),
  heapUsed: gauge('nodejs_heap_size_used_bytes', [], { help: 'Memory of JavaScript objects.' }),
  externalMemory: gauge('nodejs_external_memory_bytes', [], {
    help: 'Memory of buffers, outside the heap of JavaScript.',
  }),
  eventLoopDelay: gauge('nodejs_eventloop_lag_max_seconds', [], {
    help: 'Longest delay of the event loop since the last look; locks of jobs are lost when it is some ten seconds.',
  }),
} as const;

/** One instrument for each metric: `metrics.backups.add(1, { store, outcome, proof })`. */
export type Metrics = InstrumentsOf<typeof METRICS>;
