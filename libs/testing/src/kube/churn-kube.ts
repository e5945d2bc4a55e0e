import { type EtcdClient } from '../etcd/etcd-client.ts';
import { BulkWriter } from './bulk-writer.ts';
import { putObject } from './fill-kube.ts';
import { type App, type KubeObject } from './kube-object.ts';
import { EVENT_TTL_SECONDS, type KubeState, newEventGroup, newObject, podSuffix } from './kube-state.ts';
import { templateHash } from './values/common.ts';

const SLICE_SECONDS = 300;
/** Nodes renew their leases every ten seconds: a fifth of them at a time. */
const TICK_SECONDS = 2;
const NODE_RENEWAL_TICKS = 5;

/** Per hour and at scale 1, spread evenly. */
const LEADER_RENEWALS = 7200;
const POD_UPDATES = 1800;
const RESOURCE_UPDATES = 400;
const SECRET_RENEWALS = 60;
const ENDPOINT_UPDATES = 300;
const ROLLOUTS = 6;
/** Most updates hit the same few pods: one in this many is unwell. */
const UNWELL_POD_IN = 25;

export interface ChurnReport {
  /** Counted from 1. */
  readonly hour: number;
  /** Puts and deletes; keys that go with a lease are not counted. */
  readonly writes: number;
  /** Of their keys and values. */
  readonly bytes: number;
  readonly compactions: number;
  /** The revision at the end of the hour. */
  readonly revision: bigint;
}

/**
 * Lets an hour pass in the cluster, as fast as etcd takes it: leases are renewed, pods and nodes report
 * their status, events come and expire, deployments are rolled out, and every five minutes what was
 * superseded before the last five minutes is compacted. The same seed gives the same writes.
 */
export async function churnKubeHour(client: EtcdClient, state: KubeState): Promise<ChurnReport> {
  const writer = new BulkWriter(client);
  const slices = 3600 / SLICE_SECONDS;
  for (let slice = 0; slice < slices; slice++) {
    await churnSlice(client, writer, state, slice, slices);
    const revision = await writer.drain();
    // Rows go in the background, as with Kubernetes; at the end of the hour all of them are gone.
    await client.compact(state.lastRevision, slice === slices - 1);
    state.lastRevision = revision;
  }
  state.hours++;
  return {
    hour: state.hours,
    writes: writer.writes,
    bytes: writer.bytes,
    compactions: slices,
    revision: state.lastRevision,
  };
}

async function churnSlice(
  client: EtcdClient,
  writer: BulkWriter,
  state: KubeState,
  slice: number,
  slices: number,
): Promise<void> {
  const { pick } = state.random;
  const unwell = [...state.pods.values()].flat().filter((pod) => pod.seed % UNWELL_POD_IN === 0);
  const activities: readonly (readonly [perHour: number, act: () => Promise<void>])[] = [
    [LEADER_RENEWALS, () => update(writer, state, pick(state.leaderLeases))],
    [POD_UPDATES, () => update(writer, state, pick(unwell))],
    [RESOURCE_UPDATES, () => update(writer, state, pick(state.customResources))],
    [SECRET_RENEWALS, () => update(writer, state, pick(state.secrets))],
    [ENDPOINT_UPDATES, () => update(writer, state, pick(state.endpointSlices.get(pick(state.apps))!))],
    [ROLLOUTS, () => rollOut(writer, state, pick(state.apps))],
  ];
  const ticks = SLICE_SECONDS / TICK_SECONDS;
  for (let tick = 0; tick < ticks; tick++) {
    state.clock += TICK_SECONDS;
    for (const [index, lease] of state.nodeLeases.entries()) {
      if (index % NODE_RENEWAL_TICKS === tick % NODE_RENEWAL_TICKS) await update(writer, state, lease);
    }
    if ((tick * TICK_SECONDS) % 60 === 0) await turnEventsOver(client, writer, state);
    for (const [perHour, act] of activities) {
      const times = portion(perHour * state.scale, slice * ticks + tick, slices * ticks);
      for (let time = 0; time < times; time++) await act();
    }
  }
  for (const node of state.nodes) await update(writer, state, node);
}

/** Which part of `total` falls into one of `parts` equal steps, so that all parts add up to `total`. */
function portion(total: number, step: number, parts: number): number {
  return Math.floor((total * (step + 1)) / parts) - Math.floor((total * step) / parts);
}

/** The events of a minute come; those of the same minute an hour ago go, together with their lease. */
async function turnEventsOver(client: EtcdClient, writer: BulkWriter, state: KubeState): Promise<void> {
  const group = newEventGroup(state, state.clock);
  await client.grantLease(EVENT_TTL_SECONDS, group.lease);
  for (const event of group.events) await putObject(writer, state, event, group.lease);
  state.eventGroups.push(group);
  const expired = state.eventGroups.shift();
  if (expired !== undefined) await client.revokeLease(expired.lease);
}

async function update(writer: BulkWriter, state: KubeState, object: KubeObject): Promise<void> {
  object.changes++;
  object.changedAt = state.clock;
  await putObject(writer, state, object);
}

/** A new image: another replica set, its pods come, the old ones go, and all that points at them changes. */
async function rollOut(writer: BulkWriter, state: KubeState, app: App): Promise<void> {
  const oldPods = state.pods.get(app)!;
  const sets = state.replicaSets.get(app)!;
  app.revision++;
  const hash = templateHash(app, app.revision);
  const name = `${app.name}-${hash}`;
  const set = newObject(
    'replicaSet',
    `/registry/replicasets/${app.namespace}/${name}`,
    app,
    name,
    state.clock,
    state,
  );
  const pods: KubeObject[] = [];
  for (let at = 0; at < app.replicas; at++) {
    const podName = `${name}-${podSuffix(app, at)}`;
    const key = `/registry/pods/${app.namespace}/${podName}`;
    const pod = newObject('pod', key, app, podName, state.clock, state);
    // Scheduled, pulling, running but not ready, ready.
    for (let step = 0; step < 4; step++) await putObject(writer, state, pod);
    pods.push(pod);
    await update(writer, state, set);
    await update(writer, state, state.deployments.get(app)!);
    await writer.delete(oldPods[at]!.key);
    for (const slice of state.endpointSlices.get(app)!) await update(writer, state, slice);
  }
  await writer.delete(sets[0]!.key);
  state.replicaSets.set(app, [...sets.slice(1), set]);
  state.pods.set(app, pods);
}
