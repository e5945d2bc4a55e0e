import { spawn } from 'node:child_process';

/**
 * Ends a process when we are gone, however we ended: a shell waits at a pipe that closes with us. It is asked to end
 * (SIGTERM), so that it writes what it has.
 *
 * @returns what lets go of it, once it has ended by itself
 */
export function leash(pid: number): () => void {
  const shell = spawn('/bin/sh', ['-c', 'read -r done || kill -TERM "$1"', 'leash', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Not of our group: Ctrl-C is not for it.
    detached: true,
  });
  shell.unref();
  const pipe = shell.stdin;
  (pipe as unknown as { unref(): void }).unref();
  pipe.on('error', () => undefined);
  return () => {
    pipe.end('done\n');
  };
}
