import { describeWith, EtcdCluster, READER, requireEtcd, ROOT } from '@etcd-kloset/testing';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectEtcd, type EtcdClient } from './client.ts';
import { type EtcdAuth, type EtcdTls } from './connection.ts';

const LIMIT_MS = 120_000;
const root: EtcdAuth = { user: ROOT.name, password: ROOT.password };
const reader: EtcdAuth = { user: READER.name, password: READER.password };

const clients: EtcdClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

async function connect(endpoint: string, tls?: EtcdTls, auth?: EtcdAuth): Promise<EtcdClient> {
  const client = await connectEtcd({ endpoints: [endpoint], tls, auth });
  clients.push(client);
  return client;
}

/** What only the root role may do. */
async function backUp(client: EtcdClient): Promise<void> {
  const [member] = await client.members();
  const revision = await client.linearizableRevision();
  await client.hashKV(member!, revision);
  await client.snapshot(member!, () => undefined);
}

await describeWith(requireEtcd(), 'a cluster that asks for certificates and has authentication on', () => {
  let cluster: EtcdCluster;
  let endpoint: string;

  beforeAll(async () => {
    cluster = await EtcdCluster.start({ tls: 'mutual', auth: true });
    endpoint = cluster.endpoints[0]!;
  }, LIMIT_MS);

  afterAll(() => cluster.stop(), LIMIT_MS);

  async function certificateOf(name: string): Promise<EtcdTls> {
    const { cert, key } = await cluster.certificates!.client(name);
    return { caFile: cluster.certificates!.ca, certFile: cert, keyFile: key };
  }

  it('takes the name in the certificate for the user', async () => {
    const client = await connect(endpoint, await certificateOf('root'));
    expect(client.authenticated).toBe(false);
    await backUp(client);
  });

  it('takes the user and password before the name in the certificate', async () => {
    const client = await connect(endpoint, await certificateOf('reader'), root);
    expect(client.authenticated).toBe(true);
    await backUp(client);
  });

  it('denies a user without the root role the revision, the hash and the snapshot', async () => {
    for (const client of [
      await connect(endpoint, await certificateOf('reader')),
      await connect(endpoint, await certificateOf('root'), reader),
    ]) {
      const [member] = await client.members();
      for (const denied of [
        client.linearizableRevision(),
        client.hashKV(member!, 1n),
        client.snapshot(member!, () => undefined),
      ]) {
        await expect(denied).rejects.toMatchObject({
          code: 'etcd.permission-denied',
          retryable: false,
          advice: expect.stringContaining('root role') as string,
        });
      }
    }
  });

  it('refuses a wrong password at once', async () => {
    const wrong = connect(endpoint, await certificateOf('root'), { user: 'root', password: 'wrong' });
    await expect(wrong).rejects.toMatchObject({
      code: 'etcd.auth',
      retryable: false,
      context: { reason: 'wrong-password' },
    });
  });

  it('refuses who has no certificate and who has a stranger’s', async () => {
    const { ca, stranger } = cluster.certificates!;
    await expect(connect(endpoint, { caFile: ca }, root)).rejects.toMatchObject({
      code: 'etcd.tls',
      context: { reason: 'client-certificate-required' },
    });
    const { cert, key } = stranger.client;
    await expect(connect(endpoint, { caFile: ca, certFile: cert, keyFile: key }, root)).rejects.toMatchObject(
      {
        code: 'etcd.tls',
        context: { reason: 'client-certificate-rejected' },
        message: expect.stringContaining(cert) as string,
      },
    );
  });
});

