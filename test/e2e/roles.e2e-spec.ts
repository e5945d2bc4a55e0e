import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { clusterById, openStore, readSummary } from '@etcd-kloset/kloset';
import { openStorage } from '@etcd-kloset/storage';
import { describeWith, EtcdCluster, requireEtcd } from '@etcd-kloset/testing';
import { runCommand, runJson } from './support/command.ts';
import { makeTestStore } from './support/test-store.ts';

interface Backup {
  readonly snapshot: string;
  readonly proof: string;
}

await describeWith(requireEtcd('3.5'), 'the roles', () => {
  let folder: string;
  let store: string;
  let cluster: EtcdCluster;
  let first: Backup;
  const file = (name: string) => path.join(folder, name);
  const writer = () => ['--store', store, '--writer-key-file', file('writer')];
  const oneWriter = () => ['--store', store, '--writer-key-file', file('one-writer')];
  const owner = () => ['--store', store, '--identity-file', file('identity')];
  const failing = async (args: readonly string[]) => {
    const { code, stderr } = await runCommand(args);
    expect(code).toBe(1);
    return stderr;
  };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'etcd-kloset-roles-'));
    store = file('store');
    cluster = await EtcdCluster.start();
    const client = await cluster.client();
    for (let i = 0; i < 40; i++) await client.put(`/registry/secrets/default/s${i}`, `secret ${i}`);
    await runCommand(['init', store, '--generate-identity', file('identity')]);
    await runCommand(['keys', 'writer', ...owner(), '--output', file('writer')]);
    await runCommand(['keys', 'writer', ...owner(), '--cluster', 'one', '--output', file('one-writer')]);
    await runCommand(['keys', 'keeper', ...owner(), '--output', file('keeper')]);
    first = await runJson<Backup>([
      'backup',
      ...writer(),
      '--cluster',
      'one',
      '--endpoints',
      cluster.endpoints.join(),
    ]);
  });
  afterAll(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('let a writer back up, list, see the status and check', async () => {
    expect(first.proof).toBe('proven');
    const second = await runJson<Backup>([
      'backup',
      ...writer(),
      '--cluster',
      'one',
      '--endpoints',
      cluster.endpoints.join(),
    ]);
    expect(second.proof).toBe('proven');
    expect(await runJson<Backup[]>(['snapshots', ...writer()])).toHaveLength(2);
    await runJson(['status', ...writer(), '--max-age', '1h']);
    await runJson(['check', ...writer()]);
    await runJson(['stats', ...writer()]);
  });

  it('let a writer read nothing back, and tell what is needed', async () => {
    for (const args of [
      ['restore', first.snapshot, ...writer(), '--output', file('out.db')],
      ['check', '--read-data', ...writer()],
    ]) {
      const stderr = await failing(args);
      expect(stderr).toContain("owner's key");
      expect(stderr).toContain('--identity-file');
    }
    expect(await readdir(folder)).not.toContain('out.db');
  });

  it('keep a writer of one cluster to that cluster', async () => {
    await runJson(['backup', ...oneWriter(), '--cluster', 'one', '--endpoints', cluster.endpoints.join()]);
    const stderr = await failing([
      'backup',
      ...oneWriter(),
      '--cluster',
      'two',
      '--endpoints',
      cluster.endpoints.join(),
    ]);
    expect(stderr).toContain('"one" only');
    await runJson(['backup', ...writer(), '--cluster', 'two', '--endpoints', cluster.endpoints.join()]);
    // It is shown its own cluster, and told nothing of the other.
    const seen = await runJson<{ cluster: string }[]>(['snapshots', ...oneWriter()]);
    expect(new Set(seen.map((each) => each.cluster))).toEqual(new Set(['one']));
    expect(await failing(['snapshots', ...oneWriter(), '--cluster', 'two'])).toContain('"one" only');
  });

  it('let a keeper list and check, and neither back up nor read', async () => {
    const keeper = ['--store', store, '--keeper-key-file', file('keeper')];
    await runJson(['snapshots', ...keeper]);
    await runJson(['check', ...keeper]);
    expect(
      await failing(['backup', ...keeper, '--cluster', 'one', '--endpoints', cluster.endpoints.join()]),
    ).toContain('keeper key');
    expect(
      await failing(['restore', 'latest', ...keeper, '--cluster', 'one', '--output', file('out.db')]),
    ).toContain("owner's key");
  });

  it('tell a wrong identity, a wrong passphrase and another store from each other', async () => {
    await runCommand(['init', file('other'), '--generate-identity', file('other-identity')]);
    await runCommand([
      'keys',
      'writer',
      '--store',
      file('other'),
      '--identity-file',
      file('other-identity'),
      '--output',
      file('other-writer'),
    ]);
    expect(
      await failing([
        'restore',
        'latest',
        '--store',
        store,
        '--identity-file',
        file('other-identity'),
        '--output',
        file('out.db'),
      ]),
    ).toMatch(/identity/i);
    expect(await failing(['snapshots', '--store', store, '--writer-key-file', file('other-writer')])).toMatch(
      /another store|of store/,
    );
  });

  it('open no record under another name, in another cluster or in another store', async () => {
    const at = await makeTestStore();
    try {
      const clusters = path.join(store, 'clusters');
      const [id] = await readdir(clusters);
      const snapshots = path.join(clusters, id!, 'snapshots');
      const [name] = await readdir(snapshots);
      const forged = '20270101t000000000z-00000000';
      await copyFile(path.join(snapshots, name!), path.join(snapshots, forged));
      const { code, stderr } = await runCommand(['snapshots', ...writer()]);
      expect(code).toBe(1);
      expect(stderr).toContain(forged);
      await rm(path.join(snapshots, forged), { force: true });

      const foreign = path.join(at.storeFolder, 'clusters', id!, 'snapshots');
      await mkdir(foreign, { recursive: true });
      await copyFile(path.join(snapshots, name!), path.join(foreign, name!));
      const storage = await openStorage(at.storeFolder);
      const cluster = clusterById(await openStore(storage), at.owner, id!);
      await expect(readSummary(cluster, name!)).rejects.toMatchObject({ code: 'seal.does-not-open' });
      await storage.close();
    } finally {
      await at.remove();
    }
  });
});
