import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { inRepository, ROOT, text } from './repository.ts';

/** The files that a builder gets: those of the repository that .dockerignore lets through. */
export function buildContext(): string[] {
  // What is new and not committed yet goes to a builder as well.
  const { stdout, status } = spawnSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '-z'],
    {
      cwd: ROOT,
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error('git does not list the files of the repository');
  const ignored = readIgnore(text('.dockerignore'));
  return stdout
    .split('\0')
    .filter(
      (file) =>
        file !== '' && !ignored(file) && statSync(inRepository(file), { throwIfNoEntry: false })?.isFile(),
    );
}

/** As the builder reads .dockerignore: the last pattern that takes a file, or a folder above it, decides. */
export function readIgnore(patterns: string): (file: string) => boolean {
  const rules = patterns
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ ignores: !line.startsWith('!'), takes: patternOf(line.replace(/^!/, '')) }));
  return (file) => rules.findLast(({ takes }) => takes.test(file))?.ignores ?? false;
}

function patternOf(pattern: string): RegExp {
  const source = pattern
    .replace(/^\/|\/$/g, '')
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('**/', '\0')
    .replaceAll('*', '[^/]*')
    .replaceAll('\0', '(?:.*/)?');
  return new RegExp(`^${source}(?:/|$)`);
}
