/** A process that takes jobs from the queue `chunks` and puts one into `puts` for each: job-worker.ts PORT NUMBER */
import { Queue, UnrecoverableError, Worker } from 'bullmq';
import { createLogger } from '../../logs/logger.ts';
import { inSpan } from '../in-span.ts';
import { startTelemetry } from '../start-telemetry.ts';

const [port, number] = process.argv.slice(2).map(Number) as [number, number];
const log = createLogger({ service: 'chunk-worker' });
const telemetry = await startTelemetry('chunk-worker', process.env, log);
const puts = new Queue('puts', { connection: { port }, telemetry: telemetry.bullmq });
let ended = 0;
const allEnded = Promise.withResolvers<undefined>();
const worker = new Worker<{ sequence: number }>(
  'chunks',
  async ({ data: { sequence } }) => {
    await inSpan(telemetry.tracer, 'seal', { sequence }, async () => {
      log.info('Sealing.', { sequence });
      if (sequence === 1) throw new UnrecoverableError('cannot reach redis://:hunter2@redis');
      await puts.add('put', {});
    });
    return { secret: 'result-of-a-job' };
  },
  { connection: { port }, telemetry: telemetry.bullmq, concurrency: 4 },
);
for (const event of ['completed', 'failed'] as const) {
  worker.on(event, () => {
    if (++ended === number) allEnded.resolve(undefined);
  });
}
await allEnded.promise;
await worker.close();
await puts.close();
await telemetry.shutdown();
