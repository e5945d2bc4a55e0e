import { type App } from '../kube-object.ts';
import { type Message, text } from '../protobuf.ts';
import { random } from '../random.ts';
import { REGISTRY } from '../vocabulary.ts';

export function appLabels(app: App): Record<string, string> {
  return {
    'app.kubernetes.io/instance': app.name,
    'app.kubernetes.io/managed-by': 'Helm',
    'app.kubernetes.io/name': app.name,
    'app.kubernetes.io/part-of': app.namespace,
    'helm.sh/chart': `${app.name}-${chartVersion(app)}`,
  };
}

export function chartVersion(app: App): string {
  return `1.${app.seed % 20}.${app.seed % 7}`;
}

export function image(app: App, revision: number): string {
  return `${REGISTRY}/${app.namespace}/${app.name}:v2.${app.seed % 30}.${revision}`;
}

export function imageDigest(app: App, revision: number): string {
  return `sha256:${random(app.seed ^ (revision * 7919)).hex(64)}`;
}

/** The hash that a deployment gives to the replica set and pods of one revision. */
export function templateHash(app: App, revision: number): string {
  const digits = random(app.seed ^ (revision * 104_729));
  return digits.hex(1) + digits.suffix(8);
}

export function uid(seed: number): string {
  return random(seed ^ 0x5eed).uuid();
}

/** resource.Quantity as protobuf. */
export function quantities(field: number, values: Readonly<Record<string, string>>): Message {
  return Object.entries(values)
    .map(([name, value]) => text(field, text(1, name) + text(2, text(1, value))))
    .join('');
}
