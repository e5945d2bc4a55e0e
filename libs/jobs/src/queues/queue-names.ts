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
export function backupsQueue(store: string): string {
  return `backups.${store}`;
}

/** Sealed chunks on their way into one store; a writer serves one kind of destination, or some stores of it. */
export function putsQueue({ kind, store }: Destination): string {
  return `puts.${kind}.${store}`;
}
