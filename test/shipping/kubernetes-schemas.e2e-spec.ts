import { describeWith } from '@etcd-kloset/testing';
import { type KubeObject, nameOf } from './support/kube-object.ts';
import { schemaProblem, unknownFields } from './support/kube-schemas.ts';
import { buildAll } from './support/kustomize.ts';

await describeWith(buildAll(), 'the objects for Kubernetes', (kustomizations) => {
  it.each(kustomizations)('of $name are what the schemas of their kinds demand', async ({ objects }) => {
    const problems = await Promise.all(objects.map(schemaProblem));
    expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
    expect(objects.length).toBeGreaterThan(0);
  });

  it('have no field that the API does not know', () => {
    expect(unknownFields(kustomizations.flatMap(({ objects }) => objects))).toEqual([]);
  });

  it.each(kustomizations)('of $name are each there once', ({ objects }) => {
    const names = objects.map((object) => `${object.apiVersion} ${nameOf(object)}`);
    expect(names).toHaveLength(new Set(names).size);
  });
});

describe('the check of objects', () => {
  const service = (spec: Record<string, unknown>): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'x' },
    spec,
  });

  it('finds a value of the wrong type and a field that is missing', async () => {
    expect(await schemaProblem(service({ ports: [{ port: '80' }] }))).toMatch(/port/);
    expect(await schemaProblem(service({ ports: [{ name: 'x' }] }))).toMatch(/port/);
    expect(await schemaProblem(service({ ports: [{ port: 80 }] }))).toBeUndefined();
  });

  it('finds a field that is misspelt, deep in an object', () => {
    expect(unknownFields([service({ ports: [{ port: 80, targetprot: 8080 }] })])).toEqual([
      expect.stringMatching(/^Service x: .*targetprot/),
    ]);
  });
});
