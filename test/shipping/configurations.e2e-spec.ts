import { describeWith } from '@etcd-kloset/testing';
import { type Configuration, loadConfiguration, newApiKey } from '@etcd-kloset/platform';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type KubeObject, type PodSpec } from './support/kube-object.ts';
import { buildAll } from './support/kustomize.ts';
import { podsOf } from './support/pods.ts';
import { text } from './support/repository.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'etcd-kloset-shipping-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const { hash } = newApiKey();

/** Loads a configuration as a service would within its container: /etc/etcd-kloset lies in a folder of the test. */
function load(configuration: string): Configuration {
  const etc = path.join(folder, 'etc');
  mkdirSync(path.join(etc, 'redis'), { recursive: true });
  writeFileSync(path.join(etc, 'redis/url'), 'redis://:secret@redis:6379\n');
  writeFileSync(path.join(etc, 'api-key.hash'), `${hash}\n`);
  const file = path.join(etc, 'etcd-kloset.yaml');
  writeFileSync(file, configuration.replaceAll('/etc/etcd-kloset/', `${etc}/`));
  return loadConfiguration(file, { ADMIN_KEY_HASH_FILE: path.join(etc, 'api-key.hash') });
}

/** Where a file of a loaded configuration is in the container. */
function inContainer(file: string): string {
  return file.replace(`${path.join(folder, 'etc')}/`, '/etc/etcd-kloset/');
}

await describeWith(buildAll(), 'the configuration for Kubernetes', (kustomizations) => {
  const configured = kustomizations.flatMap(({ name, objects }) => {
    const map = objects.find(
      ({ kind, metadata }) => kind === 'ConfigMap' && /^etcd-kloset-config/.test(metadata.name),
    );
    return map === undefined ? [] : [{ name, objects, given: map.data!['etcd-kloset.yaml']! }];
  });

  it('is in each overlay with services', () => {
    expect(configured.map(({ name }) => name).sort()).toEqual(
      ['base', 'example', 'overlays/large', 'overlays/large-hpa', 'overlays/small'].sort(),
    );
  });

  it.each(configured)('is one that services take: $name', ({ given }) => {
    const { api, redis, ops, stores } = load(given);
    expect(redis.source).toBe('configuration');
    expect(api.keys).toEqual([{ name: 'admin', role: 'admin', hash, clusters: undefined }]);
    // Who asks comes from other pods, and so do probes.
    expect([api.listen.host, ops.host]).toEqual(['0.0.0.0', '0.0.0.0']);
    expect(Object.keys(stores)).toEqual(['main']);
  });

  it.each(configured)('ends services before Kubernetes does: $name', ({ given, objects }) => {
    const { drainMs } = load(given).limits;
    for (const { spec } of services(objects)) {
      expect(spec.terminationGracePeriodSeconds! * 1000).toBeGreaterThan(drainMs + 15_000);
    }
  });

  it.each(configured)('names files that the services which read them mount: $name', ({ given, objects }) => {
    const { clusters, stores, limits, secrets } = load(given);
    const tls = Object.values(clusters).flatMap((cluster) => [
      cluster.tls!.caFile!,
      cluster.tls!.certFile!,
      cluster.tls!.keyFile!,
    ]);
    const keys = Object.values(stores).map(({ writerKeyFile }) => writerKeyFile!);
    const needs: Record<string, string[]> = {
      api: [...tls, ...keys, secrets.folder],
      'snapshot-worker': [...tls, ...keys, secrets.folder],
      'chunk-worker': keys,
      'storage-writer': [],
    };
    for (const { name, spec } of services(objects)) {
      const everywhere = [
        '/etc/etcd-kloset/redis/url',
        limits.spoolFolder,
        ...Object.values(stores).map(({ url }) => url),
      ];
      for (const file of [...needs[name]!.map(inContainer), ...everywhere]) {
        expect({ name, file, mounted: isMounted(spec, file) }).toEqual({ name, file, mounted: true });
      }
    }
  });

  it.each(configured)('gets every variable that it names: $name', ({ given, objects }) => {
    const names = [...given.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name!);
    expect(names).toEqual(['ADMIN_KEY_HASH']);
    for (const { spec } of services(objects)) {
      expect(spec.containers[0]!.env!.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
    }
  });
});

describe('the configuration for compose', () => {
  it('is one that services take', () => {
    const { clusters, api } = load(text('docker/compose/etcd-kloset.yaml'));
    expect(Object.keys(clusters)).toEqual(['demo']);
    expect(api.keys).toHaveLength(1);
  });
});

function services(objects: readonly KubeObject[]) {
  return podsOf(objects).filter(({ kind }) => kind === 'Deployment');
}

function isMounted(spec: PodSpec, file: string): boolean {
  return (spec.containers[0]!.volumeMounts ?? []).some(({ name, mountPath }) => {
    if (file === mountPath) return true;
    const { projected } = spec.volumes!.find((volume) => volume.name === name)!;
    const projects = projected?.sources.flatMap(({ secret }) => secret.items.map(({ path }) => path));
    return file.startsWith(`${mountPath}/`) && projects?.includes(file.slice(mountPath.length + 1)) !== false;
  });
}
