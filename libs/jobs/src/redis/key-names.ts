import { JobsError } from '../errors.ts';

export const DEFAULT_PREFIX = 'etcd-kloset';

/**
 * The prefix in braces: all keys that begin with it are in one hash slot, so that one script may touch those of several
 * queues, in a Redis Cluster too. BullMQ gets it as `prefix`.
 */
export function bracedPrefix(prefix: string = DEFAULT_PREFIX): string {
  const bare = /^\{(.*)\}$/.exec(prefix)?.[1] ?? prefix;
  if (!/^[A-Za-z0-9._-]{1,60}$/.test(bare)) {
    throw new JobsError('redis.bad-url', `The prefix ${JSON.stringify(prefix)} of Redis keys is not valid.`, {
      advice: 'Use letters, digits, dots, dashes and underscores only.',
    });
  }
  return `{${bare}}`;
}

/** The keys beside BullMQ's own; one table, so that no two parts take the same. `prefix` is in braces. */
export const keys = {
  events: (prefix: string) => `${prefix}:events`,
  emitted: (prefix: string, id: string) => `${prefix}:emitted:${id}`,
  request: (prefix: string, request: string) => `${prefix}:request:${request}`,
  idempotency: (prefix: string, key: string) => `${prefix}:idempotency:${key}`,
  registry: (prefix: string) => `${prefix}:registry`,
  schedule: (prefix: string, name: string) => `${prefix}:schedule:${name}`,
  running: (prefix: string, store: string, cluster: string) => `${prefix}:running:${store}/${cluster}`,
  cancel: (prefix: string, backup: string) => `${prefix}:cancel:${backup}`,
  staging: (prefix: string, ...rest: readonly string[]) => [`${prefix}:staging`, ...rest].join(':'),
} as const;
