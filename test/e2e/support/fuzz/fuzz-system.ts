import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { newApiKey } from '@etcd-kloset/platform';
import { EtcdCluster, freePorts, requireRedis } from '@etcd-kloset/testing';
import { backupThroughApi, getJson } from '../services/api-calls.ts';
import { type ServiceProcess } from '../services/service-process.ts';
import { TestSystem } from '../services/test-system.ts';

const ROLES = { admin: 'admin', operator: 'operator', viewer: 'viewer', red: 'admin' } as const;

/** Clusters that are there from the start, and whose: in the configuration, so that no request changes them. */
const CLUSTERS: Readonly<Record<string, string>> = { 'fixed-1': 'blue', 'fixed-2': 'blue', 'fixed-3': 'red' };

/** The services as they are shipped, over a small etcd; everything that the API lists is there at least twice. */
export interface FuzzSystem {
  readonly url: string;
  /** Of each role without limits; `red` is an administrator of one team. */
  readonly keys: Readonly<Record<keyof typeof ROLES, string>>;
  readonly api: ServiceProcess;
  readonly system: TestSystem;
  /** Endpoints of etcd; and one at which nobody is. All on loopback. */
  readonly endpoints: readonly string[];
  stop(): Promise<void>;
}

export async function startFuzzSystem(): Promise<FuzzSystem> {
  const etcd = await EtcdCluster.start();
  const client = await etcd.client();
  for (let i = 0; i < 50; i++) await client.put(`/registry/pods/default/p-${i}`, `pod ${i}`);
  const made = Object.entries(ROLES).map(([name, role]) => ({ name, role, ...newApiKey(name) }));
  const keys = Object.fromEntries(made.map(({ name, token }) => [name, token])) as FuzzSystem['keys'];
  const [port, nobody] = await freePorts(2);
  const system = await TestSystem.start({
    redisServer: await requireRedis(),
    stores: ['main'],
    configuration: configurationOf(etcd.endpoints, port!, made),
  });
  writeFileSync(path.join(system.folder, 'webhook.secret'), 'a secret of webhooks\n', { mode: 0o600 });
  const [api] = await system.runAll(['api', 'snapshot-worker', 'chunk-worker', 'storage-writer']);
  const url = `http://127.0.0.1:${port!}`;
  await fillLists({ apiUrl: url, apiKey: keys.admin });
  return {
    ...{ url, keys, system },
    api: api!,
    endpoints: [...etcd.endpoints, `http://127.0.0.1:${nobody!}`],
    async stop() {
      await system.stop();
      await etcd.stop();
    },
  };
}

function configurationOf(
  endpoints: readonly string[],
  port: number,
  keys: readonly { readonly name: string; readonly role: 'admin' | 'operator' | 'viewer'; hash: string }[],
): NonNullable<Parameters<typeof TestSystem.start>[0]['configuration']> {
  const cluster = { store: 'main', endpoints: [...endpoints], schedule: { cron: '0 3 29 2 *' } };
  return {
    clusters: Object.fromEntries(
      Object.entries(CLUSTERS).map(([name, team]) => [name, { ...cluster, labels: { team } }]),
    ),
    // What it may not reach: each event is a dead letter.
    webhooks: [{ name: 'inside', url: 'http://127.0.0.1:1/', secretFile: 'webhook.secret' }],
    api: {
      listen: { host: '127.0.0.1', port },
      rateLimit: { requestsPerMinute: 1_000_000, unauthenticatedPerMinute: 1_000_000 },
      keys: keys.map(({ name, role, hash }) => ({
        ...{ name, role, hash },
        ...(name === 'red' ? { clusters: { team: 'red' } } : {}),
      })),
    },
  };
}

async function fillLists(api: { readonly apiUrl: string; readonly apiKey: string }): Promise<void> {
  const names = Object.keys(CLUSTERS);
  for (const name of names) await backupThroughApi(api, name);
  for (const list of ['snapshots', 'webhooks/dead-letters']) {
    for (;;) {
      const { items } = await getJson<{ items: unknown[] }>(api, `/v1/${list}`);
      if (items.length >= names.length) break;
      await sleep(50);
    }
  }
}
