/** An application: a deployment and everything around it. */
export interface App {
  readonly namespace: string;
  readonly name: string;
  readonly seed: number;
  readonly replicas: number;
  /** Counts up with each rollout: names the current replica set and image. */
  revision: number;
}

/**
 * What is remembered of an object in the cluster. Its value is rendered anew from these few numbers
 * whenever it is written, so a cluster of gigabytes needs little memory here.
 */
export interface KubeObject {
  readonly kind: Kind;
  /** Its key in etcd. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  /** Everything about it that does not change follows from this. */
  readonly seed: number;
  /** Seconds since 1970. */
  readonly created: number;
  /** What it belongs to. */
  readonly app: App;
  /** The rollout that made it: of pods, replica sets and their kind. */
  readonly revision: number;
  /** How often it was updated, and when last. */
  changes: number;
  changedAt: number;
}

export type Kind =
  | 'pod'
  | 'node'
  | 'nodeLease'
  | 'leaderLease'
  | 'secret'
  | 'configMap'
  | 'event'
  | 'deployment'
  | 'replicaSet'
  | 'service'
  | 'endpointSlice'
  | 'serviceAccount'
  | 'roleBinding'
  | 'job'
  | 'customResourceDefinition'
  | 'customResource';
