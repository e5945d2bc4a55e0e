import { type EtcdClient } from '../etcd/etcd-client.ts';
import { BulkWriter } from './bulk-writer.ts';
import { type KubeObject } from './kube-object.ts';
import { EVENT_TTL_SECONDS, type KubeState, layOut } from './kube-state.ts';
import { type Random } from './random.ts';
import { encryptAsKubernetes, render } from './render.ts';

/** Bytes of the database file that scale 1 makes, about. */
const BYTES_AT_SCALE_1 = 400_000_000;

export interface FillKubeOptions {
  /** 1 is about 65,000 objects in 400 MB of database. Default: what `targetBytes` asks for, or 1. */
  readonly scale?: number;
  /** About the size that etcd's database shall have, in bytes. */
  readonly targetBytes?: number;
  /** The same seed gives the same keys and values. Default: 1. */
  readonly seed?: number;
  /** Secrets are stored as Kubernetes stores them with an EncryptionConfiguration. Default: false. */
  readonly encryptSecrets?: boolean;
}

/**
 * Fills an etcd with what a Kubernetes cluster keeps in it: keys, sizes and texts like real ones, that
 * compress like real ones. What it returns is what {@link churnKubeHour} goes on from.
 */
export async function fillKube(client: EtcdClient, options: FillKubeOptions = {}): Promise<KubeState> {
  const { targetBytes = BYTES_AT_SCALE_1, seed = 1, encryptSecrets = false } = options;
  const state = layOut(seed, options.scale ?? targetBytes / BYTES_AT_SCALE_1, encryptSecrets);
  const writer = new BulkWriter(client);
  for (const object of shuffled(objectsOf(state), state.random)) await putObject(writer, state, object);
  for (const { lease, events } of state.eventGroups) {
    await client.grantLease(EVENT_TTL_SECONDS, lease);
    for (const event of events) await putObject(writer, state, event, lease);
  }
  state.lastRevision = await writer.drain();
  return state;
}

/** Writes an object as it is now. */
export async function putObject(
  writer: BulkWriter,
  state: KubeState,
  object: KubeObject,
  lease?: bigint,
): Promise<void> {
  const value = render(object, state.nodes.length);
  const stored =
    state.encryptSecrets && object.kind === 'secret' ? encryptAsKubernetes(object.key, value) : value;
  await writer.put(object.key, stored, lease);
}

/** All objects of a cluster but its events, which come with leases. */
export function objectsOf(state: KubeState): KubeObject[] {
  return [
    ...state.nodes,
    ...state.nodeLeases,
    ...state.leaderLeases,
    ...state.deployments.values(),
    ...[...state.pods.values()].flat(),
    ...[...state.replicaSets.values()].flat(),
    ...[...state.endpointSlices.values()].flat(),
    ...state.customResources,
    ...state.secrets,
    ...state.others,
  ];
}

/** A grown cluster has its kinds mixed all over its revisions. */
function shuffled<T>(items: T[], choose: Random): T[] {
  for (let at = items.length - 1; at > 0; at--) {
    const other = choose.between(0, at);
    [items[at], items[other]] = [items[other]!, items[at]!];
  }
  return items;
}
