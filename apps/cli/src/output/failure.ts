import { describeError, isKlosetError } from '@etcd-kloset/errors';
import { Interrupted } from '../interrupted.ts';
import { PROGRAM } from '../version.ts';

/** Codes of libraries for what was typed wrong, rather than what went wrong. */
const USAGE_CODES: ReadonlySet<string> = new Set([
  'usage',
  'etcd.bad-endpoint',
  'storage.bad-url',
  'storage.unknown-scheme',
  'key.bad-recipient',
  'key.bad-label',
  'restore.bad-member',
  'restore.bad-bump',
]);

export function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return error.exitCode;
  return isKlosetError(error) && USAGE_CODES.has(error.code) ? 2 : 1;
}

/** For a person. What was not foreseen is shown with its stack: it is ours to mend. */
export function describeFailure(error: unknown): string {
  if (error instanceof Interrupted) return `${PROGRAM}: ${error.message}`;
  if (isKlosetError(error) || isSystemError(error)) return `${PROGRAM}: ${describeError(error)}`;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `${PROGRAM}: unexpected error, please report it: ${stack}`;
}

/** What is written to standard error: for a program when JSON is wanted, else for a person. */
export function failureText(error: unknown, json: boolean): string {
  return `${json ? JSON.stringify({ error: errorDocument(error) }) : describeFailure(error)}\n`;
}

/** For a program: the same three fields for every error. */
export function errorDocument(error: unknown): {
  readonly code: string;
  readonly message: string;
  readonly advice: string | null;
} {
  if (error instanceof Interrupted) return { code: 'interrupted', message: error.message, advice: null };
  const advice = isKlosetError(error) ? (error.advice ?? null) : null;
  const described = describeError(error);
  const message =
    advice !== null && described.endsWith(`\n${advice}`) ? described.slice(0, -advice.length - 1) : described;
  if (isKlosetError(error)) return { code: error.code, message, advice };
  return { code: isSystemError(error) ? 'system' : 'internal', message, advice };
}

/** An error of a system call, such as EACCES, says what is wrong. */
function isSystemError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'syscall' in error && 'code' in error;
}
