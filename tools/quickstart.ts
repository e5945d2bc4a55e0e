/**
 * The main job, end to end, on this machine: a real etcd is filled, backed up twice, proven, destroyed,
 * restored with etcdutl, started again and compared. Nothing stays behind.
 *
 *   npm run quickstart
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { churnKubeHour, EtcdCluster, fillKube, requireEtcd, RestoredEtcd } from '@etcd-kloset/testing';
import { runCommand } from './run-tests.ts';

const say = (line = ''): void => {
  console.log(line);
};
const step = (title: string): void => {
  say(`\n── ${title}`);
};

const folder = mkdtempSync(path.join(tmpdir(), 'etcd-kloset-quickstart-'));
const store = path.join(folder, 'store');
const identity = path.join(folder, 'identity.txt');
const program = path.resolve('apps/cli/dist/etcd-kloset.js');

interface Backup {
  snapshot: string;
  revision: number;
  rows: { total: number; new: number };
  bytes: { stream: number; added: number };
  proof: string;
  hashKV: { member: string; hash: number }[];
}

step('Getting a real etcd and building the program');
const tools = await requireEtcd('3.5', (line) => {
  say(line);
});
say(`etcd ${tools.version} (${tools.origin})`);
if (!runCommand('build', 'npm', ['run', '--silent', 'build'])) process.exit(1);

let cluster: EtcdCluster | undefined;
try {
  step('Starting etcd and filling it like a small Kubernetes cluster');
  cluster = await EtcdCluster.start();
  const client = await cluster.client();
  const state = await fillKube(client, { targetBytes: 24 * 1024 * 1024 });
  const endpoints = cluster.endpoints.join(',');
  say(`etcd listens on ${endpoints}; its database has ${mib((await client.status()).dbSize)}`);

  step('Making a store, which only the new identity can read');
  command(['init', store, '--generate-identity', identity]);

  const where = ['--store', store, '--cluster', 'quickstart', '--identity-file', identity];
  step('The first backup: everything is new');
  command(['backup', ...where, '--endpoints', endpoints]);

  step('An hour of Kubernetes life: leases, pod status, events, a rollout, compactions');
  const { writes } = await churnKubeHour(client, state);
  say(`${writes} writes`);

  step('The second backup: only what is new travels');
  const second = json(['backup', ...where, '--endpoints', endpoints]);
  say(
    `${second.rows.new} of ${second.rows.total} rows were new: ${mib(second.bytes.added)} were stored of a stream of ${mib(second.bytes.stream)}`,
  );
  say(
    `proof: ${second.proof}; HashKV at revision ${second.revision}: ${second.hashKV.map(({ member, hash }) => `${member} ${hash}`).join(', ')}`,
  );
  const before = await client.hashKV(BigInt(second.revision));
  command(['snapshots', '--store', store, '--identity-file', identity]);
  command(['show', second.snapshot, '--store', store, '--identity-file', identity]);

  step('Proving what the store holds: every row of every snapshot is read');
  command(['check', '--store', store, '--identity-file', identity, '--read-data']);

  step('Destroying the etcd');
  await cluster.stop();
  cluster = undefined;
  say('its process and its data are gone');

  step('Restoring with etcdutl and starting etcd again');
  const restored = await RestoredEtcd.from(tools, ({ name, peerUrl, dataDir }) => {
    command([
      ...['restore', second.snapshot, '--store', store, '--identity-file', identity],
      ...['--data-dir', dataDir, '--name', name, '--initial-cluster', `${name}=${peerUrl}`],
      ...['--initial-advertise-peer-urls', peerUrl, '--etcdutl', tools.etcdutl!],
    ]);
    return Promise.resolve();
  });
  try {
    step('Comparing');
    const rows = await restored.client.range('/registry/', { rangeEnd: '/registry0', countOnly: true });
    say(`etcd runs on the restored data: ${rows.count} keys below /registry/`);
    // The restore bumped the revision for Kubernetes; a plain file of the snapshot has the old one.
    const file = path.join(folder, 'snapshot.db');
    command(['restore', second.snapshot, '--store', store, '--identity-file', identity, '--output', file]);
    const plain = await RestoredEtcd.fromFile(tools, file);
    const after = await plain.client.hashKV(BigInt(second.revision));
    await plain.stop();
    say(`HashKV before: ${before.hash}, after: ${after.hash}`);
    if (after.hash !== before.hash || second.proof !== 'proven')
      throw new Error('the restored etcd is not equal');
    step('Done: the restored cluster is equal to the one that was destroyed');
  } finally {
    await restored.stop();
  }
} finally {
  await cluster?.stop();
  rmSync(folder, { recursive: true, force: true });
}

function command(args: readonly string[]): void {
  say(`$ etcd-kloset ${args.join(' ')}`);
  const { status } = spawnSync(process.execPath, [program, ...args], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`etcd-kloset ${args[0] ?? ''} ended with ${status ?? 'a signal'}`);
}

function json(args: readonly string[]): Backup {
  say(`$ etcd-kloset ${args.join(' ')} --json`);
  const { status, stdout } = spawnSync(process.execPath, [program, ...args, '--json'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`etcd-kloset ${args[0] ?? ''} ended with ${status ?? 'a signal'}`);
  return JSON.parse(stdout) as Backup;
}

function mib(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
