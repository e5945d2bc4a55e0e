/**
 * The names of all queues. They hold no `:`; Redis keys are `{<prefix>}:<queue>:…`, in one hash slot, so that a flow
 * may span queues in a Redis Cluster too.
 */

/** Requests for backups, from the API, from schedules and from other teams, before they are known to be good. */
export const REQUESTS_QUEUE = 'requests';
/** Plain chunks that wait to be compressed and sealed. */
export const CHUNKS_QUEUE = 'chunks';
/** Events on their way to webhooks. */
export const WEBHOOKS_QUEUE = 'webhooks';

/** What kind of place a store lives in, by its address. */
export const DESTINATION_KINDS = ['local', 's3', 'sftp'] as const;
export type DestinationKind = (typeof DESTINATION_KINDS)[number];

/** A store as queues know it. */
export interface Destination {
  readonly kind: DestinationKind;
  /** The store's name in the configuration: `[a-z0-9-]{1,40}`. */
  readonly store: string;
}

/** Backups into one store: a store that hangs holds up nobody else's. */
export function backupsQueue(store: string): BackupsQueue {
  return `backups.${store}`;
}

/** Sealed chunks on their way into one store; a writer serves one kind of destination, or some stores of it. */
export function putsQueue({ kind, store }: Destination): PutsQueue {
  return `puts.${kind}.${store}`;
}

export type BackupsQueue = `backups.${string}`;
export type PutsQueue = `puts.${DestinationKind}.${string}`;
export type QueueName =
  typeof REQUESTS_QUEUE | typeof CHUNKS_QUEUE | typeof WEBHOOKS_QUEUE | BackupsQueue | PutsQueue;

/** What flows through a queue; every kind has one policy, one schema and one sort of worker. */
export const QUEUE_KINDS = ['requests', 'backups', 'chunks', 'puts', 'webhooks'] as const;
export type QueueKind = (typeof QUEUE_KINDS)[number];

/** The kind of a queue with this name, for types. */
export type KindOf<Name extends QueueName> = Name extends BackupsQueue
  ? 'backups'
  : Name extends PutsQueue
    ? 'puts'
    : Extract<Name, QueueKind>;

export function kindOfQueue(name: QueueName): QueueKind {
  const kind = name.split('.')[0] as QueueKind;
  if (!QUEUE_KINDS.includes(kind)) throw new TypeError(`there is no queue ${name}`);
  return kind;
}
