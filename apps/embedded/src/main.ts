import { describeError, isKlosetError } from '@etcd-kloset/errors';
import { EmbeddedError } from './errors.ts';
import { run } from './run.ts';

try {
  process.exit(await run(process.argv.slice(2), process.env));
} catch (error) {
  const isExpected = isKlosetError(error);
  process.stderr.write(`${isExpected ? describeError(error) : String((error as Error).stack)}\n`);
  process.exit(error instanceof EmbeddedError && error.code === 'start.usage' ? 2 : 1);
}
