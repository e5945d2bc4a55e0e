import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** `describe`, which skips what this machine cannot run and says what is missing. */
export function describeIf(missing: string | undefined, title: string, body: () => void): void {
  if (missing === undefined) describe(title, body);
  else describe.skip(`${title} [skipped: ${missing}]`, body);
}

function succeeds(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** Undefined when strace may trace here, else why not. */
export function missingStrace(): string | undefined {
  return succeeds('strace', '-f', '-e', 'trace=fsync', '-o', '/dev/null', 'true')
    ? undefined
    : 'strace is not there or may not trace';
}

/** Undefined when a file system in memory can be mounted, else why not. */
export function missingMount(): string | undefined {
  const folder = mkdtempSync(path.join(tmpdir(), 'kloset-mount-'));
  try {
    if (!succeeds('mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder)) return 'mounting needs root';
    succeeds('umount', folder);
    return undefined;
  } finally {
    rmdirSync(folder);
  }
}

export function missingCommand(command: string, ...args: readonly string[]): string | undefined {
  return succeeds(command, ...args) ? undefined : `${command} is not there`;
}
