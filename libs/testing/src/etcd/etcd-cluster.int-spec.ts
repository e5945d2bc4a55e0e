import { existsSync } from 'node:fs';
import { describeWith } from '../tools/describe-with.ts';
import { requireEtcd } from '../tools/require-tools.ts';
import { READER } from './authentication.ts';
import { EtcdCluster } from './etcd-cluster.ts';

const LIMIT_MS = 120_000;

await describeWith(requireEtcd(), 'a cluster for tests', () => {
  let cluster: EtcdCluster | undefined;

  afterEach(async () => {
    await cluster?.stop();
    cluster = undefined;
  });

  it(
    'keeps what was written when its only member is killed and started again',
    async () => {
      cluster = await EtcdCluster.start();
      const client = await cluster.client();
      await client.put('/app/name', 'before');
      await cluster.members[0]!.kill();
      await expect(client.range('/app/name')).rejects.toThrow();

      await cluster.members[0]!.start();
      const { kvs } = await (await cluster.client()).range('/app/name');
      expect(kvs.map((kv) => kv.value.toString())).toEqual(['before']);
    },
    LIMIT_MS,
  );

  it(
    'removes its processes and its folder when it is stopped',
    async () => {
      cluster = await EtcdCluster.start();
      const pid = cluster.members[0]!.pid!;
      expect(existsSync(cluster.members[0]!.dataDir)).toBe(true);
      await cluster.stop();
      expect(existsSync(cluster.folder)).toBe(false);
      expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    },
    LIMIT_MS,
  );

  it(
    'has three members and a learner that hold the same rows, one of them leading',
    async () => {
      cluster = await EtcdCluster.start({ members: 3, learners: 1 });
      const client = await cluster.client();
      const revision = await client.put('/app/name', 'value');

      const voters = await Promise.all(
        [0, 1, 2].map(async (index) => (await cluster!.client(index)).hashKV(revision)),
      );
      expect(new Set(voters.map(({ hash }) => hash)).size).toBe(1);
      expect([0, 1, 2]).toContain(await cluster.leader());
      expect((await (await cluster.client(3)).status()).isLearner).toBe(true);
    },
    LIMIT_MS,
  );

  it(
    'goes on without a member that is frozen, and that one catches up when it is resumed',
    async () => {
      cluster = await EtcdCluster.start({ members: 3 });
      const leader = (await cluster.leader())!;
      const frozen = (leader + 1) % 3;
      cluster.members[frozen]!.pause();
      const revision = await (await cluster.client(leader)).put('/app/name', 'value');
      cluster.members[frozen]!.resume();
      await cluster.members[frozen]!.waitUntil('healthy');
      const { revision: seen } = await (await cluster.client(frozen)).range('/app/name');
      expect(seen).toBeGreaterThanOrEqual(revision);
    },
    LIMIT_MS,
  );

  it(
    'lets in only who has a certificate and a password when it asks for both',
    async () => {
      cluster = await EtcdCluster.start({ tls: 'mutual', auth: true });
      const root = await cluster.client();
      await root.put('/other/name', 'value');
      expect((await root.range('/other/name')).count).toBe(1);

      const reader = await cluster.client(0, { user: READER });
      await reader.put('/app/name', 'value');
      await expect(reader.range('/other/name')).rejects.toThrow('permission denied');
      await expect(reader.hashKV()).rejects.toThrow('permission denied');
      await expect(
        cluster.etcdctl(['get', 'x'], { user: { name: 'root', password: 'wrong' } }),
      ).rejects.toThrow('invalid user ID or password');
      // The certificate alone is enough: its common name is root.
      await cluster.etcdctl(['get', '/other/name'], { user: null });

      const { cert, key } = cluster.certificates!.stranger.client;
      await expect(
        cluster.etcdctl([
          'get',
          'x',
          '--cert',
          cert,
          '--key',
          key,
          '--command-timeout=2s',
          '--dial-timeout=2s',
        ]),
      ).rejects.toThrow();
    },
    LIMIT_MS,
  );

  it(
    'shows a certificate that clients refuse when it is told to',
    async () => {
      cluster = await EtcdCluster.start({ tls: 'server', serverCertificate: 'wrongHost' });
      await expect((await cluster.client()).status()).rejects.toThrow(/altnames/i);
    },
    LIMIT_MS,
  );
});
