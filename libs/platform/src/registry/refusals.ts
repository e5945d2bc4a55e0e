import { describeError } from '@etcd-kloset/errors';
import { PlatformError } from '../errors.ts';
import { type RegistryProblem } from './cluster-registry.ts';

export function inConfiguration(name: string): PlatformError {
  return new PlatformError(
    'cluster.in-configuration',
    `The cluster ${JSON.stringify(name)} stands in the configuration, which alone can change it.`,
    {
      advice:
        'Change the configuration file, or the options of npm start that name it, and start the services again.',
      context: { cluster: name },
    },
  );
}

export function exists(name: string): PlatformError {
  return new PlatformError('cluster.exists', `There is a cluster ${JSON.stringify(name)} already.`, {
    advice: 'Change that one, or give this one another name.',
    context: { cluster: name },
  });
}

export function conflict(name: string): PlatformError {
  return new PlatformError(
    'cluster.conflict',
    `The cluster ${JSON.stringify(name)} was changed by somebody else meanwhile.`,
    { advice: 'Read it again, and make the change to what it is now.', context: { cluster: name } },
  );
}

export function unknown(name: string): PlatformError {
  return new PlatformError('cluster.unknown', `There is no cluster ${JSON.stringify(name)}.`, {
    advice: 'Check its name.',
    context: { cluster: name },
  });
}

export function otherStore(name: string, store: string): PlatformError {
  return new PlatformError(
    'cluster.other-store',
    `The cluster ${JSON.stringify(name)} goes to the store ${store}, and its backups are there.`,
    {
      advice: 'Leave the store as it is; or remove the cluster, and register it for the other store.',
      context: { cluster: name, store },
    },
  );
}

export function unreachable(store: string, error: unknown): RegistryProblem {
  return {
    kind: 'unreachable',
    store,
    cluster: undefined,
    message: `The definitions in the store ${store} cannot be read; what was known of them counts. ${describeError(error)}`,
  };
}

export function shadowed(cluster: string, store: string): RegistryProblem {
  return {
    kind: 'shadowed',
    store,
    cluster,
    message: `The store ${store} has a definition of ${JSON.stringify(cluster)}, which stands in the configuration file too: the file counts.`,
  };
}

export function duplicate(cluster: string, store: string, first: string): RegistryProblem {
  return {
    kind: 'duplicate',
    store,
    cluster,
    message: `The stores ${first} and ${store} both have a definition of ${JSON.stringify(cluster)}: that of ${first} counts.`,
  };
}
