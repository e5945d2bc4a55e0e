import { PlatformError, type Problem } from '../errors.ts';

/** All mistakes in one error, in the order of the file. */
export function invalidConfiguration(file: string | undefined, problems: readonly Problem[]): PlatformError {
  const sorted = [...problems].sort(
    (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
  const what = file === undefined ? 'The configuration' : `The configuration ${file}`;
  const count = sorted.length === 1 ? 'a mistake' : `${sorted.length} mistakes`;
  return new PlatformError(
    'config.invalid',
    [`${what} has ${count}:`, ...sorted.map((problem) => `  ${problemText(problem)}`)].join('\n'),
    {
      advice: 'docs/configuration.md explains every key.',
      context: { file, problems: sorted.length },
      problems: sorted,
    },
  );
}

/** One line: where, and what is wrong. */
export function problemText({ path, line, column, message }: Problem): string {
  const place = line === undefined ? '' : `line ${line}, column ${column ?? 1}: `;
  return `${place}${path === '' ? '' : `${path} `}${message}`;
}
