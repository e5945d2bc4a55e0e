import { setFlagsFromString } from 'node:v8';
import { Interrupted } from './interrupted.ts';
import { run } from './run.ts';

/** What was asked to stop and has not stopped by then is left to itself: nothing on disk is worse for it. */
const GRACE_MS = 10_000;

// A young generation that may not grow: a third less memory with many small rows, and hardly slower. V8 reads it
// at every collection.
setFlagsFromString('--semi-space-growth-factor=1');

const controller = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    const interrupted = new Interrupted(signal);
    // The second time it is meant.
    if (controller.signal.aborted) process.exit(interrupted.exitCode);
    controller.abort(interrupted);
    setTimeout(() => process.exit(interrupted.exitCode), GRACE_MS).unref();
  });
}

// Whoever reads our output may stop reading, as `head` does: the work goes on, and its exit code counts.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

process.exitCode = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  signal: controller.signal,
});
