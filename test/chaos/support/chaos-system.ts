import { type ConfigurationInput, type ServiceName } from '@etcd-kloset/platform';
import { type EtcdClient, EtcdCluster, fillKube, freePorts, requireRedis } from '@etcd-kloset/testing';
import { fillRandom } from '../../e2e/support/services/fill-random.ts';
import { TestSystem } from '../../e2e/support/services/test-system.ts';
import { type Replicas } from './ask-api.ts';
import { ChaosService } from './chaos-service.ts';
import { PowerLoss } from './power-loss.ts';
import { TcpProxy } from './tcp-proxy.ts';
import { etcdVictim, redisVictim, serviceVictim, type Victim } from './victims.ts';

type ClusterInput = NonNullable<ConfigurationInput['clusters']>[string];

const MIB = 1024 * 1024;
const KINDS: readonly ServiceName[] = ['api', 'snapshot-worker', 'chunk-worker', 'storage-writer'];
const REPLICAS = [1, 2] as const;
/** One etcd under many names: each is backed up as a cluster of its own, from the beginning. */
const SINGLES = Array.from({ length: 24 }, (_, i) => `single-${i}`);
const THREES = Array.from({ length: 8 }, (_, i) => `three-${i}`);

/** Two etcds, Redis, and two of each service, with a way to cut each of them off. */
export class ChaosSystem {
  readonly single: EtcdCluster;
  readonly three: EtcdCluster;
  readonly test: TestSystem;
  readonly services: readonly ChaosService[];
  readonly victims: ReadonlyMap<string, Victim>;
  /** The names of the victims, by what they are. */
  readonly kinds: Readonly<Record<string, readonly string[]>>;
  readonly api: Replicas;
  /** Singles and threes in turn: the first ones are asked for from the beginning. */
  readonly clusters: readonly string[] = SINGLES.flatMap((name, i) => [name, ...(i < 8 ? [THREES[i]!] : [])]);
  readonly #proxies: readonly TcpProxy[];
  readonly #powerLoss: PowerLoss;

  private constructor(
    etcds: readonly [EtcdCluster, EtcdCluster],
    etcdProxies: readonly TcpProxy[],
    test: TestSystem,
    services: readonly ChaosService[],
    apiPorts: readonly number[],
  ) {
    [this.single, this.three] = etcds;
    this.test = test;
    this.services = services;
    this.api = { urls: apiPorts.map((port) => `http://127.0.0.1:${port}`), key: test.apiKey };
    const ofServices = services.map(({ proxy }) => proxy);
    this.#proxies = [...etcdProxies, ...ofServices];
    this.#powerLoss = new PowerLoss(test.redisServer);
    const members = [...this.single.members, ...this.three.members];
    const names = members.map((_, i) => (i === 0 ? 'etcd-single' : `etcd-three-${i}`));
    this.victims = new Map<string, Victim>([
      ...services.map((service) => [service.name, serviceVictim(service)] as const),
      ['redis', redisVictim(test.redisServer, this.#powerLoss, ofServices)],
      ...members.map((member, i) => [names[i]!, etcdVictim(member, etcdProxies[i]!)] as const),
    ]);
    this.kinds = {
      ...Object.fromEntries(
        KINDS.map((kind) => [
          kind,
          services.filter(({ service }) => service === kind).map(({ name }) => name),
        ]),
      ),
      redis: ['redis'],
      single: names.slice(0, 1),
      three: names.slice(1),
    };
  }

  static async start(): Promise<ChaosSystem> {
    const etcds = await Promise.all([EtcdCluster.start(), EtcdCluster.start({ members: 3 })]);
    const [single, three] = etcds;
    await Promise.all([
      fillKube(await single.client(), { targetBytes: 8 * MIB }),
      fillRandom(await single.client(), 12 * MIB),
      fillRandom(await three.client(), 6 * MIB),
    ]);
    const etcdProxies = await Promise.all(
      [...single.members, ...three.members].map(({ address }) =>
        TcpProxy.start(Number(address.split(':')[1])),
      ),
    );
    const endpoints = etcdProxies.map(({ port }) => `http://127.0.0.1:${port}`);
    const definition =
      (store: string, at: readonly string[]) =>
      (name: string, i: number): [string, ClusterInput] => {
        const schedule = i === 0 ? { schedule: { cron: '* * * * *' } } : {};
        const proved = { onlyEndpoints: true, requireProof: i % 2 === 0 };
        return [name, { store, endpoints: [...at], ...proved, ...schedule }];
      };
    const test = await TestSystem.start({
      redisServer: await requireRedis(),
      // The last one counts.
      redisOptions: { args: ['--appendfsync', 'everysec'] },
      stores: ['main', 'other'],
      configuration: {
        clusters: Object.fromEntries([
          ...SINGLES.map(definition('main', endpoints.slice(0, 1))),
          ...THREES.map(definition('other', endpoints.slice(1))),
        ]),
        limits: {
          // Less than the backups that are made at a time want.
          stagingBytes: '64MiB',
          stagingExpiry: '10m',
          storeOutage: '5m',
          stallTimeout: '10s',
          drain: '2s',
        },
        api: { rateLimit: { requestsPerMinute: 100_000 }, storeScan: '20s' },
      },
    });
    const apiPorts = await freePorts(REPLICAS.length);
    const services = await Promise.all(
      KINDS.flatMap((service) =>
        REPLICAS.map(async (replica) => {
          const port = { ETCD_KLOSET_API_LISTEN_PORT: String(apiPorts[replica - 1]) };
          const proxy = await TcpProxy.start(test.redisServer.port);
          return new ChaosService({
            name: `${service}-${replica}`,
            service,
            configFile: test.configFile,
            env: service === 'api' ? port : {},
            proxy,
          });
        }),
      ),
    );
    for (const service of services) service.start();
    await Promise.all(services.map((service) => service.whenStarted()));
    return new ChaosSystem(etcds, etcdProxies, test, services, apiPorts);
  }

  /** One client for each member, which does not go through the proxies. */
  async clients(): Promise<EtcdClient[]> {
    return Promise.all([this.single.client(), ...[0, 1, 2].map((member) => this.three.client(member))]);
  }

  async whenHealthy(): Promise<void> {
    await Promise.all([
      ...this.services.map((service) => service.whenStarted()),
      ...[...this.single.members, ...this.three.members].map((member) => member.waitUntil('healthy')),
    ]);
  }

  async stop(): Promise<void> {
    this.#powerLoss.stop();
    await Promise.all(this.services.map((service) => service.kill()));
    await Promise.all(this.#proxies.map((proxy) => proxy.close()));
    await this.test.stop();
    await Promise.all([this.single.stop(), this.three.stop()]);
  }
}
