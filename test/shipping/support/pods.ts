import { type KubeObject, type Labels, nameOf, type PodSpec } from './kube-object.ts';

/** A pod that an object makes, or is. */
export interface Pod {
  /** Of the object, for messages. */
  readonly owner: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly labels: Labels;
  readonly spec: PodSpec;
}

interface Template {
  readonly metadata?: { readonly labels?: Labels };
  readonly spec: PodSpec;
}

/** The pods that these objects make: of Deployments, StatefulSets, CronJobs, Jobs and by themselves. */
export function podsOf(objects: readonly KubeObject[]): Pod[] {
  return objects.flatMap((object) => {
    const template = templateOf(object);
    if (template === undefined) return [];
    const { kind, metadata } = object;
    return [
      {
        owner: nameOf(object),
        kind,
        name: metadata.name,
        namespace: metadata.namespace ?? 'default',
        labels: template.metadata?.labels ?? {},
        spec: template.spec,
      },
    ];
  });
}

function templateOf({ kind, metadata, spec }: KubeObject): Template | undefined {
  switch (kind) {
    case 'Pod':
      return { metadata, spec: spec as unknown as PodSpec };
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'Job':
      return spec!['template'] as Template;
    case 'CronJob':
      return (spec!['jobTemplate'] as { spec: { template: Template } }).spec.template;
    default:
      return undefined;
  }
}
