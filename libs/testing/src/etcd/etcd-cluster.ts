import { ChannelCredentials } from '@grpc/grpc-js';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePorts } from '../free-ports.ts';
import { type Reaper, startReaper } from '../reaper.ts';
import { run, type RunResult } from '../run.ts';
import { type EtcdTools, type EtcdVersion, requireEtcd } from '../tools/require-tools.ts';
import { enableAuthentication, type EtcdUser, ROOT } from './authentication.ts';
import { type CertificateFiles, type Certificates, makeCertificates } from './certificates.ts';
import { EtcdClient } from './etcd-client.ts';
import { EtcdMember, withoutEtcdVariables } from './etcd-member.ts';

export interface EtcdClusterOptions {
  /** Default: 3.5. */
  readonly version?: EtcdVersion;
  /** Voters. Default: 1. */
  readonly members?: number;
  /** Learners that join once the voters run; etcd allows one unless a flag says otherwise. Default: 0. */
  readonly learners?: number;
  /**
   * `server`: clients check the server's certificate. `mutual`: the server also checks theirs. For clients
   * only; members talk to each other in the clear. Default: no TLS.
   */
  readonly tls?: 'server' | 'mutual';
  /** Which of the cluster's certificates the servers show. Default: `server`. */
  readonly serverCertificate?: 'server' | 'wrongHost' | 'stranger';
  /** Turns authentication on, with the users {@link ROOT} and READER. Default: false. */
  readonly auth?: boolean;
  /** For every member, such as `--snapshot-count=1000` or `--quota-backend-bytes=20000000`. */
  readonly flags?: readonly string[];
  /** Whether members wait for the disk at each write. Off it is much faster and loses nothing at `kill`. Default: false. */
  readonly fsync?: boolean;
}

export interface EtcdctlOptions {
  /** Index in `members` of the one to talk to. Default: all of them. */
  readonly member?: number;
  readonly input?: string | Uint8Array;
  /** With authentication on. Default: {@link ROOT}; `null`: nobody. */
  readonly user?: EtcdUser | null;
}

export interface ClientOptions {
  /** With authentication on. Default: {@link ROOT}; `null`: nobody. */
  readonly user?: EtcdUser | null;
}

/** A real etcd cluster on 127.0.0.1 in a temporary folder. */
export class EtcdCluster {
  readonly tools: EtcdTools;
  readonly folder: string;
  /** Voters first, then learners, in the order in which they joined. */
  readonly members: EtcdMember[] = [];
  /** Made only with TLS. */
  readonly certificates: Certificates | undefined;
  /** The client certificate that {@link etcdctl} and {@link client} show; its CN is `root`. */
  readonly clientCertificate: CertificateFiles | undefined;
  readonly #options: EtcdClusterOptions;
  readonly #reaper: Reaper;
  readonly #clients: EtcdClient[] = [];
  #authenticating = false;

  private constructor(
    tools: EtcdTools,
    folder: string,
    options: EtcdClusterOptions,
    certificates: Certificates | undefined,
    clientCertificate: CertificateFiles | undefined,
  ) {
    this.tools = tools;
    this.folder = folder;
    this.certificates = certificates;
    this.clientCertificate = clientCertificate;
    this.#options = options;
    this.#reaper = startReaper(folder);
  }

