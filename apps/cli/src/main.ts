import { setFlagsFromString } from 'node:v8';
import { CliError } from './cli-error.ts';
import { Interrupted } from './interrupted.ts';
import { failureText } from './output/failure.ts';
import { run, wantsJson } from './run.ts';

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

const words = process.argv.slice(2);

// Whoever reads our output may stop reading, as `head` does: the work goes on, and its exit code counts. An answer
// that cannot be written for another reason is a failure; what cannot be said on standard error, nobody can be told.
let isAnswerLost = false;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE' || isAnswerLost) return;
  isAnswerLost = true;
  process.exitCode ||= 1;
  process.stderr.write(failureText(answerLost(error), wantsJson(words, process.env)));
});
process.stderr.on('error', () => undefined);

const exitCode = await run(words, {
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  signal: controller.signal,
});
process.exitCode = exitCode === 0 ? (process.exitCode ?? 0) : exitCode;

function answerLost(cause: Error): CliError {
  return new CliError('output.failed', 'the answer cannot be written to standard output', {
    advice: 'What was to be done was done all the same: only the answer is lost.',
    cause,
  });
}
