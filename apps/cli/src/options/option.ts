/** What the shell offers for a value. */
export type Completes = 'file' | 'folder' | 'nothing' | readonly string[];

/**
 * One option of a command: how it is written, read and explained. Its flag and its environment variable follow
 * from the name that it has in the command's table: `identityFile` is `--identity-file` and
 * `ETCD_KLOSET_IDENTITY_FILE`.
 */
export interface Option<T> {
  readonly kind: 'value' | 'list' | 'flag';
  readonly about: string;
  /** How its value is called in the help; none for a flag. */
  readonly placeholder?: string;
  /** A one-letter flag. */
  readonly letter?: string;
  readonly completes: Completes;
  readonly required: boolean;
  /** Undefined: the option is undefined when it is not given. */
  readonly fallback: T | undefined;
  /** Environment variables that are understood after our own: etcdctl's. */
  readonly alsoEnv: readonly string[];
  /** Whether one value on the command line may be several, separated by commas. In the environment a list always is. */
  readonly commas: boolean;
  /** @throws Error whose message ends a sentence that begins with the option, such as "is not a number" */
  readonly parse: (text: string) => unknown;
  /** Never set: it carries the type. */
  readonly type?: T;
}

export type Options = Readonly<Record<string, Option<unknown>>>;

/** The values of a command's options, by name. */
export type Settled<O extends Options> = {
  readonly [Name in keyof O]: O[Name] extends Option<infer T> ? T : never;
};

interface Extra {
  readonly letter?: string;
  readonly completes?: Completes;
  readonly alsoEnv?: readonly string[];
}

export function value<T = string>(
  placeholder: string,
  about: string,
  parse: (text: string) => T = asText as (text: string) => T,
  extra: Extra = {},
): Option<T | undefined> {
  return { ...common(about, extra), kind: 'value', placeholder, parse, fallback: undefined };
}

export function choice<const T extends string>(
  placeholder: string,
  about: string,
  choices: readonly T[],
): Option<T | undefined> {
  const parse = (text: string): T => {
    const found = choices.find((each) => each === text);
    if (found === undefined) throw new Error(`is not one of: ${choices.join(', ')}`);
    return found;
  };
  return value(placeholder, about, parse, { completes: choices });
}

/** May be given several times. */
export function list<T = string>(
  placeholder: string,
  about: string,
  parse: (text: string) => T = asText as (text: string) => T,
  { commas = false, ...extra }: Extra & { readonly commas?: boolean } = {},
): Option<readonly T[]> {
  return { ...common(about, extra), kind: 'list', placeholder, parse, commas, fallback: [] };
}

/** `--name`, `--no-name`, `--name=true` or `--name=false`. Undefined when it is not given at all. */
export function flag(about: string, extra: Extra = {}): Option<boolean | undefined> {
  return { ...common(about, extra), kind: 'flag', parse: asBoolean, fallback: undefined };
}

export function required<T>(option: Option<T>): Option<Exclude<T, undefined>> {
  return { ...option, required: true } as Option<Exclude<T, undefined>>;
}

export function withDefault<T>(
  option: Option<T>,
  fallback: Exclude<NoInfer<T>, undefined>,
): Option<Exclude<T, undefined>> {
  return { ...option, fallback } as Option<Exclude<T, undefined>>;
}

export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

export function variableOf(name: string): string {
  return `ETCD_KLOSET_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

function common(about: string, { letter, completes = 'nothing', alsoEnv = [] }: Extra) {
  return { about, letter, completes, alsoEnv, required: false, commas: false };
}

function asText(text: string): string {
  if (text === '') throw new Error('is empty');
  return text;
}

function asBoolean(text: string): boolean {
  if (/^(1|true|yes|on)$/i.test(text)) return true;
  if (/^(0|false|no|off)$/i.test(text)) return false;
  throw new Error('is neither true nor false');
}
