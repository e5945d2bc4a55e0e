import {
  type ConfigurationInput,
  configurationFrom,
  createBoot,
  createLogger,
  newApiKey,
  type Boot,
} from '@etcd-kloset/platform';
import { type Api, createApi } from '../api.ts';
import { type TestStore } from './test-store.ts';

/** Keys of each role, and of a team that sees its own clusters only. */
const KEYS = {
  viewer: { role: 'viewer' },
  operator: { role: 'operator' },
  admin: { role: 'admin' },
  'red-viewer': { role: 'viewer', clusters: { team: 'red' } },
  'red-operator': { role: 'operator', clusters: { team: 'red' } },
  'red-admin': { role: 'admin', clusters: { team: 'red' } },
} as const;
export type KeyName = keyof typeof KEYS;

export interface TestApi {
  readonly boot: Boot;
  readonly url: string;
  readonly tokens: Readonly<Record<KeyName, string>>;
  /** What it has logged, line by line. */
  readonly lines: readonly string[];
  close(): Promise<void>;
}

export interface TestApiOptions {
  readonly redisUrl: string;
  readonly stores: Readonly<Record<string, TestStore & { readonly withOwner?: boolean }>>;
  /** Besides what follows from the rest. */
  readonly config?: ConfigurationInput;
  readonly storeScanMs?: number;
}

/** The API on a free port, with everything real. */
export async function startTestApi(options: TestApiOptions): Promise<TestApi> {
  const { redisUrl, stores, config: more = {}, storeScanMs = 200 } = options;
  const tokens = Object.fromEntries(Object.keys(KEYS).map((name) => [name, newApiKey(name)]));
  const config = configurationFrom({
    ...more,
    redis: { url: redisUrl, allowNoPersistence: true },
    stores: Object.fromEntries(
      Object.entries(stores).map(([name, { url, writerKeyFile, identityFile, withOwner = true }]) => [
        name,
        { url, writerKeyFile, ...(withOwner ? { identityFile } : {}) },
      ]),
    ),
    api: {
      listen: { host: '127.0.0.1', port: 0 },
      rateLimit: { requestsPerMinute: 100_000, unauthenticatedPerMinute: 100_000 },
      ...more.api,
      keys: Object.entries(KEYS).map(([name, key]) => ({ name, ...key, hash: tokens[name]!.hash })),
    },
  });
  const lines: string[] = [];
  const log = createLogger({
    service: 'api',
    level: 'debug',
    destination: { write: (line: string) => lines.push(line) },
  });
  const boot = await createBoot({
    service: 'api',
    config: { ...config, api: { ...config.api, storeScanMs } },
    log,
  });
  let api: Api;
  try {
    api = await createApi(boot);
    await api.listen();
  } catch (error) {
    await boot.close();
    throw error;
  }
  return {
    boot,
    url: api.url,
    tokens: Object.fromEntries(Object.entries(tokens).map(([name, { token }]) => [name, token])) as Record<
      KeyName,
      string
    >,
    lines,
    async close() {
      boot.stop.ask();
      await api.close();
      await boot.close();
    },
  };
}
