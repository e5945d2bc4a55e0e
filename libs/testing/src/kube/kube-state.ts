import { type App, type Kind, type KubeObject } from './kube-object.ts';
import { type Random, random } from './random.ts';
import { templateHash } from './values/common.ts';
import { EPOCH, PARTS, STAGES, TEAMS } from './vocabulary.ts';

/** At scale 1. */
const APPS = 2000;
const NODES = 80;
const LEADERS = 4;
const DEFINITIONS = 100;
const EVENTS_PER_MINUTE = 58;
const OLD_REPLICA_SETS = 5;

/** Events live for one hour: one etcd lease for those of each minute. */
export const EVENT_TTL_SECONDS = 3600;

/** Events of one minute, and the etcd lease that they are attached to. */
export interface EventGroup {
  readonly lease: bigint;
  readonly events: readonly KubeObject[];
}

/** A cluster at one moment of its own clock. Its churn changes it. */
export interface KubeState {
  readonly seed: number;
  readonly scale: number;
  readonly encryptSecrets: boolean;
  readonly random: Random;
  readonly apps: readonly App[];
  readonly nodes: readonly KubeObject[];
  readonly nodeLeases: readonly KubeObject[];
  readonly leaderLeases: readonly KubeObject[];
  readonly pods: Map<App, KubeObject[]>;
  readonly replicaSets: Map<App, KubeObject[]>;
  readonly deployments: Map<App, KubeObject>;
  readonly endpointSlices: Map<App, KubeObject[]>;
  readonly customResources: readonly KubeObject[];
  readonly secrets: readonly KubeObject[];
  /** What never changes after it was made. */
  readonly others: readonly KubeObject[];
  /** Oldest first. */
  readonly eventGroups: EventGroup[];
  /** Seconds since 1970. */
  clock: number;
  /** Hours of churn so far. */
  hours: number;
  /** The revision of etcd at the end of the last five minutes; compaction is that far behind. */
  lastRevision: bigint;
}

/** Lays out a cluster; scale 1 is about 65,000 objects and 400 MB of database. */
export function layOut(seed: number, scale: number, encryptSecrets: boolean): KubeState {
  const choose = random(seed);
  const count = (atScaleOne: number, least: number): number =>
    Math.max(least, Math.round(atScaleOne * scale));
  const start = EPOCH;
  const apps = Array.from({ length: count(APPS, 2) }, (_, at) => newApp(at, choose));
  const make = (
    kind: Kind,
    key: string,
    namespace: string,
    name: string,
    app: App,
    revision = 0,
  ): KubeObject => {
    const created = start - choose.between(3600, 90 * 86_400);
    const seedOf = choose.uint32() >>> 1;
    return {
      kind,
      key,
      namespace,
      name,
      app,
      revision,
      seed: seedOf,
      created,
      changes: 0,
      changedAt: created,
    };
  };
  const owner = apps[0]!;
  const nodes = Array.from({ length: count(NODES, 3) }, (_, at) => `node-${at + 1}`);
  const leaders = [
    'kube-scheduler',
    'kube-controller-manager',
    'cloud-controller-manager',
    'cluster-autoscaler',
  ];
  const perApp = apps.map((app) => objectsOfApp(app, make));
  const state: KubeState = {
    seed,
    scale,
    encryptSecrets,
    random: choose,
    apps,
    nodes: nodes.map((name) => make('node', `/registry/minions/${name}`, '', name, owner)),
    nodeLeases: nodes.map((name) =>
      make('nodeLease', `/registry/leases/kube-node-lease/${name}`, 'kube-node-lease', name, owner),
    ),
    leaderLeases: Array.from({ length: count(LEADERS, 1) }, (_, at) => {
      const name = `${leaders[at % leaders.length]!}${at < leaders.length ? '' : `-${at}`}`;
      return make('leaderLease', `/registry/leases/kube-system/${name}`, 'kube-system', name, owner);
    }),
    pods: new Map(perApp.map(({ app, pods }) => [app, pods])),
    replicaSets: new Map(perApp.map(({ app, replicaSets }) => [app, replicaSets])),
    deployments: new Map(perApp.map(({ app, deployment }) => [app, deployment])),
    endpointSlices: new Map(perApp.map(({ app, endpointSlices }) => [app, endpointSlices])),
    customResources: perApp.flatMap(({ customResources }) => customResources),
    secrets: perApp.flatMap(({ secrets }) => secrets),
    others: [
      ...perApp.flatMap(({ others }) => others),
      ...Array.from({ length: count(DEFINITIONS, 2) }, (_, at) => {
        const name = `${PARTS[at % PARTS.length]!}s.${TEAMS[at % TEAMS.length]!}${at}.example.net`;
        const key = `/registry/apiextensions.k8s.io/customresourcedefinitions/${name}`;
        return make('customResourceDefinition', key, '', name, owner);
      }),
    ],
    eventGroups: [],
    clock: start,
    hours: 0,
    lastRevision: 0n,
  };
  for (let minute = 60; minute > 0; minute--)
    state.eventGroups.push(newEventGroup(state, start - minute * 60));
  return state;
}

