import { describeWith } from '@etcd-kloset/testing';
import { type KubeObject, nameOf, selects, type Selector } from './support/kube-object.ts';
import { buildAll, type Kustomization } from './support/kustomize.ts';
import { type Pod, podsOf } from './support/pods.ts';
import { text } from './support/repository.ts';

/** What a kustomization needs from another one, which its comments say to apply as well. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  base: ['overlays/small'],
  'example/carrier': ['overlays/small'],
  'overlays/monitoring': ['overlays/small'],
  'overlays/redis': ['overlays/small'],
  'store-carrier': ['overlays/small'],
};

await describeWith(buildAll(), 'what objects for Kubernetes name', (kustomizations) => {
  const together = ({ name }: Kustomization): KubeObject[] =>
    [name, ...(BESIDE[name] ?? [])].flatMap(
      (each) => kustomizations.find((kustomization) => kustomization.name === each)!.objects,
    );

  it.each(kustomizations)('is there: configuration, accounts and volumes of $name', (kustomization) => {
    const { objects } = kustomization;
    const all = together(kustomization);
    const named = podsOf(objects).flatMap(({ namespace, spec }) => [
      { kind: 'ServiceAccount', namespace, name: spec.serviceAccountName! },
      ...(spec.volumes ?? []).flatMap(({ configMap, persistentVolumeClaim }) => [
        ...(configMap === undefined ? [] : [{ kind: 'ConfigMap', namespace, name: configMap.name }]),
        ...(persistentVolumeClaim === undefined
          ? []
          : [{ kind: 'PersistentVolumeClaim', namespace, name: persistentVolumeClaim.claimName }]),
      ]),
    ]);
    const missing = named.filter(
      ({ kind, namespace, name }) =>
        !all.some(
          (each) =>
            each.kind === kind && each.metadata.namespace === namespace && each.metadata.name === name,
        ),
    );
    expect(missing).toEqual([]);
  });

  it.each(kustomizations)('is a namespace that is there: $name', (kustomization) => {
    const all = together(kustomization);
    const namespaces = all.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name);
    for (const { kind, metadata } of kustomization.objects) {
      if (kind !== 'Namespace') expect(namespaces).toContain(metadata.namespace);
    }
  });

  it.each(secretsOf(kustomizations))(
    'is a secret that the docs tell how to make: $name, $key',
    ({ name, key }) => {
      const operations = text('docs/operations.md');
      expect(operations).toMatch(new RegExp(`create secret generic ${name}\\b`));
      if (key !== undefined)
        expect(operations).toMatch(new RegExp(`--from-(file|literal)=['"]?${key.replace('.', '\\.')}\\b`));
    },
  );

  it('is never contained: no object is a secret', () => {
    expect(kustomizations.flatMap(({ objects }) => objects.filter(({ kind }) => kind === 'Secret'))).toEqual(
      [],
    );
  });

  it.each(kustomizations)(
    'is there: what services, budgets, policies and monitors of $name select',
    (kustomization) => {
      const { objects } = kustomization;
      const pods = podsOf(together(kustomization));
      for (const object of objects) {
        for (const selector of podSelectors(object)) {
          const selected = pods.filter((pod) => isSelected(pod, object, selector));
          expect({ object: nameOf(object), selected: selected.length }).not.toMatchObject({ selected: 0 });
        }
      }
    },
  );

  it.each(kustomizations)('is there: the pods of their own, by each of $name', ({ objects }) => {
    for (const object of objects.filter(
      ({ spec }) => spec?.['selector'] !== undefined && spec['template'] !== undefined,
    )) {
      const [pod] = podsOf([object]);
      expect(selects(object.spec!['selector'] as Selector, pod!.labels)).toBe(true);
      for (const { labelSelector } of pod!.spec.topologySpreadConstraints ?? []) {
        expect(selects(labelSelector, pod!.labels)).toBe(true);
      }
    }
  });

  it.each(kustomizations)(
    'is there: the deployments that $name scales, whose number nobody else sets',
    ({ objects }) => {
      for (const { kind, spec } of objects) {
        if (kind !== 'ScaledObject' && kind !== 'HorizontalPodAutoscaler') continue;
        const { name } = spec!['scaleTargetRef'] as { name: string };
        const target = objects.find((each) => each.kind === 'Deployment' && each.metadata.name === name);
        expect(target?.spec).toBeDefined();
        expect(target!.spec).not.toHaveProperty('replicas');
      }
    },
  );

  it.each(kustomizations)('is there: the ports that services and policies of $name open', (kustomization) => {
    const pods = podsOf(together(kustomization));
    for (const object of kustomization.objects) {
      for (const port of portsInto(object)) {
        const [selector] = podSelectors(object);
        const ports = pods
          .filter((pod) => isSelected(pod, object, selector!))
          .flatMap((pod) => pod.spec.containers.flatMap(({ ports = [] }) => ports));
        expect(
          ports.map(({ name, containerPort }) => (typeof port === 'string' ? name : containerPort)),
        ).toContain(port);
      }
    }
  });
});

/** Selectors of pods of the object's own namespace. */
function podSelectors({ kind, spec = {} }: KubeObject): Selector[] {
  switch (kind) {
    case 'Service':
      return [{ matchLabels: spec['selector'] as Selector['matchLabels'] }];
    case 'PodDisruptionBudget':
    case 'PodMonitor':
      return [spec['selector'] as Selector];
    case 'NetworkPolicy':
      return [spec['podSelector'] as Selector];
    case 'ServiceMonitor':
      // It selects services; ours carry the labels of their pods.
      return [spec['selector'] as Selector];
    default:
      return [];
  }
}

function isSelected(pod: Pod, { metadata }: KubeObject, selector: Selector): boolean {
  return pod.namespace === metadata.namespace && selects(selector, pod.labels);
}

function portsInto({ kind, spec = {} }: KubeObject): (string | number)[] {
  if (kind === 'Service')
    return (spec['ports'] as { targetPort: string }[]).map(({ targetPort }) => targetPort);
  if (kind === 'PodMonitor')
    return (spec['podMetricsEndpoints'] as { port: string }[]).map(({ port }) => port);
  if (kind !== 'NetworkPolicy') return [];
  const ingress = (spec['ingress'] ?? []) as { ports: { port: number }[] }[];
  return ingress.flatMap(({ ports }) => ports.map(({ port }) => port));
}

function secretsOf(kustomizations: readonly Kustomization[]): { name: string; key: string | undefined }[] {
  const found = new Map<string, { name: string; key: string | undefined }>();
  const add = (name: string, key?: string): void => void found.set(`${name} ${key ?? ''}`, { name, key });
  for (const { spec } of podsOf(kustomizations.flatMap(({ objects }) => objects))) {
    for (const { secret, projected } of spec.volumes ?? []) {
      for (const { secret: source } of projected?.sources ?? [])
        for (const { key } of source.items) add(source.name, key);
      if (secret === undefined) continue;
      if (secret.items === undefined) add(secret.secretName);
      for (const { key } of secret.items ?? []) add(secret.secretName, key);
    }
    for (const { env = [] } of spec.containers) {
      for (const { valueFrom } of env)
        if (valueFrom?.secretKeyRef) add(valueFrom.secretKeyRef.name, valueFrom.secretKeyRef.key);
    }
  }
  return [...found.values()];
}
