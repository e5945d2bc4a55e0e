import { isKlosetError } from '@etcd-kloset/errors';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { PlatformError, type Problem } from '../errors.ts';
import { assemble } from './assemble.ts';
import { checkAcross, type SoundSections } from './check-across.ts';
import { type Configuration, type RedisConfig } from './configuration.ts';
import { invalidConfiguration } from './invalid-configuration.ts';
import { configurationJsonSchema } from './json-schema.ts';
import { type Finding, findingsOf } from './problems/issue-sentences.ts';
import { knownKeys } from './problems/known-keys.ts';
import { redisUrlProblem } from './redis-url-problem.ts';
import {
  type ConfigurationInput,
  type FileConfiguration,
  fileSchema,
  sections,
} from './schema/file-schema.ts';
import { withOverrides } from './source/overrides.ts';
import { pathText } from './source/path-text.ts';
import { settingsOf } from './source/settings.ts';
import { type Environment, readSecretNow, variablesOf } from './source/variables.ts';
import { type Source, yamlSource } from './source/yaml-source.ts';

const LARGEST_BYTES = 4 * 2 ** 20;
const DEFAULT_REDIS = 'redis://127.0.0.1:6379';
/** Where the file is when nobody says where. */
const USUAL_FILES = ['etcd-kloset.yaml', '/etc/etcd-kloset/etcd-kloset.yaml'];

/**
 * Reads the configuration file, once, at boot. Without one there are defaults, and what the environment says.
 *
 * @param file else ETCD_KLOSET_CONFIG, else ./etcd-kloset.yaml or /etc/etcd-kloset/etcd-kloset.yaml if it is there
 * @throws PlatformError `config.not-found`, `config.unreadable`; `config.invalid`, with all mistakes at once
 */
export function loadConfiguration(
  file: string | undefined,
  environment: Environment = process.env,
): Configuration {
  const named =
    file ?? (environment['ETCD_KLOSET_CONFIG'] === '' ? undefined : environment['ETCD_KLOSET_CONFIG']);
  const found = named ?? USUAL_FILES.find((each) => existsSync(each));
  if (found === undefined) return configurationFrom({}, { environment });
  const full = path.resolve(found);
  const source = yamlSource(readText(full), variablesOf(environment));
  if (source.unreadable.length > 0)
    throw invalidConfiguration(full, [...source.unreadable, ...source.variables]);
  return build(source.value ?? {}, { environment, folder: path.dirname(full), file: full, source });
}

export interface ConfigurationFromOptions {
  readonly environment?: Environment;
  /** Where relative paths start. Default: the working directory. */
  readonly folder?: string;
}

/** The same without a file: what would stand in it. @throws PlatformError `config.invalid` */
export function configurationFrom(
  input: ConfigurationInput,
  { environment = {}, folder = process.cwd() }: ConfigurationFromOptions = {},
): Configuration {
  return build(input, { environment, folder, file: undefined, source: undefined });
}

interface BuildOptions {
  readonly environment: Environment;
  readonly folder: string;
  readonly file: string | undefined;
  readonly source: Source | undefined;
}

function build(input: unknown, { environment, folder, file, source }: BuildOptions): Configuration {
  const schema = configurationJsonSchema();
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw invalidConfiguration(file, [
      { path: '', line: 1, column: 1, message: 'This is not a map of keys and values.' },
    ]);
  }
  const { value, setBy } = withOverrides(withoutEmptySections(input), settingsOf(schema), environment);
  const parsed = fileSchema.safeParse(value);
  const findings: Finding[] = [
    ...findingsOf(parsed.error?.issues ?? [], value, (at) => knownKeys(schema, at)),
    ...checkAcross(soundSections(value), {
      folder,
      stores: recordIn(value, 'stores'),
      clusters: recordIn(value, 'clusters'),
    }),
  ];
  const redis = redisOf(parsed.data?.redis, setBy.has('redis.url') || setBy.has('redis.urlFile'), folder);
  if ('message' in redis) findings.push(redis);
  const missing = source?.variables ?? [];
  const problems = [
    ...missing,
    ...findings
      .map((finding) => placed(finding, source, setBy))
      // What is wrong with the text in place of a variable is that the variable is not there.
      .filter((problem) => !missing.some(({ path: at }) => at === problem.path)),
  ];
  if (!parsed.success || 'message' in redis || problems.length > 0)
    throw invalidConfiguration(file, problems);
  return assemble(parsed.data, { file, folder, redis });
}

function readText(file: string): string {
  try {
    if (statSync(file).size > LARGEST_BYTES) throw new Error('it is larger than 4 MiB');
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new PlatformError('config.not-found', `There is no configuration file ${file}.`, {
        advice:
          'Name it with --config or ETCD_KLOSET_CONFIG; docs/etcd-kloset.example.yaml is one to begin with.',
        context: { file },
      });
    }
    throw new PlatformError('config.unreadable', `The configuration file ${file} cannot be read.`, {
      advice: 'Check its rights.',
      context: { file },
      cause,
    });
  }
}

/** A section whose keys are all commented out is an empty one. */
function withoutEmptySections(input: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).filter(([, section]) => section !== null));
}

function soundSections(value: Readonly<Record<string, unknown>>): SoundSections {
  const sound: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(sections)) {
    const parsed = schema.safeParse(value[name] ?? (name === 'webhooks' ? [] : {}));
    if (parsed.success) sound[name] = parsed.data;
  }
  // One that is wrong hides no mistake of another.
  for (const name of ['stores', 'clusters'] as const) {
    sound[name] = Object.fromEntries(
      Object.entries(recordIn(value, name)).flatMap(([key, each]) =>
        Object.entries(sections[name].safeParse({ [key]: each }).data ?? {}),
      ),
    );
  }
  return sound;
}

function recordIn(value: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> {
  const section = value[name];
  return typeof section === 'object' && section !== null ? (section as Record<string, unknown>) : {};
}

/** Where Redis is, or what is wrong with the file that says it. */
function redisOf(
  redis: FileConfiguration['redis'] | undefined,
  isOfEnvironment: boolean,
  folder: string,
): { url: string; source: RedisConfig['source'] } | Finding {
  const source = isOfEnvironment ? 'environment' : 'configuration';
  if (redis?.url !== undefined) return { url: redis.url, source };
  if (redis?.urlFile === undefined) return { url: DEFAULT_REDIS, source: 'default' };
  const at = ['redis', 'urlFile'];
  try {
    const url = readSecretNow(path.resolve(folder, redis.urlFile), 'redis.urlFile');
    const problem = redisUrlProblem(url);
    return problem === undefined
      ? { url, source }
      : { path: at, message: `names a file whose text ${problem}` };
  } catch (error) {
    if (!isKlosetError(error)) throw error;
    return { path: at, message: `is not right. ${error.message}` };
  }
}

function placed(
  { path: at, message }: Finding,
  source: Source | undefined,
  setBy: ReadonlyMap<string, string>,
): Problem {
  const variable = setBy.get(at.filter((segment) => typeof segment === 'string').join('.'));
  if (variable !== undefined) return { path: `${pathText(at)} (of the variable ${variable})`, message };
  return { path: pathText(at), ...source?.positionOf(at), message };
}
