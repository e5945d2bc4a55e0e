import { describeWith, EtcdCluster, requireEtcd } from '@etcd-kloset/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { chooseMembers } from './choose-members.ts';
import { connectEtcd, type EtcdClient } from './client.ts';
import { type Member } from './cluster.ts';
import { type EtcdConnection } from './connection.ts';

const LIMIT_MS = 120_000;

await describeWith(requireEtcd(), 'a cluster of three voters and a learner', () => {
  let cluster: EtcdCluster;
  const clients: EtcdClient[] = [];

  async function connect(connection: Partial<EtcdConnection> = {}): Promise<EtcdClient> {
    const client = await connectEtcd({ endpoints: cluster.endpoints, ...connection });
    clients.push(client);
    return client;
  }

  async function put(value: string): Promise<bigint> {
    const client = await cluster.client(await cluster.leader());
    return client.put('/app/name', value);
  }

  /** The signal takes a moment to reach every thread of the member. */
  async function freeze(index: number): Promise<void> {
    cluster.members[index]!.pause();
    await sleep(50);
  }

  function named(name: string, members: readonly Member[]): Member {
    return members.find((member) => member.name === name)!;
  }

  beforeAll(async () => {
    cluster = await EtcdCluster.start({ members: 3, learners: 1 });
    // A member serves its clients before the others know its name.
    const client = await connect();
    while ((await client.members()).some(({ name }) => name === '')) await sleep(20);
  }, LIMIT_MS);

  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });

  afterAll(() => cluster.stop(), LIMIT_MS);

  it('tells its members as etcdctl does', async () => {
    const members = await (await connect()).members();
    const { stdout } = await cluster.etcdctl(['member', 'list'], { member: 0 });
    const lines = members.map(({ id, name, peerUrls, clientUrls, isLearner }) =>
      [id, 'started', name, peerUrls.join(','), clientUrls.join(','), isLearner].join(', '),
    );
    expect(lines.toSorted()).toEqual(stdout.trim().split('\n').toSorted());
  });

  it('tells the status of each member, by member and by endpoint', async () => {
    const client = await connect();
    const leader = cluster.members[(await cluster.leader())!]!.name;
    const members = await client.members();
    for (const [index, { name }] of cluster.members.entries()) {
      const member = named(name, members);
      const status = await client.status(member);
      expect(status).toMatchObject({
        memberId: member.id,
        endpoint: cluster.endpoints[index],
        version: cluster.tools.version,
        leader: named(leader, members).id,
        isLearner: member.isLearner,
      });
      expect(status.dbSize).toBeGreaterThanOrEqual(status.dbSizeInUse);
      expect((await client.status(cluster.endpoints[index]!)).memberId).toBe(member.id);
    }
  });

  it('has a revision that is not older than a write that ended before', async () => {
    const client = await connect();
    const written = await put('value');
    expect(await client.linearizableRevision()).toBeGreaterThanOrEqual(written);
  });

  it('has voters that tell one hash for one revision, and a learner that tells none', async () => {
    const client = await connect();
    const revision = await put('value');
    const members = await client.members();
    const hashes = await Promise.all(
      members.filter(({ isLearner }) => !isLearner).map((member) => client.hashKV(member, revision)),
    );
    const truth = await (await cluster.client(0)).hashKV(revision);
    for (const { hash } of hashes) expect(hash).toBe(truth.hash);
    const learner = members.find(({ isLearner }) => isLearner)!;
    await expect(client.hashKV(learner, revision)).rejects.toMatchObject({ code: 'etcd.learner' });
  });

  it('tells apart a revision that is gone and one that has not come', async () => {
    const client = await connect();
    const first = await put('one');
    const second = await put('two');
    await (await cluster.client(0)).compact(second);
    const member = named('member-1', await client.members());
    await expect(client.hashKV(member, first)).rejects.toMatchObject({ code: 'etcd.compacted' });
    await expect(client.hashKV(member, second + 1000n)).rejects.toMatchObject({
      code: 'etcd.future-revision',
      retryable: true,
    });
    expect(await client.hashKV(member, 0n)).toMatchObject({ compactRevision: second, revision: second });
  });

  it('is best read from a follower, then from the leader, then from the learner', async () => {
    const leader = cluster.members[(await cluster.leader())!]!.name;
    const ranked = await chooseMembers(await connect());
    expect(ranked.map(({ member, reasons }) => [member.name === leader, reasons])).toEqual([
      [false, []],
      [false, []],
      [true, ['is the leader']],
      [false, ['is a learner']],
    ]);
    expect(ranked.flatMap(({ excluded, warnings }) => [excluded, ...warnings])).toEqual(
      Array(4).fill(undefined),
    );
  });

  it('is reached as a whole through any one endpoint, by the client URLs that members advertise', async () => {
    const ranked = await chooseMembers(await connect({ endpoints: [cluster.members[1]!.address] }));
    expect(ranked.map(({ status }) => status?.endpoint).toSorted()).toEqual(
      [...cluster.endpoints.filter((_, index) => index !== 1), cluster.members[1]!.address].toSorted(),
    );
  });

  it('is left alone but for the given endpoints when told so', async () => {
    const ranked = await chooseMembers(
      await connect({ endpoints: [cluster.endpoints[0]!], onlyEndpoints: true }),
    );
    expect(ranked[0]).toMatchObject({ member: { name: 'member-1' }, excluded: undefined });
    expect(ranked.slice(1).map(({ excluded }) => excluded)).toEqual(
      Array(3).fill(expect.stringContaining('none of the given endpoints leads to it')),
    );
  });

  it('cannot be listed through its learner alone', async () => {
    const client = await connect({ endpoints: [cluster.endpoints[3]!] });
    await expect(client.members()).rejects.toMatchObject({ code: 'etcd.learner' });
  });

  it(
    'is not mixed up with another cluster',
    async () => {
      const other = await EtcdCluster.start();
      try {
        const both = connect({ endpoints: [cluster.endpoints[0]!, other.endpoints[0]!] });
        await expect(both).rejects.toMatchObject({ code: 'etcd.different-clusters', retryable: false });
      } finally {
        await other.stop();
      }
    },
    LIMIT_MS,
  );

  it('tells its alarms', async () => {
    const client = await connect();
    expect(await client.alarms()).toEqual([]);
  });

  it('does without a voter and a learner that are frozen', async () => {
    const leader = (await cluster.leader())!;
    const [frozen, healthy] = [0, 1, 2].filter((index) => index !== leader) as [number, number];
    await freeze(3);
    await freeze(frozen);
    try {
      const client = await connect({ dialTimeoutMs: 400, commandTimeoutMs: 800 });
      const ranked = await chooseMembers(client);
      expect(ranked.map(({ member, excluded }) => [member.name, excluded === undefined])).toEqual([
        [cluster.members[healthy]!.name, true],
        [cluster.members[leader]!.name, true],
        ['learner-4', false],
        [cluster.members[frozen]!.name, false],
      ]);
      expect(ranked[3]!.excluded).toMatch(/within 0\.[48] s/);
    } finally {
      cluster.members[frozen]!.resume();
      cluster.members[3]!.resume();
    }
  });

  it('notices a member that freezes while it is being talked to', async () => {
    const client = await connect({ endpoints: [cluster.endpoints[0]!], commandTimeoutMs: 500 });
    const member = named('member-1', await client.members());
    await client.status(member);
    await freeze(0);
    try {
      await expect(client.status(member)).rejects.toMatchObject({ code: 'etcd.timeout', retryable: true });
    } finally {
      cluster.members[0]!.resume();
    }
    await expect(client.status(member)).resolves.toMatchObject({ memberId: member.id });
  });

  it('ends a call that is cancelled, and every call after it', async () => {
    const controller = new AbortController();
    const client = await connect({ endpoints: [cluster.endpoints[0]!], signal: controller.signal });
    await freeze(0);
    try {
      const atOnce = client.linearizableRevision();
      controller.abort();
      await expect(atOnce).rejects.toMatchObject({ code: 'etcd.cancelled', retryable: false });
      await expect(client.members()).rejects.toMatchObject({ code: 'etcd.cancelled' });
    } finally {
      cluster.members[0]!.resume();
    }
  });

  it('ends a call that waits for an answer when the client is closed', async () => {
    const client = await connect({ endpoints: [cluster.endpoints[0]!] });
    await freeze(0);
    try {
      const waiting = client.linearizableRevision();
      setTimeout(() => client.close(), 50);
      await expect(waiting).rejects.toMatchObject({ code: 'etcd.cancelled' });
    } finally {
      cluster.members[0]!.resume();
    }
  });

  it(
    'still lists its members and gives a snapshot when its quorum is lost, but no revision',
    async () => {
      const [survivor] = cluster.members;
      await Promise.all([cluster.members[1]!.kill(), cluster.members[2]!.kill()]);
      const client = await connect({ endpoints: [survivor!.endpoint], commandTimeoutMs: 20_000 });
      const status = () => client.status(survivor!.endpoint);
      while ((await status()).leader !== undefined) await sleep(50);

      await expect(client.linearizableRevision()).rejects.toMatchObject({
        code: 'etcd.no-leader',
        retryable: true,
      });
      const ranked = await chooseMembers(client);
      expect(ranked.map(({ member, excluded }) => [member.name, excluded === undefined])).toEqual([
        ['member-1', true],
        ['learner-4', true],
        ['member-2', false],
        ['member-3', false],
      ]);
      expect(ranked[0]!.reasons).toEqual(['sees no leader']);
      let bytes = 0;
      const result = await client.snapshot(ranked[0]!.member, (blob) => void (bytes += blob.length));
      expect(result.bytes).toBe(bytes);
    },
    LIMIT_MS,
  );
});