/** The events that come up in the minute that begins at `time`. */
export function newEventGroup(state: KubeState, time: number): EventGroup {
  const count = Math.max(1, Math.round(EVENTS_PER_MINUTE * state.scale));
  // The server would choose ids from its clock; ours follow from the cluster's own.
  const lease = 0x694d_0000_0000_0000n + BigInt(Math.floor(time / 60));
  const events = Array.from({ length: count }, () => {
    const app = state.random.pick(state.apps);
    const name = `${app.name}.${state.random.hex(16)}`;
    const created = time + state.random.between(0, 59);
    return newObject('event', `/registry/events/${app.namespace}/${name}`, app, name, created, state);
  });
  return { lease, events };
}

/** A new object of an application, made at `created` (seconds since 1970). */
export function newObject(
  kind: Kind,
  key: string,
  app: App,
  name: string,
  created: number,
  state: KubeState,
): KubeObject {
  const seed = state.random.uint32() >>> 1;
  const { namespace, revision } = app;
  return { kind, key, namespace, name, app, revision, seed, created, changes: 0, changedAt: created };
}

function newApp(index: number, choose: Random): App {
  const team = choose.pick(TEAMS);
  return {
    namespace: `${team}-${choose.pick(STAGES)}`,
    name: `${team}-${choose.pick(PARTS)}-${index}`,
    seed: choose.uint32() >>> 1,
    replicas: choose.pick([2, 3, 3, 4, 4, 6, 6]),
    revision: OLD_REPLICA_SETS + 1,
  };
}

type Make = (
  kind: Kind,
  key: string,
  namespace: string,
  name: string,
  app: App,
  revision?: number,
) => KubeObject;

function objectsOfApp(app: App, make: Make) {
  const named = (kind: Kind, resource: string, name: string, revision = app.revision): KubeObject =>
    make(kind, `/registry/${resource}/${app.namespace}/${name}`, app.namespace, name, app, revision);
  const { name } = app;
  const current = `${name}-${templateHash(app, app.revision)}`;
  return {
    app,
    deployment: named('deployment', 'deployments', name),
    pods: Array.from({ length: app.replicas }, (_, at) =>
      named('pod', 'pods', `${current}-${podSuffix(app, at)}`),
    ),
    replicaSets: Array.from({ length: OLD_REPLICA_SETS + 1 }, (_, at) =>
      named('replicaSet', 'replicasets', `${name}-${templateHash(app, at + 1)}`, at + 1),
    ),
    endpointSlices: ['', '-internal'].map((of) =>
      named('endpointSlice', 'endpointslices', `${name}${of}-${podSuffix(app, 99)}`),
    ),
    customResources: ['public', 'internal', 'canary', 'admin'].map((of) =>
      named('customResource', 'networking.example.net/routes', `${name}-${of}`),
    ),
    secrets: ['tls', 'database', 'registry', 'settings'].map((of) =>
      named('secret', 'secrets', `${name}-${of}`),
    ),
    others: [
      ...['config', 'proxy', 'alerts', 'dashboard'].map((of) =>
        named('configMap', 'configmaps', `${name}-${of}`),
      ),
      ...['', '-internal'].map((of) => named('service', 'services/specs', `${name}${of}`)),
      ...['', '-reader'].map((of) => named('roleBinding', 'rolebindings', `${name}${of}`)),
      named('serviceAccount', 'serviceaccounts', name),
      named('job', 'jobs', `${name}-nightly-${29_000_000 + (app.seed % 1000)}`),
    ],
  };
}

export function podSuffix(app: App, index: number): string {
  return random(app.seed ^ (app.revision * 65_537) ^ (index * 257)).suffix(5);
}
