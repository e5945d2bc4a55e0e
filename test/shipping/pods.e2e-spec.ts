import { describeWith } from '@etcd-kloset/testing';
import { configurationFrom } from '@etcd-kloset/platform';
import { type Container } from './support/kube-object.ts';
import { buildAll } from './support/kustomize.ts';
import { type Pod, podsOf } from './support/pods.ts';

/** What is beyond the drain when a service ends: libs/platform/src/service/run-service.ts ends itself by force then. */
const BEYOND_DRAIN_MS = 15_000;
/** What belongs to root on a node is copied by an init container; k8s/cronjob/control-plane says so. */
const OF_NODE = 'cronjob/control-plane';
const UID_OF_IMAGES = 65532;

await describeWith(buildAll(), 'every pod for Kubernetes', (kustomizations) => {
  const pods = kustomizations.flatMap(({ name, objects }) =>
    podsOf(objects).map((pod) => ({ of: name, who: `${pod.owner} of ${name}`, pod })),
  );
  const containers = pods.flatMap(({ who, of, pod }) =>
    [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map((container) => ({
      who,
      of,
      pod,
      container,
    })),
  );

  it('is looked at', () => {
    expect(new Set(pods.map(({ pod }) => pod.name))).toEqual(
      new Set([
        ...['api', 'snapshot-worker', 'chunk-worker', 'storage-writer'],
        ...['redis', 'etcd-backup', 'store-carrier'],
      ]),
    );
  });

  it.each(pods)('runs as nobody in particular: $who', ({ pod: { spec } }) => {
    const { runAsNonRoot, runAsUser, seccompProfile } = spec.securityContext!;
    expect({ runAsNonRoot, seccompProfile }).toEqual({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(runAsUser).toBeGreaterThan(0);
  });

  it.each(pods.filter(({ of }) => of !== OF_NODE))(
    'shares nothing with its node: $who',
    ({ pod: { spec } }) => {
      expect([spec.hostNetwork, spec.hostPID, spec.hostIPC]).toEqual([undefined, undefined, undefined]);
      expect((spec.volumes ?? []).filter(({ hostPath }) => hostPath !== undefined)).toEqual([]);
    },
  );

  it('lets root do no more than copy what belongs to root on a node', () => {
    const roots = containers.filter(({ container }) => container.securityContext?.runAsUser === 0);
    expect(
      roots.map(({ of, container }) => ({ of, name: container.name, command: container.command?.[0] })),
    ).toEqual([{ of: OF_NODE, name: 'certificates', command: 'install' }]);
    const [{ pod }] = roots as [(typeof roots)[number]];
    const ofNode = (pod.spec.volumes ?? [])
      .filter(({ hostPath }) => hostPath !== undefined)
      .map(({ name }) => name);
    const seen = pod.spec.containers.flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name));
    expect(seen.filter((name) => ofNode.includes(name))).toEqual([]);
  });

  it.each(pods)('gets no token of Kubernetes: $who', ({ pod: { spec } }) => {
    expect(spec.automountServiceAccountToken).toBe(false);
    expect(spec.serviceAccountName).toBeDefined();
  });

  it.each(containers)(
    'can neither gain rights nor change its own files: $container.name, $who',
    ({ container }) => {
      const { privileged, ...securityContext } = container.securityContext!;
      expect(privileged).toBeUndefined();
      expect(securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
      });
      expect(securityContext.capabilities).toEqual({ drop: ['ALL'] });
    },
  );

  it.each(containers)('says what it needs and what it may have: $container.name, $who', ({ container }) => {
    const { requests = {}, limits = {} } = container.resources ?? {};
    expect(Object.keys(requests).sort()).toEqual(['cpu', 'ephemeral-storage', 'memory']);
    expect(Object.keys(limits).sort()).toEqual(['ephemeral-storage', 'memory']);
    for (const resource of ['memory', 'ephemeral-storage']) {
      expect(bytes(limits[resource]!)).toBeGreaterThanOrEqual(bytes(requests[resource]!));
    }
  });

  it.each(containers)(
    'has room on its node for all that its folders may hold: $container.name, $who',
    (each) => {
      const mounted = new Set((each.container.volumeMounts ?? []).map(({ name }) => name));
      // In memory lie only secrets.
      const sum = (each.pod.spec.volumes ?? [])
        .filter(
          ({ name, emptyDir }) => mounted.has(name) && emptyDir !== undefined && emptyDir.medium !== 'Memory',
        )
        .reduce((total, { emptyDir }) => total + bytes(emptyDir!.sizeLimit!), 0);
      expect(bytes(each.container.resources!.limits!['ephemeral-storage']!)).toBeGreaterThanOrEqual(sum);
    },
  );

  it.each(containers)('is of an image with a version: $container.image, $who', ({ container: { image } }) => {
    const [, tag] = /:([^/:@]+)(@sha256:[0-9a-f]{64})?$/.exec(image) ?? [];
    expect(tag).toMatch(/\d+\.\d+\.\d+/);
  });

  it.each(containers.filter(({ pod }) => pod.kind !== 'CronJob' && pod.kind !== 'Pod'))(
    'is asked whether it lives and whether it is ready: $container.name, $who',
    ({ container }) => {
      for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
        const port = probe?.httpGet?.port ?? probe?.tcpSocket?.port;
        expect(container.ports!.map(({ name }) => name)).toContain(port);
      }
    },
  );

  it.each(containers.filter(isService))(
    'is asked where it answers: $container.name, $who',
    ({ container }) => {
      const { startupProbe, livenessProbe, readinessProbe, ports } = container;
      expect(startupProbe?.httpGet).toEqual({ path: '/healthz', port: 'ops' });
      expect(livenessProbe?.httpGet).toEqual({ path: '/healthz', port: 'ops' });
      expect(readinessProbe?.httpGet).toEqual({ path: '/readyz', port: 'ops' });
      expect(ports).toContainEqual({ name: 'ops', containerPort: configurationFrom({}).ops.port });
    },
  );

  it.each(pods.filter(isService))('has longer to end than its drain takes: $who', ({ pod: { spec } }) => {
    const { drainMs } = configurationFrom({}).limits;
    expect(spec.terminationGracePeriodSeconds! * 1000).toBeGreaterThan(drainMs + BEYOND_DRAIN_MS);
  });

  it.each(containers.filter((each) => each.pod.name !== 'redis'))(
    'can write where the image expects it, and reads secrets only: $container.name, $who',
    ({ pod, container }) => {
      const writable = (container.volumeMounts ?? []).filter(({ readOnly }) => readOnly !== true);
      const allowed = ['/var/spool/etcd-kloset', '/tmp', '/var/lib/etcd-kloset', '/certificates'];
      expect(
        writable.map(({ mountPath }) => mountPath).filter((folder) => !allowed.includes(folder)),
      ).toEqual([]);
      const volumes = new Map((pod.spec.volumes ?? []).map((volume) => [volume.name, volume]));
      for (const { name, readOnly } of container.volumeMounts ?? []) {
        const volume = volumes.get(name)!;
        if (volume.secret ?? volume.projected ?? volume.configMap ?? volume.hostPath)
          expect(readOnly).toBe(true);
      }
      expect(pod.spec.securityContext).toMatchObject({ runAsUser: UID_OF_IMAGES, fsGroup: UID_OF_IMAGES });
    },
  );

  it.each(pods)('mounts what it has, and has nothing that nobody mounts: $who', ({ pod: { kind, spec } }) => {
    const mounts = [...(spec.initContainers ?? []), ...spec.containers].flatMap(
      (each) => each.volumeMounts ?? [],
    );
    const claims = kind === 'StatefulSet' ? ['data'] : [];
    expect(new Set(mounts.map(({ name }) => name))).toEqual(
      new Set([...(spec.volumes ?? []).map(({ name }) => name), ...claims]),
    );
  });

  it('holds no writer key when it only writes sealed chunks', () => {
    const writers = pods.filter(({ pod }) => pod.name === 'storage-writer');
    expect(writers.length).toBeGreaterThan(0);
    for (const { pod } of writers) {
      const secrets = (pod.spec.volumes ?? []).flatMap(({ secret }) => secret?.secretName ?? []);
      expect(secrets).toEqual(['etcd-kloset-redis']);
    }
  });
});

function isService({ pod }: { readonly pod: Pod; readonly container?: Container }): boolean {
  return pod.kind === 'Deployment';
}

function bytes(quantity: string): number {
  const [, digits, unit = ''] = /^(\d+)(Ki|Mi|Gi|Ti)?$/.exec(quantity) ?? [];
  if (digits === undefined) throw new Error(`${quantity} is no size`);
  return Number(digits) * 1024 ** ['', 'Ki', 'Mi', 'Gi', 'Ti'].indexOf(unit);
}
