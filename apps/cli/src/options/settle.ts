import { type Command } from 'commander';
import { UsageError } from '../usage-error.ts';
import { flagOf, variableOf, type Option, type Options, type Settled } from './option.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where the value of an option came from. */
export type Source = 'command line' | 'environment' | 'default';

export interface SettledOptions<O extends Options> {
  readonly values: Settled<O>;
  readonly sourceOf: (name: keyof O & string) => Source;
}

/**
 * The values of a command's options: what the command line says, else what the environment says, else the
 * default. An empty environment variable counts as not set, as with etcdctl.
 *
 * @throws UsageError
 */
export function settle<O extends Options>(
  options: O,
  given: Pick<Command, 'getOptionValue'>,
  environment: Environment,
): SettledOptions<O> {
  const values: Record<string, unknown> = {};
  const sources = new Map<string, Source>();
  for (const [name, option] of Object.entries(options)) {
    const typed = fromCommandLine(name, option, given.getOptionValue(name));
    const found = typed ?? fromEnvironment(name, option, environment);
    if (found === undefined && option.required) throw missing(name, option);
    values[name] = found === undefined ? option.fallback : found.value;
    sources.set(name, found?.source ?? 'default');
  }
  return { values: values as Settled<O>, sourceOf: (name) => sources.get(name) ?? 'default' };
}

type Found = { readonly value: unknown; readonly source: Source } | undefined;

function fromCommandLine(name: string, option: Option<unknown>, raw: unknown): Found {
  if (raw === undefined) return undefined;
  const source = 'command line';
  if (option.kind === 'flag') return { value: raw as boolean, source };
  const read = (text: string): unknown => parse(option, text, flagOf(name));
  if (option.kind === 'value') return { value: read(raw as string), source };
  const texts = raw as readonly string[];
  return { value: (option.commas ? texts.flatMap(split) : texts).map(read), source };
}

function fromEnvironment(name: string, option: Option<unknown>, environment: Environment): Found {
  for (const variable of [variableOf(name), ...option.alsoEnv]) {
    const text = environment[variable];
    if (text === undefined || text === '') continue;
    const read = (each: string): unknown => parse(option, each, variable);
    const value = option.kind === 'list' ? split(text).map(read) : read(text);
    return { value, source: 'environment' };
  }
  return undefined;
}

function parse(option: Option<unknown>, text: string, what: string): unknown {
  try {
    return option.parse(text);
  } catch (error) {
    // A password or a key may have been typed into the wrong place: only short plain words are repeated.
    const shown = /^[\w.:/=+-]{1,60}$/.test(text) ? ` ${text}` : '';
    throw new UsageError(`${what}${shown} ${(error as Error).message}`);
  }
}

function split(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function missing(name: string, option: Option<unknown>): UsageError {
  return new UsageError(
    `${flagOf(name)} is missing: ${option.about}`,
    `Give ${flagOf(name)} ${option.placeholder ?? ''}, or set ${variableOf(name)}.`,
  );
}
