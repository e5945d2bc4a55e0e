import { type z } from 'zod';
import { type Path } from '../source/path-text.ts';
import { suggest } from './suggest.ts';

/** What is wrong, and where. The sentence goes on after the path. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
}

/**
 * What zod found, as sentences that hold no value.
 *
 * @param input what was checked, to tell what is missing from what is wrong
 * @param keysAt the keys that may stand at a place
 */
export function findingsOf(
  issues: readonly z.core.$ZodIssue[],
  input: unknown,
  keysAt: (path: Path) => readonly string[],
): Finding[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map((segment) => (typeof segment === 'number' ? segment : String(segment)));
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) =>
        isWord(key)
          ? { path: [...path, key], message: unknownKey(key, keysAt(path)) }
          : { path, message: NO_WORD },
      );
    }
    if (issue.code === 'invalid_key' && !isWord(String(path.at(-1))))
      return [{ path: path.slice(0, -1), message: NO_WORD }];
    return [{ path, message: sentenceOf(issue, at(input, path)) }];
  });
}

/** With `url:redis://…` the value has become part of the key. */
const NO_WORD = 'has a key that is no word. Is there a space behind every colon?';

function isWord(key: string): boolean {
  return /^[\w.-]{1,60}$/.test(key);
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = suggest(key, known);
  if (meant !== undefined) return `is not a key here. Did you mean ${meant}?`;
  return known.length === 0 ? 'is not a key here.' : `is not a key here; there are ${known.join(', ')}.`;
}

function sentenceOf(issue: z.core.$ZodIssue, given: unknown): string {
  return `${wrongness(issue, given).replace(/\.$/, '')}.`;
}

function wrongness(issue: z.core.$ZodIssue, given: unknown): string {
  if (given === null) return 'has no value';
  switch (issue.code) {
    case 'custom':
      return issue.message;
    case 'invalid_type':
      return given === undefined ? 'is missing' : `is not ${nameOfType(issue.expected, given)}`;
    case 'invalid_value':
      return given === undefined ? 'is missing' : `is not one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_key': {
      const own = issue.issues.find(({ code }) => code === 'custom' || code === 'invalid_format');
      return own?.message ?? 'is no name that can be used here';
    }
    case 'too_small':
      return issue.origin === 'number' ? `is less than ${issue.minimum}` : 'is empty';
    case 'too_big':
      return issue.origin === 'number'
        ? `is more than ${issue.maximum}`
        : `has more than ${issue.maximum} ${issue.origin === 'string' ? 'characters' : 'entries'}`;
    case 'invalid_format':
      // Messages of our own patterns begin as the others do; those of zod do not.
      return /^(is|has) /.test(issue.message) ? issue.message : 'does not have the form that it needs';
    case 'invalid_element':
    case 'invalid_union':
    case 'not_multiple_of':
    case 'unrecognized_keys':
      return 'is not valid';
  }
}

function nameOfType(expected: string, given: unknown): string {
  const isPlain = typeof given === 'number' || typeof given === 'boolean';
  switch (expected) {
    case 'string':
      return isPlain ? 'a text: put it in quotes' : 'a text';
    case 'number':
    case 'int':
      return 'a whole number';
    case 'boolean':
      return 'true or false';
    case 'array':
      return 'a list';
    default:
      return 'a map of keys and values';
  }
}

function at(input: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, segment) =>
      typeof value === 'object' && value !== null
        ? (value as Record<string | number, unknown>)[segment]
        : undefined,
    input,
  );
}
