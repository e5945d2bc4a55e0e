import { type INestApplication } from '@nestjs/common';
import path from 'node:path';
import { apiModule, startApi } from '@etcd-kloset/api';
import { chunkWorkerModule } from '@etcd-kloset/chunk-worker';
import {
  type Configuration,
  createBoot,
  guardProcess,
  startService,
  tellBeginning,
  together,
  whenAborted,
} from '@etcd-kloset/platform';
import { snapshotWorkerModule } from '@etcd-kloset/snapshot-worker';
import { storageWriterModule } from '@etcd-kloset/storage-writer';
import { type Configured, configure } from './configure/configure.ts';
import { parseOptions, USAGE } from './options.ts';
import { findRedisServer } from './redis/find-redis.ts';
import { startOwnRedis } from './redis/own-redis.ts';
import { openStateFolder, type StateFolder } from './state/state-folder.ts';
import { welcome } from './welcome.ts';

const STATE_FOLDER = 'etcd-kloset-data';

/** All of etcd-kloset in this process, until it is asked to end. @returns the exit code */
export async function run(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const options = parseOptions(argv);
  if (options.help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  const folder = path.resolve(options.state ?? env['ETCD_KLOSET_STATE'] ?? STATE_FOLDER);
  const state = await openStateFolder(folder);
  try {
    const configured = await configure(options, state, env);
    await withRedis(configured, state, env, (redis) =>
      serve({ ...configured, config: { ...configured.config, redis } }, env),
    );
    return 0;
  } finally {
    await state.release();
  }
}

/** The Redis that somebody named; or one of our own, which ends when the work has ended. */
async function withRedis(
  { config }: Configured,
  state: StateFolder,
  env: NodeJS.ProcessEnv,
  work: (redis: Configuration['redis']) => Promise<void>,
): Promise<void> {
  if (config.redis.source !== 'default') {
    await work(config.redis);
    return;
  }
  const program = await findRedisServer(env);
  const own = await startOwnRedis(state, program, (sentence) => {
    process.stderr.write(`${sentence}\n`);
  });
  try {
    await work({ ...config.redis, url: own.url });
  } finally {
    await own.stop();
  }
}

async function serve(configured: Configured, env: NodeJS.ProcessEnv): Promise<void> {
  const boot = await createBoot({ service: 'embedded', config: configured.config, env });
  guardProcess(boot);
  const all = together(apiModule, snapshotWorkerModule, chunkWorkerModule, storageWriterModule);
  const running = await startService(boot, all, startApi);
  // None when it was told to end while it waited for Redis.
  if (running.app !== undefined) {
    tellBeginning(boot);
    process.stderr.write(welcome(configured, await (running.app as INestApplication).getUrl()));
  }
  await whenAborted(boot.stop.asked);
  await running.stop();
  boot.log.info('Ended.');
}
