import { readFileSync, statSync } from 'node:fs';
import { PlatformError } from '../../errors.ts';
import { type Variables } from './interpolate.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const LARGEST_BYTES = 1 << 20;

/**
 * Variables of the environment. Where NAME is not set and NAME_FILE is, the value is what stands in that file, as
 * container platforms hand secrets out; the line ending at its end is no part of it.
 */
export function variablesOf(environment: Environment): Variables {
  return (name) => {
    const value = environment[name];
    if (value !== undefined) return value;
    const file = environment[`${name}_FILE`];
    return file === undefined || file === '' ? undefined : readSecretNow(file, `the variable ${name}_FILE`);
  };
}

/**
 * The text of a small file, without the line ending at its end. At boot only: it blocks.
 *
 * @param namedBy for the message: what names the file
 */
export function readSecretNow(file: string, namedBy: string): string {
  try {
    if (statSync(file).size > LARGEST_BYTES) throw new Error('it is larger than 1 MiB');
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const why = code === undefined ? '' : ` (${code})`;
    throw new PlatformError(
      'secret.unreadable',
      `The file ${file} that ${namedBy} names cannot be read${why}.`,
      {
        advice: 'Check the path and the rights.',
        context: { file },
        cause,
      },
    );
  }
}
