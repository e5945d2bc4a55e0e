/**
 * How fast and how small: a Kubernetes-like etcd of about 400 MB lives for twelve hours; each hour it is
 * saved with `etcdctl snapshot save`, with that and restic, and backed up by us, side by side.
 *
 *   npm run bench -- engine [--hours=12] [--firsts=3]
 *
 * Machines are noisy: trust the ratios, which come from one run.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { churnKubeHour, EtcdCluster, fillKube, requireEtcd, requireRestic } from '@etcd-kloset/testing';
import { measure, median, type MeasuredRun } from './measured-run.ts';
import { mb, numberOption, row, seconds } from './report.ts';

const HOURS = numberOption('hours', 12);
const FIRSTS = numberOption('firsts', 3);
const PROGRAM = path.resolve('apps/cli/dist/etcd-kloset.js');

interface BackupDocument {
  readonly snapshot: string;
  readonly rows: { total: number; new: number };
  readonly bytes: { stream: number; added: number };
  readonly proof: string;
  readonly stages: Readonly<Record<string, number>>;
}

if (spawnSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' }).status !== 0) process.exit(1);
const tools = await requireEtcd('3.5', console.log);
const restic = await requireRestic(console.log);
const folder = mkdtempSync(path.join(tmpdir(), 'etcd-kloset-bench-'));
const cluster = await EtcdCluster.start({ flags: ['--quota-backend-bytes=8000000000'] });
try {
  await bench();
} finally {
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function bench(): Promise<void> {
  const client = await cluster.client();
  const state = await fillKube(client);
  await churnKubeHour(client, state);
  const endpoints = cluster.endpoints.join(',');
  console.log(`etcd ${tools.version}, database ${mb((await client.status()).dbSize)}`);

  const identity = path.join(folder, 'identity');
  const resticEnv = { RESTIC_PASSWORD: 'bench', RESTIC_CACHE_DIR: path.join(folder, 'restic-cache') };
  const resticRepo = path.join(folder, 'restic');
  const saved = path.join(folder, 'saved.db');

  const save = async (): Promise<MeasuredRun> => {
    rmSync(saved, { force: true });
    return measure(tools.etcdctl, ['--endpoints', endpoints, 'snapshot', 'save', saved], {
      ETCDCTL_API: '3',
    });
  };
  const resticBackup = () => measure(restic, ['-r', resticRepo, 'backup', '--quiet', saved], resticEnv);
  const identityOf = (store: string) => `${identity}-${path.basename(store)}`;
  // As the README says: a backup host has a writer key, and no more.
  const init = async (store: string): Promise<void> => {
    const owner = ['--store', store, '--identity-file', identityOf(store)];
    await measure(process.execPath, [PROGRAM, 'init', store, '--generate-identity', identityOf(store)]);
    await measure(process.execPath, [PROGRAM, 'keys', 'writer', ...owner, '--output', `${store}.writer`]);
  };
  const backup = async (store: string): Promise<MeasuredRun & { document: BackupDocument }> => {
    const run = await measure(process.execPath, [
      ...[PROGRAM, 'backup', '--store', store, '--cluster', 'bench', '--endpoints', endpoints, '--json'],
      ...['--writer-key-file', `${store}.writer`, '--require-proof'],
    ]);
    return { ...run, document: JSON.parse(run.stdout) as BackupDocument };
  };

  console.log(`\n## First backup (${FIRSTS} times, each into a fresh store)`);
  const firsts: { save: number; ours: number; saveAndRestic: number; peak: number }[] = [];
  const store = path.join(folder, 'store-0');
  for (let i = FIRSTS - 1; i >= 0; i--) {
    const each = path.join(folder, `store-${i}`);
    await init(each);
    const plain = await save();
    const ours = await backup(each);
    rmSync(resticRepo, { recursive: true, force: true });
    await measure(restic, ['-r', resticRepo, 'init'], resticEnv);
    const kept = await resticBackup();
    firsts.push({ save: plain.ms, ours: ours.ms, saveAndRestic: plain.ms + kept.ms, peak: ours.peakRss });
    console.log(
      `  etcdctl ${seconds(plain.ms)}, ours ${seconds(ours.ms)}, etcdctl + restic ${seconds(plain.ms + kept.ms)}; ${stages(ours.document)}`,
    );
  }
  row('ours / etcdctl snapshot save', median(firsts.map((f) => f.ours / f.save)), 1.5);
  row('ours / (etcdctl snapshot save + restic)', median(firsts.map((f) => f.ours / f.saveAndRestic)), 0.5);

  console.log('\n## Each hour after');
  const hours: { save: number; ours: number; added: number; peak: number; defragmented: boolean }[] = [];
  for (let hour = 1; hour <= HOURS; hour++) {
    const { writes } = await churnKubeHour(client, state);
    const defragmented = hour === Math.ceil(HOURS / 2);
    if (defragmented) await client.defragment();
    const plain = await save();
    await resticBackup();
    const ours = await backup(store);
    const { rows, bytes } = ours.document;
    hours.push({ save: plain.ms, ours: ours.ms, added: bytes.added, peak: ours.peakRss, defragmented });
    console.log(
      `  ${hour}: ${writes} writes${defragmented ? ', defragmented' : ''}; etcdctl ${seconds(plain.ms)}, ours ${seconds(ours.ms)}; ` +
        `${rows.new} of ${rows.total} rows new, ${mb(bytes.added)} added of ${mb(bytes.stream)}; ${stages(ours.document)}`,
    );
  }
  row('ours / etcdctl snapshot save', median(hours.map((h) => h.ours / h.save)), 1.2);
  const usual = median(hours.filter((h) => !h.defragmented).map((h) => h.added));
  const moved = hours.find((h) => h.defragmented);
  if (moved !== undefined) row('added after the defragmentation / in a usual hour', moved.added / usual, 2);

  console.log(`\n## Kept after ${HOURS + 1} snapshots, all objects counted`);
  const kept = sizeOf(store);
  const resticKept = sizeOf(resticRepo);
  console.log(`  ours ${mb(kept)}, restic ${mb(resticKept)}`);
  row('ours / restic', kept / resticKept, 0.1);

  console.log('\n## Restore of the latest snapshot to a file');
  const restores: { ours: number; restic: number; peak: number }[] = [];
  for (let i = 0; i < FIRSTS; i++) {
    const output = path.join(folder, `restored-${i}.db`);
    const ours = await measure(process.execPath, [
      ...[
        PROGRAM,
        'restore',
        'latest',
        '--store',
        store,
        '--identity-file',
        identityOf(store),
        '--output',
        output,
      ],
    ]);
    rmSync(output);
    const dump = await measure(
      '/bin/sh',
      ['-c', `exec "$0" -r "$1" dump latest "$2" > "$3"`, restic, resticRepo, saved, output],
      resticEnv,
    );
    rmSync(output);
    restores.push({ ours: ours.ms, restic: dump.ms, peak: ours.peakRss });
    console.log(`  ours ${seconds(ours.ms)}, restic dump ${seconds(dump.ms)}`);
  }
  row('ours / restic dump', median(restores.map((r) => r.ours / r.restic)), 1);

  console.log('\n## Peak memory');
  const peak = Math.max(
    ...firsts.map((f) => f.peak),
    ...hours.map((h) => h.peak),
    ...restores.map((r) => r.peak),
  );
  console.log(
    `  first backups ${mb(Math.max(...firsts.map((f) => f.peak)))}, further ${mb(Math.max(...hours.map((h) => h.peak)))}, restores ${mb(Math.max(...restores.map((r) => r.peak)))}`,
  );
  row('peak / 350 MB', peak / 350e6, 1);
}

function stages({ stages: times }: BackupDocument): string {
  return Object.entries(times)
    .map(([stage, time]) => `${stage} ${time.toFixed(0)}`)
    .join(' ')
    .concat(' ms');
}

function sizeOf(place: string): number {
  const stat = statSync(place);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(place).reduce((sum, name) => sum + sizeOf(path.join(place, name)), 0);
}
