/** A process that puts jobs into the queue `chunks`: job-sender.ts PORT NUMBER */
import { Queue } from 'bullmq';
import { createLogger } from '../../logs/logger.ts';
import { fanOut } from '../fan-out.ts';
import { inSpan } from '../in-span.ts';
import { startTelemetry } from '../start-telemetry.ts';

const [port, number] = process.argv.slice(2).map(Number) as [number, number];
const telemetry = await startTelemetry(
  'snapshot-worker',
  process.env,
  createLogger({ service: 'snapshot-worker' }),
);
const queue = new Queue('chunks', { connection: { port }, telemetry: telemetry.bullmq });
await inSpan(telemetry.tracer, 'backup', {}, async () => {
  for (let sequence = 0; sequence < number; sequence++) {
    await fanOut(sequence, () => queue.add('seal', { sequence }));
  }
});
await queue.close();
await telemetry.shutdown();
// As services do: what has not been sent by now is not waited for.
process.exit(0);
