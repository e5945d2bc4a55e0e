import { emitEvent } from '@etcd-kloset/jobs';
import {
  type ClusterDefinitionInput,
  type Expected,
  mayCluster,
  PlatformError,
  type Principal,
  type RegisteredCluster,
} from '@etcd-kloset/platform';
import { ApiError } from '../api-error.ts';
import { type Parts } from '../parts.ts';
import { noSuchCluster } from './cluster-book.ts';

export interface ChangedCluster {
  readonly cluster: RegisteredCluster;
  readonly isNew: boolean;
}

/**
 * Registers a cluster or replaces its definition; when it resolves, that is in the store. A key that is limited to some
 * clusters changes none that it does not see, and makes none that it would not see.
 *
 * @param expected `new`: there must be none; a version: it must still be this one
 */
export async function changeCluster(
  { boot, pulse, redis }: Pick<Parts, 'boot' | 'pulse' | 'redis'>,
  principal: Principal,
  definition: ClusterDefinitionInput,
  expected: Expected,
): Promise<ChangedCluster> {
  const { name, store } = definition;
  requireOwn(principal, definition);
  requireAddressable(name);
  if (!boot.stores.names.includes(store)) throw noSuchStore();
  const before = await pulse.use(() => boot.registry.get(name));
  if (before !== undefined && expected !== 'new' && !mayCluster(principal, before.labels))
    throw noSuchCluster(name);
  if (before === undefined && typeof expected === 'number') {
    throw new ApiError('http.precondition-failed', `There is no cluster ${JSON.stringify(name)} to change.`, {
      advice: 'Leave If-Match away to register it.',
    });
  }
  // Between the look and the change somebody else may come: what was seen is what is expected.
  const cluster = await pulse.use(() => boot.registry.save(definition, expected ?? before?.version ?? 'new'));
  const isNew = before === undefined;
  await emitEvent(redis, isNew ? 'cluster.registered' : 'cluster.changed', { cluster: name, store });
  return { cluster, isNew };
}

function requireOwn({ clusters, ...principal }: Principal, { labels = {} }: ClusterDefinitionInput): void {
  if (mayCluster({ clusters, ...principal }, labels)) return;
  const wanted = Object.entries(clusters ?? {}).map(([name, value]) => `${name}=${value}`);
  throw new ApiError(
    'auth.limited',
    `Your key may register clusters with the labels ${wanted.join(', ')} only.`,
    {
      advice: 'Give the cluster these labels, or use a key without limits.',
    },
  );
}

/** Clients and proxies take these for steps in a path, however they are encoded. */
function requireAddressable(name: string): void {
  if (name !== '.' && name !== '..') return;
  throw invalid('name', 'cannot be "." or "..": no address could name it');
}

function noSuchStore(): PlatformError {
  return invalid('store', 'is no store of the configuration; see GET /v1/stores');
}

function invalid(path: string, message: string): PlatformError {
  return new PlatformError('cluster.invalid', `The definition is not valid: ${path} ${message}.`, {
    problems: [{ path, message }],
  });
}
