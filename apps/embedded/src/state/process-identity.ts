import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process, told from a later one that got its number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it began, in the words of the system; undefined where the system does not tell. */
  readonly began: string | undefined;
}

export function identityOf(pid: number): ProcessIdentity {
  return { pid, began: beganAt(pid) };
}

/** Whether this very process still runs. Where the system does not tell since when, its number decides. */
export function isAlive({ pid, began }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is alive, too.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = beganAt(pid);
  return began === undefined || now === undefined || began === now;
}

function beganAt(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      // The name in parentheses may hold spaces; the start time is the 20th field after it (proc(5)).
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
      // A zombie has ended, whoever still has to take note of it.
      return fields[0] === 'Z' ? 'ended' : fields[19];
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    // It is gone, or the machine has no way to tell.
    return undefined;
  }
}
