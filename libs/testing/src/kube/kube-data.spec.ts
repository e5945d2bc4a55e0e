import { constants, zstdCompressSync } from 'node:zlib';
import { objectsOf } from './fill-kube.ts';
import { type Kind, type KubeObject } from './kube-object.ts';
import { layOut } from './kube-state.ts';
import { ENCRYPTED_PREFIX, encryptAsKubernetes, render } from './render.ts';

const SCALE = 0.05;

function everything(seed: number, scale = SCALE): { object: KubeObject; value: Buffer }[] {
  const state = layOut(seed, scale, false);
  const objects = [...objectsOf(state), ...state.eventGroups.flatMap(({ events }) => events)];
  return objects.map((object) => ({ object, value: render(object, state.nodes.length) }));
}

function meanSize(all: ReturnType<typeof everything>, kind: Kind): number {
  const sizes = all.filter(({ object }) => object.kind === kind).map(({ value }) => value.length);
  return sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
}

describe('Kubernetes-like data', () => {
  const all = everything(1);

  it('is the same for the same seed and another for another seed', () => {
    const flat = (objects: ReturnType<typeof everything>): Buffer =>
      Buffer.concat(objects.flatMap(({ object, value }) => [Buffer.from(object.key), value]));
    expect(flat(everything(7, 0.005)).equals(flat(everything(7, 0.005)))).toBe(true);
    expect(flat(everything(7, 0.005)).equals(flat(everything(8, 0.005)))).toBe(false);
  });

  it('has a key of its own for every object, below /registry/', () => {
    const keys = all.map(({ object }) => object.key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.filter((key) => !key.startsWith('/registry/'))).toEqual([]);
  });

  it('has sizes like those of a real cluster', () => {
    const between = (kind: Kind, least: number, most: number): void => {
      expect(meanSize(all, kind)).toBeGreaterThan(least);
      expect(meanSize(all, kind)).toBeLessThan(most);
    };
    between('pod', 4000, 12_000);
    between('event', 600, 1500);
    between('nodeLease', 300, 500);
    between('secret', 2000, 8000);
    between('configMap', 4000, 20_000);
    between('node', 6000, 15_000);
    expect(Math.max(...all.map(({ value }) => value.length))).toBeLessThan(150_000);
    expect(all.length / SCALE).toBeGreaterThan(60_000);
    expect(all.length / SCALE).toBeLessThan(70_000);
  });

  it('compresses five to eight times with zstd -3 in blocks of 4 MiB, as rows of a real cluster do', () => {
    const block = 4 * 1024 * 1024;
    const rows = Buffer.concat(all.map(({ value }) => value));
    let compressed = 0;
    for (let at = 0; at < rows.length; at += block) {
      const params = { [constants.ZSTD_c_compressionLevel]: 3 };
      compressed += zstdCompressSync(rows.subarray(at, at + block), { params }).length;
    }
    expect(rows.length / compressed).toBeGreaterThan(5);
    expect(rows.length / compressed).toBeLessThan(8);
  });

  it('marks built-in objects with the prefix of protobuf and keeps custom ones as JSON', () => {
    const valueOf = (kind: Kind): Buffer => all.find(({ object }) => object.kind === kind)!.value;
    expect(valueOf('pod').subarray(0, 4).toString('latin1')).toBe('k8s\0');
    expect(JSON.parse(valueOf('customResource').toString())).toMatchObject({ kind: 'Route' });
  });

  it('changes only a little of a pod when its status changes', () => {
    const state = layOut(1, 0.005, false);
    const pod = [...state.pods.values()][0]![0]!;
    const before = render(pod, 3);
    pod.changes++;
    pod.changedAt++;
    const after = render(pod, 3);
    const different = before.filter((byte, at) => byte !== after[at]).length;
    expect(after.equals(before)).toBe(false);
    expect(Math.abs(after.length - before.length)).toBeLessThan(300);
    // What follows the first change may be shifted, but the specification comes before it.
    expect(different).toBeLessThan(before.length / 2);
  });

  it('hides an encrypted value behind the prefix that names its key', () => {
    const value = Buffer.from('a secret that must not show');
    const stored = encryptAsKubernetes('/registry/secrets/a/b', value);
    expect(stored.subarray(0, ENCRYPTED_PREFIX.length).toString()).toBe('k8s:enc:aescbc:v1:key1:');
    expect(stored.includes('secret that')).toBe(false);
    expect(encryptAsKubernetes('/registry/secrets/a/b', value).equals(stored)).toBe(true);
  });
});
