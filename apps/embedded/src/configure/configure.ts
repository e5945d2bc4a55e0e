import {
  type Configuration,
  configurationFrom,
  type ConfigurationInput,
  loadConfiguration,
} from '@etcd-kloset/platform';
import { type Options, usageError } from '../options.ts';
import { type StateFolder } from '../state/state-folder.ts';
import { type FirstKey, type FormerKey, formerKeyOf, openFirstKey } from './first-key.ts';
import { givenCluster } from './given-cluster.ts';
import { givenStore } from './given-store.ts';
import { openOwnStore, type OwnStore } from './own-store.ts';

export interface Configured {
  readonly config: Configuration;
  /** Where no store was named. */
  readonly ownStore: OwnStore | undefined;
  /** Where no API key was named. */
  readonly firstKey: FirstKey | undefined;
  /** One that an earlier start made, and that is none any more since API keys are named. */
  readonly formerKey: FormerKey | undefined;
}

/** What the stores of the command line and of the state folder are called. */
const GIVEN_STORE = 'main';
const OWN_STORE = 'local';

/**
 * What the configuration file says, with what the command line adds; what is missing to begin with, a store and an API
 * key, is in the state folder.
 *
 * @throws EmbeddedError `start.usage`; PlatformError `config.…`
 */
export async function configure(
  options: Options,
  state: StateFolder,
  env: NodeJS.ProcessEnv,
): Promise<Configured> {
  const file = loadConfiguration(options.config, env);
  const given = givenStore(options);
  if (given !== undefined && GIVEN_STORE in file.stores) {
    throw usageError(
      `The store of the command line is called "${GIVEN_STORE}", and the configuration has one of that name.`,
    );
  }
  const hasStore = given !== undefined || Object.keys(file.stores).length > 0;
  const ownStore = hasStore ? undefined : await openOwnStore(state);
  const firstKey = file.api.keys.length > 0 ? undefined : await openFirstKey(state);
  const config = extended(file, options, {
    ...(given === undefined ? {} : { [GIVEN_STORE]: given }),
    ...(ownStore === undefined
      ? {}
      : {
          [OWN_STORE]: {
            url: ownStore.folder,
            writerKeyFile: ownStore.writerKeyFile,
            identityFile: ownStore.identityFile,
          },
        }),
  });
  const keys = firstKey === undefined ? config.api.keys : [firstKey.config];
  const formerKey = firstKey === undefined ? await formerKeyOf(state, keys) : undefined;
  return { config: { ...config, api: { ...config.api, keys } }, ownStore, firstKey, formerKey };
}

type StoresInput = NonNullable<ConfigurationInput['stores']>;

/** Checks what is added as the file is checked, and puts both together. */
function extended(file: Configuration, options: Options, added: StoresInput): Configuration {
  const all: StoresInput = { ...file.stores, ...added };
  const stores = Object.fromEntries(
    Object.entries(all).map(([name, { url, writerKeyFile, identityFile, passphraseFile }]) => [
      name,
      { url, writerKeyFile, identityFile, passphraseFile },
    ]),
  );
  const cluster = givenCluster(options, storeOf(options, Object.keys(added), Object.keys(stores)));
  if (cluster !== undefined && cluster.name in file.clusters) {
    throw usageError(`The configuration has a cluster ${JSON.stringify(cluster.name)} already.`);
  }
  const more = configurationFrom({
    stores,
    clusters: cluster === undefined ? {} : { [cluster.name]: cluster.cluster },
  });
  return {
    ...file,
    stores: more.stores,
    clusters: { ...file.clusters, ...more.clusters },
    api: { ...file.api, listen: listenOf(options) ?? file.api.listen },
  };
}

/** The cluster of the command line goes into its store, or else into the only one there is. */
function storeOf(options: Options, added: readonly string[], all: readonly string[]): string {
  const [store, ...others] = added.length > 0 ? added : all;
  if (others.length > 0 && options.cluster !== undefined) {
    throw usageError(
      'There are several stores, and --cluster does not say which one it means.',
      'Put the cluster into the configuration file.',
    );
  }
  return store!;
}

function listenOf({ listen }: Options): Configuration['api']['listen'] | undefined {
  if (listen === undefined) return undefined;
  const [, host, port] = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(listen) ?? [];
  if (host === undefined || Number(port) > 65_535)
    throw usageError('--listen is HOST:PORT, such as 0.0.0.0:8080.');
  return { host, port: Number(port) };
}
