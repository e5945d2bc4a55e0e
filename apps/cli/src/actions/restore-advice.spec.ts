import { type DataDirPlan, type OpenedSnapshot } from '@etcd-kloset/pipeline';
import { commandsWithoutEtcdutl, nextSteps, otherMembers } from './restore-advice.ts';

type Options = Parameters<typeof commandsWithoutEtcdutl>[1];

const snapshot = (kubernetesKeys: number) =>
  ({
    summary: {
      id: '20261124t203716661z-e0c66143',
      cluster: 'it’s prod',
      etcd: { version: '3.5.16' },
      kubernetes: kubernetesKeys === 0 ? undefined : { keys: kubernetesKeys, encrypted: [] },
    },
  }) as unknown as OpenedSnapshot;

const options = {
  store: '/srv/backups',
  identityFile: ['/keys/me.key'],
  passphraseFile: [],
  dataDir: '/var/lib/etcd',
} as unknown as Options;

const plan = {
  name: 'm1',
  initialCluster: new Map([
    ['m1', ['http://10.0.0.1:2380']],
    ['m2', ['http://10.0.0.2:2380']],
    ['m3', ['http://10.0.0.3:2380']],
  ]),
  initialClusterToken: 'new',
  bumpRevision: 1_000_000_000,
  dataDir: '/var/lib/etcd',
} as unknown as DataDirPlan;

describe('otherMembers', () => {
  it('gives the command of every other member: the same snapshot, the same bump', () => {
    const others = otherMembers(snapshot(5), plan, options);
    expect(others.map(({ name }) => name)).toEqual(['m2', 'm3']);
    expect(others[0]!.command).toBe(
      "etcd-kloset restore 20261124t203716661z-e0c66143 --identity-file /keys/me.key --store /srv/backups --cluster 'it’s prod' " +
        '--data-dir /var/lib/etcd --name m2 ' +
        '--initial-cluster m1=http://10.0.0.1:2380,m2=http://10.0.0.2:2380,m3=http://10.0.0.3:2380 ' +
        '--initial-cluster-token new --bump-revision 1000000000',
    );
  });

  it('has none for a cluster of one member', () => {
    expect(otherMembers(snapshot(0), { ...plan, initialCluster: undefined }, options)).toEqual([]);
  });
});

describe('nextSteps', () => {
  it('tells of the other members, of alarms, and of what Kubernetes needs', () => {
    const steps = nextSteps(snapshot(5), plan, [{ memberId: 'a', alarm: 'NOSPACE' }]).join('\n');
    expect(steps).toMatch(/other members[\s\S]*Start etcd[\s\S]*alarm disarm[\s\S]*API servers/);
    expect(nextSteps(snapshot(0), plan, []).join('\n')).not.toMatch(/API server|alarm/);
  });
});

describe('commandsWithoutEtcdutl', () => {
  it("runs the etcdutl of etcd's image on a file that is restored first", () => {
    const commands = commandsWithoutEtcdutl(snapshot(5), { ...options, name: 'm1' }).join('\n');
    expect(commands).toContain('--output /var/lib/20261124t203716661z-e0c66143.db');
    expect(commands).toMatch(
      /ctr .* run .*src=\/var\/lib,dst=\/restore.* etcdutl snapshot restore \/restore\/2026/,
    );
    expect(commands).toContain(
      '--data-dir=/restore/etcd --name=m1 --initial-cluster=m1=http://localhost:2380 ' +
        '--initial-advertise-peer-urls=http://localhost:2380 --bump-revision=1000000000 --mark-compacted',
    );
    expect(commands).toContain('crictl images');
  });

  it("tells the tool a member's URLs, as a restore on this host would", () => {
    const initialCluster = 'm1=https://10.0.0.1:2380,m2=https://10.0.0.2:2380';
    const commands = commandsWithoutEtcdutl(snapshot(0), { ...options, name: 'm2', initialCluster });
    expect(commands.join('\n')).toContain(
      `--name=m2 --initial-cluster=${initialCluster} --initial-advertise-peer-urls=https://10.0.0.2:2380`,
    );
  });

  it('bumps nothing that is not Kubernetes, and uses the etcdctl of etcd 3.4', () => {
    const old = snapshot(0);
    const { summary } = old;
    const commands = commandsWithoutEtcdutl(
      { ...old, summary: { ...summary, etcd: { ...summary.etcd, version: '3.4.23' } } },
      options,
    ).join('\n');
    expect(commands).not.toContain('bump');
    expect(commands).toContain('etcdctl snapshot restore');
  });
});
