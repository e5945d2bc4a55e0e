import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Ends servers and removes their folder when the process that started them is gone, however it ended:
 * not even `kill -9` of a test run leaves a server behind. It is a shell that waits at a pipe which
 * closes together with its owner. (Jest keeps `exit` handlers of a test from running, so those won't do.)
 */
export interface Reaper {
  /** From now on this process is ended when the owner is gone. */
  watch(pid: number): void;
  /** This process has ended; its number may belong to another one soon. */
  forget(pid: number): void;
  /** To be called when everything has been cleaned up: nothing is left to do. */
  dismiss(): void;
}

const SCRIPT = `
pids=' '
while read -r what pid; do
  case "$what" in
    watch) pids="$pids$pid " ;;
    forget) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
    dismiss) exit 0 ;;
  esac
done
for pid in $pids; do kill -9 "$pid"; done
rm -rf "$1"
`;

export function startReaper(folder: string): Reaper {
  const shell: ChildProcess = spawn('/bin/sh', ['-c', SCRIPT, 'reaper', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  const pipe = shell.stdin!;
  // It must not keep its owner alive.
  shell.unref();
  (pipe as unknown as { unref(): void }).unref();
  const tell = (line: string): void => {
    pipe.write(`${line}\n`);
  };
  return {
    watch: (pid) => tell(`watch ${pid}`),
    forget: (pid) => tell(`forget ${pid}`),
    dismiss: () => {
      tell('dismiss');
      pipe.end();
    },
  };
}
