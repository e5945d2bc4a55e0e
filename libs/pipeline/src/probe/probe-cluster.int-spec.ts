import { createServer, type AddressInfo } from 'node:net';
import { describeWith, EtcdCluster, READER, requireEtcd, ROOT } from '@etcd-kloset/testing';
import { probeCluster, type ClusterProbe } from './probe-cluster.ts';

await describeWith(requireEtcd('3.6'), 'the probe of a cluster of etcd 3.6', () => {
  let cluster: EtcdCluster;
  beforeAll(async () => {
    cluster = await EtcdCluster.start({
      version: '3.6',
      members: 3,
      learners: 1,
      flags: ['--quota-backend-bytes=4000000'],
    });
    const client = await cluster.client();
    for (let i = 0; i < 10; i++) await client.put(`/k/${i}`, 'v');
  });
  afterAll(() => cluster.stop());

  const probe = (auth?: { user: string; password: string }): Promise<ClusterProbe> =>
    probeCluster({
      endpoints: cluster.endpoints,
      auth,
      dialTimeoutMs: 1000,
      commandTimeoutMs: 1500,
    });
  const byName = ({ members }: ClusterProbe) => new Map(members.map((member) => [member.name, member]));

  it('tells how every member is, and the cluster as a whole', async () => {
    const found = await probe();
    expect(found).toMatchObject({ quorum: true, alarms: [], errors: [] });
    expect(found.clusterId).toMatch(/^[0-9a-f]+$/);
    expect(found.members.map(({ name, learner }) => [name, learner])).toEqual([
      ['learner-4', true],
      ['member-1', false],
      ['member-2', false],
      ['member-3', false],
    ]);
    const leader = cluster.members[(await cluster.leader())!]!.name;
    for (const { id, name, status, error, alarms, clientUrls } of found.members) {
      expect([error, alarms]).toEqual([undefined, []]);
      expect(clientUrls).toEqual([cluster.members.find((each) => each.name === name)!.endpoint]);
      expect(status).toMatchObject({ errors: [], leader: found.leader });
      // A new cluster begins with the schema before, of which the members do not know at once.
      expect([undefined, '3.5.0', '3.6.0']).toContain(status!.storageVersion);
      expect(status!.version).toMatch(/^3\.6\./);
      expect(status!.dbSize).toBeGreaterThanOrEqual(status!.dbSizeInUse);
      expect(status!.dbSizeInUse).toBeGreaterThan(0);
      expect(status!.raftAppliedIndex).toBeGreaterThan(10);
      expect(status!.revision).toBeGreaterThanOrEqual(11);
      expect(status!.leads).toBe(name === leader);
      expect(id === found.leader).toBe(name === leader);
    }
    expect(found.revision).toBeGreaterThanOrEqual(11);
    // It goes into an answer as it is.
    expect(JSON.parse(JSON.stringify(found))).toMatchObject({ quorum: true });
  });

  it('tells of a member that is down why it does not answer, and of the others as before', async () => {
    const down = cluster.members[2]!;
    await down.stop();
    try {
      const found = await probe();
      expect(found.quorum).toBe(true);
      const { status, error } = byName(found).get(down.name)!;
      expect(status).toBeUndefined();
      expect(error).toMatchObject({ code: 'etcd.unreachable', message: expect.any(String) as string });
      expect(byName(found).get('member-1')!.status).toBeDefined();
    } finally {
      await down.start();
    }
  });

  it('tells that there is no quorum, and what can be known without one', async () => {
    const [, second, third] = cluster.members;
    await Promise.all([second!.kill(), third!.kill()]);
    try {
      const found = await probe();
      expect(found).toMatchObject({ quorum: false, revision: undefined, alarms: undefined });
      expect(found.errors).toHaveLength(2);
      expect(byName(found).get('member-1')!.status?.version).toMatch(/^3\.6\./);
      expect(byName(found).get('member-2')!.error?.code).toBe('etcd.unreachable');
    } finally {
      await Promise.all([second!.start(), third!.start()]);
    }
  });

  it('tells of an alarm, at its member', async () => {
    const client = await cluster.client();
    const full = (async () => {
      for (let i = 0; ; i++) await client.put(`/full/${i}`, Buffer.alloc(500_000, i));
    })();
    await expect(full).rejects.toThrow();
    const found = await probe();
    expect(found.alarms!.length).toBeGreaterThan(0);
    for (const { memberId, type } of found.alarms!) {
      expect(type).toBe('NOSPACE');
      expect(found.members.find(({ id }) => id === memberId)!.alarms).toEqual(['NOSPACE']);
    }
  });

  it('tells a user who may read nothing what he may know', async () => {
    await cluster.etcdctl(['alarm', 'disarm']);
    for (const args of [
      ['user', 'add', `${ROOT.name}:${ROOT.password}`],
      ['user', 'grant-role', ROOT.name, 'root'],
      ['user', 'add', `${READER.name}:${READER.password}`],
      ['auth', 'enable'],
    ])
      await cluster.etcdctl(args);
    const found = await probe({ user: READER.name, password: READER.password });
    expect(found).toMatchObject({ quorum: true, revision: undefined, alarms: [] });
    expect(found.errors.map(({ code }) => code)).toEqual(['etcd.permission-denied']);
    for (const { status, error } of found.members)
      expect((status === undefined) === (error !== undefined)).toBe(true);
    const all = await probe({ user: ROOT.name, password: ROOT.password });
    expect(all).toMatchObject({ quorum: true, errors: [] });
  });
});

describe('the probe of what is no cluster', () => {
  it('fails with the reason of the endpoint', async () => {
    await expect(probeCluster({ endpoints: ['127.0.0.1:1'], dialTimeoutMs: 500 })).rejects.toMatchObject({
      code: 'etcd.unreachable',
    });
  });

  it('ends with the signal while nobody answers', async () => {
    const controller = new AbortController();
    const reason = new Error('told to stop');
    const server = createServer(() => {
      controller.abort(reason);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const connection = { endpoints: [`127.0.0.1:${port}`], dialTimeoutMs: 100_000 };
    await expect(probeCluster(connection, controller.signal)).rejects.toBe(reason);
    server.close();
  });
});
