import { z } from 'zod';

/** A whole value that is one variable: what editors must let pass where no text is expected. */
const VARIABLE = { type: 'string', pattern: '^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$' } as const;

interface ScalarKind<Value> {
  /** What is wrong ends a sentence that begins with the key, such as "is not a duration". */
  readonly read: (given: unknown) => Value | Wrong;
  /** For editors. */
  readonly json: Readonly<Record<string, unknown>>;
}

class Wrong {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

function absent(given: undefined | null): Wrong {
  return new Wrong(given === null ? 'has no value' : 'is missing');
}

/** A value whose errors are sentences of our own: none of them repeats what was given. */
function scalar<Value, Given>({ read, json }: ScalarKind<Value>): z.ZodType<Value, Given> {
  const schema = z
    .unknown()
    .transform((given, context): Value => {
      const value = given === undefined || given === null ? absent(given) : read(given);
      if (!(value instanceof Wrong)) return value;
      context.addIssue({ code: 'custom', message: value.message });
      return z.NEVER;
    })
    .meta(json);
  return schema as unknown as z.ZodType<Value, Given>;
}

const DURATION_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION = /^(\d{1,9})(ms|s|m|h|d)$/;

/** `90s`, `5m`, `2h`, `7d`: milliseconds. */
export function duration(least: string, most: string): z.ZodType<number, string> {
  const [lowest, highest] = [durationMs(least)!, durationMs(most)!];
  return scalar({
    read: (given) => {
      const ms = typeof given === 'string' ? durationMs(given) : undefined;
      if (ms === undefined) return new Wrong('is not a duration such as 90s, 5m, 2h or 7d');
      return ms < lowest || ms > highest ? new Wrong(`is not from ${least} to ${most}`) : ms;
    },
    json: { anyOf: [{ type: 'string', pattern: DURATION.source }, VARIABLE] },
  });
}

function durationMs(text: string): number | undefined {
  const [, digits, unit] = DURATION.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * DURATION_MS[unit as keyof typeof DURATION_MS];
}

const SIZE_BYTES = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const;
const SIZE = /^(\d{1,12})(B|KiB|MiB|GiB|TiB)$/;

/** `256MiB`, `2GiB`: bytes. */
export function size(least: string, most: string): z.ZodType<number, string> {
  const [lowest, highest] = [sizeBytes(least)!, sizeBytes(most)!];
  return scalar({
    read: (given) => {
      const bytes = typeof given === 'string' ? sizeBytes(given) : undefined;
      if (bytes === undefined) return new Wrong('is not a size such as 64KiB, 256MiB or 2GiB');
      return bytes < lowest || bytes > highest ? new Wrong(`is not from ${least} to ${most}`) : bytes;
    },
    json: { anyOf: [{ type: 'string', pattern: SIZE.source }, VARIABLE] },
  });
}

function sizeBytes(text: string): number | undefined {
  const [, digits, unit] = SIZE.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * SIZE_BYTES[unit as keyof typeof SIZE_BYTES];
}

/** Digits in a text pass too: so comes what a variable holds. */
export function whole(least: number, most: number): z.ZodType<number, number | string> {
  return scalar({
    read: (given) => {
      const number = typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : given;
      if (typeof number !== 'number' || !Number.isSafeInteger(number))
        return new Wrong('is not a whole number');
      return number < least || number > most ? new Wrong(`is not from ${least} to ${most}`) : number;
    },
    json: { anyOf: [{ type: 'integer', minimum: least, maximum: most }, VARIABLE] },
  });
}

export function truth(): z.ZodType<boolean, boolean | string> {
  return scalar({
    read: (given) => {
      if (given === true || given === 'true') return true;
      if (given === false || given === 'false') return false;
      return new Wrong('is neither true nor false');
    },
    json: { anyOf: [{ type: 'boolean' }, VARIABLE] },
  });
}

export function choice<const Choice extends string>(choices: readonly Choice[]): z.ZodType<Choice, Choice> {
  return scalar({
    read: (given) =>
      choices.find((each) => each === given) ?? new Wrong(`is not one of ${choices.join(', ')}`),
    json: { anyOf: [{ enum: [...choices] }, VARIABLE] },
  });
}

export interface TextRules {
  /** In characters. Default: 4096. */
  readonly longest?: number;
  readonly pattern?: RegExp;
  /** What is wrong with a text that the pattern does not match; or, without one, with what `problemOf` finds. */
  readonly otherwise?: string;
  /** What is wrong with it, if anything; ends a sentence that begins with the key. */
  readonly problemOf?: (text: string) => string | undefined;
}

/** One line, not empty. */
export function text({ longest = 4096, pattern, otherwise, problemOf }: TextRules = {}): z.ZodType<
  string,
  string
> {
  return scalar({
    read: (given) => {
      if (typeof given !== 'string') return new Wrong(notText(given));
      if (given === '') return new Wrong('is empty');
      if (given.length > longest) return new Wrong(`is longer than ${longest} characters`);
      if (/\p{Cc}/u.test(given) || !given.isWellFormed())
        return new Wrong('has characters that cannot be printed');
      if (pattern !== undefined && !pattern.test(given))
        return new Wrong(otherwise ?? 'does not have its form');
      const problem = problemOf?.(given);
      return problem === undefined ? given : new Wrong(problem);
    },
    // The pattern is not told to editors: a variable may stand for any part of it.
    json: { type: 'string', minLength: 1 },
  });
}

/** The name of a file or folder; relative ones start at the folder of the configuration file. */
export function filePath(): z.ZodType<string, string> {
  return text();
}

function notText(given: unknown): string {
  return typeof given === 'object' ? 'is not a text' : 'is not a text: put it in quotes';
}
