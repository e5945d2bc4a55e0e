import { backupCluster, openSnapshot, restoreToFile } from '@etcd-kloset/pipeline';
import { type SnapshotSummary } from '@etcd-kloset/kloset';
import path from 'node:path';
import {
  describeWith,
  EtcdCluster,
  READER,
  requireEtcd,
  RestoredEtcd,
  ROOT,
  type EtcdClient,
} from '@etcd-kloset/testing';
import { makeTestStore, type TestStore } from './support/test-store.ts';

await describeWith(requireEtcd('3.5'), 'a cluster of three members and a learner', (tools) => {
  let at: TestStore;
  let cluster: EtcdCluster;
  let client: EtcdClient;
  const warnings: string[] = [];

  const connection = () => ({
    endpoints: cluster.endpoints,
    tls: {
      caFile: cluster.certificates!.ca,
      certFile: cluster.clientCertificate!.cert,
      keyFile: cluster.clientCertificate!.key,
    },
    auth: { user: ROOT.name, password: ROOT.password },
    dialTimeoutMs: 1000,
    commandTimeoutMs: 2000,
  });
  const backup = (options: Partial<Parameters<typeof backupCluster>[0]> = {}): Promise<SnapshotSummary> => {
    warnings.length = 0;
    return backupCluster({
      store: at.store,
      ring: at.owner,
      cluster: 'three',
      connection: connection(),
      warn: (sentence) => warnings.push(sentence),
      ...options,
    });
  };
  const answers = ({ hashKV }: SnapshotSummary) =>
    hashKV.map(({ member, equal }) => `${member} ${equal}`).sort();

  beforeAll(async () => {
    at = await makeTestStore();
    cluster = await EtcdCluster.start({ members: 3, learners: 1, tls: 'mutual', auth: true });
    client = await cluster.client();
    for (let i = 0; i < 2000; i++) {
      if (i % 20 === 0)
        await client.txn(
          Array.from({ length: 20 }, (_, k) => ({ key: `/k/${i + k}`, value: 'v'.repeat(20_000) })),
        );
    }
  });
  afterAll(async () => {
    await cluster.stop();
    await at.remove();
  });

  it('is read from a follower and proven by every voter, with client certificates and a user', async () => {
    const summary = await backup();
    expect(summary.proof).toBe('proven');
    expect(answers(summary)).toEqual(['member-1 true', 'member-2 true', 'member-3 true']);
    const leader = cluster.members[(await cluster.leader())!]!.name;
    expect(summary.etcd.member).not.toBe(leader);
    expect(summary.etcd.members.filter(({ learner }) => learner)).toHaveLength(1);
    expect(summary.hashKV.filter(({ source }) => source).map(({ member }) => member)).toEqual([
      summary.etcd.member,
    ]);

    const restored = await restoreToFile(
      await openSnapshot(at.store, at.owner, summary.id),
      path.join(at.folder, 'three.db'),
    );
    const again = await RestoredEtcd.fromFile(tools, restored.file);
    await again.stop();
  });

  it('is proven by the two that are left when a member is stopped, and says which is missing', async () => {
    const stopped = await aFollower();
    await stopped.stop();
    const summary = await backup();
    expect(summary.proof).toBe('proven');
    expect(summary.hashKV).toHaveLength(2);
    expect(warnings.join('\n')).toContain(stopped.name);
    await stopped.start();
  });

  it('passes over a member that is frozen', async () => {
    const frozen = await aFollower();
    frozen.pause();
    try {
      const summary = await backup();
      expect(summary.proof).toBe('proven');
      expect(summary.etcd.member).not.toBe(frozen.name);
    } finally {
      frozen.resume();
    }
  });

  it('reads the next member when the one it reads dies in mid-stream', async () => {
    const source = (await backup()).etcd.member!;
    let killed = false;
    const summary = await backup({
      // With the first bytes: far more is to come than what is on its way.
      progress: (progress) => {
        if (killed || progress.stage !== 'stream') return;
        killed = true;
        expect(progress.bytes).toBeLessThan(progress.expected! / 2);
        void cluster.members.find(({ name }) => name === source)!.kill();
      },
    });
    expect(killed).toBe(true);
    expect(summary.etcd.member).not.toBe(source);
    expect(summary.proof).toBe('proven');
    expect(warnings.join('\n')).toContain(`${source} could not be read`);
    await cluster.members.find(({ name }) => name === source)!.start();
  });

  // A password is checked by the quorum; a certificate's name is not.
  it('is still backed up without a quorum, and then not called proven', async () => {
    const [one, two] = cluster.members.slice(0, 3).filter((_, i) => i > 0);
    await one!.stop();
    await two!.stop();
    const { auth: _, ...certificateOnly } = connection();
    const summary = await backup({ connection: certificateOnly });
    expect(summary.proof).toBe('unproven');
    expect(warnings.join('\n')).toContain('no quorum');
    await Promise.all([one!.start({ until: 'serving' }), two!.start({ until: 'serving' })]);
    await Promise.all([one!.waitUntil('healthy'), two!.waitUntil('healthy')]);
  });

  it('says plainly that the password is wrong, or that the user may not', async () => {
    const nobody = await cluster.certificates!.client('nobody');
    const tls = { caFile: cluster.certificates!.ca, certFile: nobody.cert, keyFile: nobody.key };
    const nobodys = { endpoints: cluster.endpoints, tls };
    await expect(
      backup({ connection: { ...nobodys, auth: { user: 'root', password: 'wrong' } } }),
    ).rejects.toMatchObject({
      code: 'etcd.auth',
    });
    await expect(
      backup({ connection: { ...nobodys, auth: { user: READER.name, password: READER.password } } }),
    ).rejects.toMatchObject({ code: 'etcd.permission-denied' });
  });

  async function aFollower() {
    const leader = await cluster.leader();
    return cluster.members[leader === 0 ? 1 : 0]!;
  }
});
