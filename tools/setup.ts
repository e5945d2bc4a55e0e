/**
 * Gets the programs that tests, benchmarks and the quick start run, into a cache outside the repository.
 *
 *   npm run setup             etcd 3.5 and Redis
 *   npm run setup -- --all    also etcd 3.4, 3.6 and 3.7, for npm run test:compat
 *   npm run setup -- --bench  also restic, for npm run bench
 */
import { parseArgs } from 'node:util';
import {
  cacheFolder,
  ETCD_VERSIONS,
  type EtcdVersion,
  requireEtcd,
  requireRedis,
  requireRestic,
  ToolUnavailableError,
} from '@etcd-kloset/testing';

const { values } = parseArgs({
  options: { all: { type: 'boolean', default: false }, bench: { type: 'boolean', default: false } },
});
const say = (line: string): void => console.log(`setup: ${line}`);

say(`programs for tests are kept in ${cacheFolder()}`);
try {
  const minors: readonly EtcdVersion[] = values.all ? ETCD_VERSIONS : ['3.5'];
  for (const minor of minors) {
    const { version } = await requireEtcd(minor, say);
    say(`etcd ${version} is ready`);
  }
  await requireRedis(say);
  say('redis-server is ready');
  if (values.bench) {
    await requireRestic(say);
    say('restic is ready');
  }
} catch (error) {
  if (!(error instanceof ToolUnavailableError)) throw error;
  console.error(`setup: ${error.message}`);
  process.exitCode = 1;
}
