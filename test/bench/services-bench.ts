/**
 * What services and queues cost: the same backups through API, queues and workers as by the command line, in turns.
 *
 *   npm run bench -- services [--rounds=3] [--megabytes=400]
 *
 * Everything runs on one machine, etcd and Redis included, so processes share its cores with what they wait for.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { availableParallelism } from 'node:os';
import { type BackupResult } from '@etcd-kloset/jobs';
import { churnKubeHour, EtcdCluster, fillKube, requireEtcd, requireRedis } from '@etcd-kloset/testing';
import { callApi } from '../e2e/support/services/api-calls.ts';
import { TestSystem } from '../e2e/support/services/test-system.ts';
import { BackupClock } from './backup-clock.ts';
import { measure, median } from './measured-run.ts';
import { mb, numberOption, row, seconds } from './report.ts';

const ROUNDS = numberOption('rounds', 3);
const MEGABYTES = numberOption('megabytes', 400);
const PROGRAM = path.resolve('apps/cli/dist/etcd-kloset.js');
const WORKERS = ['snapshot-worker', 'chunk-worker', 'storage-writer'] as const;
const FLEETS = [1, 10, 50, 100, 200];
const LARGEST_FLEET = Math.max(...FLEETS);
/** Clusters of a middle size that are backed up at once, to see what more workers bring. */
const TOGETHER = 6;

if (spawnSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' }).status !== 0) process.exit(1);
await requireEtcd('3.5', console.log);
const redisServer = await requireRedis(console.log);

const large = await EtcdCluster.start({ flags: ['--quota-backend-bytes=8000000000'] });
const middle = await EtcdCluster.start();
const small = await EtcdCluster.start();
const names = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}-${i}`);
const system = await TestSystem.start({
  redisServer,
  // As it is shipped; tests have every write on disk before it is answered.
  redisOptions: { args: ['--appendfsync', 'everysec'] },
  stores: ['main'],
  configuration: {
    clusters: Object.fromEntries([
      ...names('first', ROUNDS).map((name) => [name, definitionOf(large)]),
      ...names('middle', 4 * TOGETHER).map((name) => [name, definitionOf(middle)]),
      ...names('small', LARGEST_FLEET).map((name) => [name, definitionOf(small)]),
    ]) as Record<string, ReturnType<typeof definitionOf>>,
    api: { rateLimit: { requestsPerMinute: 1_000_000 } },
  },
});
const clock = new BackupClock(system.redis);
try {
  const client = await large.client();
  const state = await fillKube(client, { targetBytes: MEGABYTES * 1024 * 1024 });
  await fillKube(await middle.client(), { targetBytes: 40 * 1024 * 1024 });
  await fillKube(await small.client(), { targetBytes: 1024 * 1024 });
  await system.run('api');
  await system.runAll(WORKERS);
  console.log(`database ${mb((await client.status()).dbSize)}, ${availableParallelism()} processors`);

  console.log(`\n## First backup, one worker of each kind (${ROUNDS} times, in turns with the command line)`);
  const firsts: number[] = [];
  for (const name of names('first', ROUNDS)) {
    const ours = await throughCommand(`${name}-command`);
    const services = await throughApi(name);
    firsts.push(services.ms / ours);
    console.log(`  command line ${seconds(ours)}, services ${seconds(services.ms)}`);
  }
  row('services / command line', median(firsts), 1.5);

  console.log(`\n## Each hour after (${2 * ROUNDS} times)`);
  const further: number[] = [];
  for (let hour = 0; hour < 2 * ROUNDS; hour++) {
    await churnKubeHour(client, state);
    const services = await throughApi('first-0');
    const ours = await throughCommand('first-0-command');
    further.push(services.ms / ours);
    console.log(
      `  command line ${seconds(ours)}, services ${seconds(services.ms)}; ${services.result.rows.new} rows new`,
    );
  }
  row('services / command line', median(further), 1.3);

  console.log('\n## Nothing new, a small cluster: from the request to the event, less what the stages took');
  await throughApi('small-0');
  const overheads: number[] = [];
  for (let i = 0; i < 10; i++) {
    const { ms, result } = await throughApi('small-0');
    overheads.push(ms - result.durationMs);
  }
  row('overhead of the queues / 300 ms', median(overheads) / 300, 1);

  console.log(`\n## ${TOGETHER} first backups of 40 MB at once, as workers are added`);
  const throughput: number[] = [];
  for (let workers = 1; workers <= 4; workers++) {
    if (workers > 1) await system.runAll(WORKERS);
    const clusters = names('middle', 4 * TOGETHER).slice((workers - 1) * TOGETHER, workers * TOGETHER);
    const start = performance.now();
    const done = await allThroughApi(clusters);
    const bytes = done.reduce((sum, { result }) => sum + result.bytes.stream, 0);
    throughput.push(bytes / ((performance.now() - start) / 1000));
    console.log(`  ${workers} of each kind: ${mb(throughput.at(-1)!)} of streams a second`);
  }

  console.log('\n## Small clusters at once, with four workers of each kind');
  await allThroughApi(names('small', LARGEST_FLEET));
  for (const count of FLEETS) {
    const start = performance.now();
    const done = await allThroughApi(names('small', count));
    const whole = performance.now() - start;
    const waits = done.map(({ ms }) => ms).sort((a, b) => a - b);
    console.log(
      `  ${count}: ${(whole / count).toFixed(0)} ms a cluster; done after ${seconds(waits[0]!)} to ${seconds(waits.at(-1)!)}`,
    );
  }
  const peaks = system.services.map((service) => `${service.service} ${mb(service.peakRss())}`);
  console.log(`\n## Peak memory\n  ${peaks.join(', ')}`);
} finally {
  await clock.stop();
  await system.stop();
  await Promise.all([large.stop(), middle.stop(), small.stop()]);
}

function definitionOf(cluster: EtcdCluster): { store: string; endpoints: string[] } {
  return { store: 'main', endpoints: [...cluster.endpoints] };
}

async function throughCommand(cluster: string): Promise<number> {
  const { folder, writerKeyFile } = system.stores['main']!;
  const { ms } = await measure(process.execPath, [
    ...[PROGRAM, 'backup', '--store', folder, '--writer-key-file', writerKeyFile, '--json'],
    ...['--cluster', cluster, '--endpoints', large.endpoints.join(), '--require-proof'],
  ]);
  return ms;
}

async function throughApi(cluster: string): Promise<{ ms: number; result: BackupResult }> {
  const start = performance.now();
  const answer = await callApi(system, 'POST', `/v1/clusters/${cluster}/backups`, {});
  const { job } = (await answer.json()) as { job: { id: string } };
  const { at, result } = await clock.committed(job.id);
  return { ms: at - start, result };
}

function allThroughApi(clusters: readonly string[]): Promise<{ ms: number; result: BackupResult }[]> {
  return Promise.all(clusters.map(throughApi));
}
