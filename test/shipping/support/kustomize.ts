import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { provideTool, run } from '@etcd-kloset/testing';
import { parseAllDocuments } from 'yaml';
import { type KubeObject } from './kube-object.ts';
import { inRepository, ROOT } from './repository.ts';

export interface Kustomization {
  /** Below k8s/, such as `overlays/small`. */
  readonly name: string;
  readonly objects: readonly KubeObject[];
}

/** Builds every kustomization that somebody may apply, as `kubectl apply -k` would see it. */
export async function buildAll(): Promise<Kustomization[]> {
  const { programs } = await provideTool('kubectl');
  return Promise.all(
    kustomizationsIn('').map(async (name) => {
      const { stdout } = await run(programs['kubectl']!, ['kustomize', inRepository('k8s', name)]);
      const objects = parseAllDocuments(stdout).map((document) => document.toJS() as KubeObject);
      return { name, objects };
    }),
  );
}

/** Components are parts: they are built within what uses them. */
function kustomizationsIn(folder: string): string[] {
  const here = path.join(ROOT, 'k8s', folder);
  return readdirSync(here, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return kustomizationsIn(path.join(folder, entry.name));
    if (entry.name !== 'kustomization.yaml') return [];
    return readFileSync(path.join(here, entry.name), 'utf8').includes('kind: Component') ? [] : [folder];
  });
}
