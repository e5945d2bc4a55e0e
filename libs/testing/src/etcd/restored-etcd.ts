import { ChannelCredentials } from '@grpc/grpc-js';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePorts } from '../free-ports.ts';
import { type Reaper, startReaper } from '../reaper.ts';
import { run } from '../run.ts';
import { type EtcdTools } from '../tools/require-tools.ts';
import { EtcdClient } from './etcd-client.ts';
import { EtcdMember } from './etcd-member.ts';

/** A cluster of one member that was restored, with etcd's own tool, from a snapshot file. */
export class RestoredEtcd {
  readonly member: EtcdMember;
  readonly client: EtcdClient;
  readonly #folder: string;
  readonly #reaper: Reaper;

  private constructor(member: EtcdMember, client: EtcdClient, folder: string, reaper: Reaper) {
    this.member = member;
    this.client = client;
    this.#folder = folder;
    this.#reaper = reaper;
  }

  /**
   * Restores `file` and starts etcd on it. Fails where `etcdutl` or etcd fail.
   *
   * @param flags for the restore, such as `--bump-revision=1000000`
   */
  static async fromFile(
    tools: EtcdTools,
    file: string,
    flags: readonly string[] = [],
  ): Promise<RestoredEtcd> {
    return RestoredEtcd.from(tools, async ({ name, peerUrl, dataDir }) => {
      const where = ['--name', name, '--data-dir', dataDir, '--initial-advertise-peer-urls', peerUrl];
      const program = tools.etcdutl ?? tools.etcdctl;
      await run(
        program,
        ['snapshot', 'restore', file, ...where, '--initial-cluster', `${name}=${peerUrl}`, ...flags],
        {
          env: { ...process.env, ETCDCTL_API: '3' },
        },
      );
    });
  }

  /** Starts etcd on the data directory that `restore` makes for a member of that name and peer URL. */
  static async from(
    tools: EtcdTools,
    restore: (member: { name: string; peerUrl: string; dataDir: string }) => Promise<void>,
  ): Promise<RestoredEtcd> {
    const folder = await mkdtemp(path.join(tmpdir(), 'etcd-kloset-restored-'));
    const reaper = startReaper(folder);
    try {
      const [client, peer, metrics] = (await freePorts(3)) as [number, number, number];
      const member = new EtcdMember({
        name: 'restored',
        program: tools.etcd,
        folder,
        ports: { client, peer, metrics },
        scheme: 'http',
        flags: ['--unsafe-no-fsync', '--logger=zap'],
        reaper,
      });
      await restore(member);
      await member.start();
      const connection = new EtcdClient(member.address, { credentials: ChannelCredentials.createInsecure() });
      return new RestoredEtcd(member, connection, folder, reaper);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      reaper.dismiss();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.client.close();
    await this.member.stop();
    await rm(this.#folder, { recursive: true, force: true });
    this.#reaper.dismiss();
  }
}