await describeWith(requireEtcd(), 'a cluster that speaks TLS', () => {
  let cluster: EtcdCluster;
  let endpoint: string;
  let ca: string;

  beforeAll(async () => {
    cluster = await EtcdCluster.start({ tls: 'server', serverCertificate: 'wrongHost' });
    endpoint = cluster.endpoints[0]!;
    ca = cluster.certificates!.ca;
  }, LIMIT_MS);

  afterAll(() => cluster.stop(), LIMIT_MS);

  it('is refused when its certificate is for another host, and the error names that host', async () => {
    await expect(connect(endpoint, { caFile: ca })).rejects.toMatchObject({
      code: 'etcd.tls',
      context: { reason: 'wrong-name' },
      message: expect.stringContaining('but for another-host.example, 192.0.2.1') as string,
    });
  });

  it('is accepted under the name that it was said to have, or without a look', async () => {
    await backUp(await connect(endpoint, { caFile: ca, serverName: 'another-host.example' }));
    await backUp(await connect(endpoint, { caFile: ca, serverName: '192.0.2.1' }));
    await backUp(await connect(endpoint, { insecureSkipVerify: true }));
    await backUp(await connect(cluster.members[0]!.address, { insecureSkipVerify: true }));
  });

  it('is refused when another authority is trusted, or only those of the system', async () => {
    const stranger = { caFile: cluster.certificates!.stranger.ca, serverName: 'another-host.example' };
    const unknown = { code: 'etcd.tls', context: { reason: 'unknown-ca' } };
    await expect(connect(endpoint, stranger)).rejects.toMatchObject(unknown);
    await expect(connect(endpoint)).rejects.toMatchObject(unknown);
  });

  it(
    'is told from one that does not',
    async () => {
      const { address } = cluster.members[0]!;
      await expect(connect(`http://${address}`, { caFile: ca })).rejects.toMatchObject({
        code: 'etcd.tls',
        context: { reason: 'tls-port' },
      });
      const plain = await EtcdCluster.start();
      try {
        const wrong = connect(`https://${plain.members[0]!.address}`, { caFile: ca });
        await expect(wrong).rejects.toMatchObject({ code: 'etcd.tls', context: { reason: 'plain-port' } });
      } finally {
        await plain.stop();
      }
    },
    LIMIT_MS,
  );

  it(
    'is connected to again with the files as they are then',
    async () => {
      const rotating = path.join(cluster.folder, 'rotating-ca.crt');
      await copyFile(ca, rotating);
      const client = await connect(endpoint, { caFile: rotating, serverName: 'another-host.example' });
      await client.linearizableRevision();

      await copyFile(cluster.certificates!.stranger.ca, rotating);
      await client.linearizableRevision();
      await cluster.members[0]!.kill();
      await cluster.members[0]!.start();
      await expect(client.linearizableRevision()).rejects.toMatchObject({ code: 'etcd.tls' });

      await copyFile(ca, rotating);
      await expect(client.linearizableRevision()).resolves.toBeGreaterThan(0n);
    },
    LIMIT_MS,
  );
});

await describeWith(requireEtcd(), 'a cluster with authentication on and tokens of a second', () => {
  let cluster: EtcdCluster;
  let endpoint: string;

  beforeAll(async () => {
    cluster = await EtcdCluster.start({ auth: true, flags: ['--auth-token=simple', '--auth-token-ttl=1'] });
    endpoint = cluster.endpoints[0]!;
  }, LIMIT_MS);

  afterAll(() => cluster.stop(), LIMIT_MS);

  it('gives a new token when the old one has expired', async () => {
    const client = await connect(endpoint, undefined, root);
    const idle = await connect(endpoint, undefined, root);
    const [member] = await client.members();
    await backUp(client);
    await sleep(2500);
    await Promise.all([
      client.snapshot(member!, () => undefined),
      ...[idle.linearizableRevision(), idle.hashKV(member!, 1n), idle.alarms()],
    ]);
  });

  it(
    'gives a new token after it has forgotten all of them in a restart',
    async () => {
      const client = await connect(endpoint, undefined, root);
      await cluster.members[0]!.kill();
      await cluster.members[0]!.start();
      await backUp(client);
    },
    LIMIT_MS,
  );

  it('asks for a user when none is given', async () => {
    const client = await connect(endpoint);
    await expect(client.linearizableRevision()).rejects.toMatchObject({
      code: 'etcd.auth',
      context: { reason: 'user-missing' },
    });
  });

  it('is taken as it is, user or not, once its authentication is off', async () => {
    await cluster.etcdctl(['auth', 'disable']);
    const client = await connect(endpoint, undefined, root);
    expect(client.authenticated).toBe(false);
    await backUp(client);
  });
});