  /** Starts a new cluster and waits until every member is healthy. `stop` must be called in the end. */
  static async start(options: EtcdClusterOptions = {}): Promise<EtcdCluster> {
    const tools = await requireEtcd(options.version);
    const folder = await mkdtemp(path.join(tmpdir(), 'etcd-kloset-cluster-'));
    const certificates =
      options.tls === undefined ? undefined : await makeCertificates(path.join(folder, 'certificates'));
    const clientCertificate = options.tls === 'mutual' ? await certificates!.client('root') : undefined;
    const cluster = new EtcdCluster(tools, folder, options, certificates, clientCertificate);
    try {
      await cluster.#bootstrap();
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** URLs for clients of all members, running or not. */
  get endpoints(): string[] {
    return this.members.map((member) => member.endpoint);
  }

  /** Runs `etcdctl` with the endpoints and credentials of the cluster. */
  etcdctl(args: readonly string[], options: EtcdctlOptions = {}): Promise<RunResult> {
    const endpoints =
      options.member === undefined ? this.endpoints : [this.members[options.member]!.endpoint];
    const user = this.#userOf(options.user);
    return run(
      this.tools.etcdctl,
      [
        ...['--endpoints', endpoints.join(',')],
        ...(this.certificates === undefined ? [] : ['--cacert', this.certificates.ca]),
        ...(this.clientCertificate === undefined
          ? []
          : ['--cert', this.clientCertificate.cert, '--key', this.clientCertificate.key]),
        ...(user === undefined ? [] : ['--user', `${user.name}:${user.password}`]),
        ...args,
      ],
      { input: options.input, env: { ...withoutEtcdVariables(process.env), ETCDCTL_API: '3' } },
    );
  }

  /** A client of one member that is closed together with the cluster. */
  async client(member = 0, options: ClientOptions = {}): Promise<EtcdClient> {
    const client = new EtcdClient(this.members[member]!.address, {
      credentials: await this.#credentials(),
      user: this.#userOf(options.user),
    });
    this.#clients.push(client);
    return client;
  }

  /** Index in `members` of the one that leads now, or undefined while there is none. */
  async leader(): Promise<number | undefined> {
    for (const [index, member] of this.members.entries()) {
      if (!member.running) continue;
      const status = await (await this.client(index)).status();
      if (status.leader === status.memberId) return index;
    }
    return undefined;
  }

  /** Adds a learner, starts it and waits until it serves clients. */
  async addLearner(): Promise<EtcdMember> {
    const learner = await this.#newMember(`learner-${this.members.length + 1}`);
    await this.etcdctl(['member', 'add', learner.name, '--learner', `--peer-urls=${learner.peerUrl}`], {
      member: 0,
    });
    this.members.push(learner);
    await learner.start({ until: 'serving', extraFlags: this.#initialCluster('existing') });
    return learner;
  }

  /** Ends all members, closes all clients and removes the folder. May be called twice. */
  async stop(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.close();
    await Promise.all(this.members.map((member) => member.kill()));
    await rm(this.folder, { recursive: true, force: true });
    this.#reaper.dismiss();
  }

  async #bootstrap(): Promise<void> {
    const { members = 1, learners = 0, auth = false } = this.#options;
    for (let index = 1; index <= members; index++)
      this.members.push(await this.#newMember(`member-${index}`));
    const extraFlags = this.#initialCluster('new');
    await Promise.all(this.members.map((member) => member.start({ until: 'healthy', extraFlags })));
    for (let learner = 0; learner < learners; learner++) await this.addLearner();
    if (!auth) return;
    await enableAuthentication((args) => this.etcdctl(args, { member: 0 }));
    this.#authenticating = true;
  }

  async #newMember(name: string): Promise<EtcdMember> {
    const [client, peer, metrics] = await freePorts(3);
    return new EtcdMember({
      name,
      program: this.tools.etcd,
      folder: this.folder,
      ports: { client: client!, peer: peer!, metrics: metrics! },
      scheme: this.#options.tls === undefined ? 'http' : 'https',
      flags: [
        ...this.#tlsFlags(),
        // Else a member cannot be added in the first five seconds.
        '--strict-reconfig-check=false',
        ...(this.#options.fsync === true ? [] : ['--unsafe-no-fsync']),
        ...(this.#options.flags ?? []),
      ],
      reaper: this.#reaper,
    });
  }

  #initialCluster(state: 'new' | 'existing'): string[] {
    const peers = this.members.map((member) => `${member.name}=${member.peerUrl}`).join(',');
    return ['--initial-cluster', peers, '--initial-cluster-state', state];
  }

  #tlsFlags(): string[] {
    if (this.certificates === undefined) return [];
    const { serverCertificate = 'server', tls } = this.#options;
    const shown =
      serverCertificate === 'stranger'
        ? this.certificates.stranger.server
        : this.certificates[serverCertificate];
    return [
      ...['--cert-file', shown.cert, '--key-file', shown.key],
      ...(tls === 'mutual' ? ['--client-cert-auth', '--trusted-ca-file', this.certificates.ca] : []),
    ];
  }

  async #credentials(): Promise<ChannelCredentials> {
    if (this.certificates === undefined) return ChannelCredentials.createInsecure();
    const ca = await readFile(this.certificates.ca);
    if (this.clientCertificate === undefined) return ChannelCredentials.createSsl(ca);
    const [key, cert] = await Promise.all([
      readFile(this.clientCertificate.key),
      readFile(this.clientCertificate.cert),
    ]);
    return ChannelCredentials.createSsl(ca, key, cert);
  }

  #userOf(user: EtcdUser | null | undefined): EtcdUser | undefined {
    if (!this.#authenticating || user === null) return undefined;
    return user ?? ROOT;
  }
}
