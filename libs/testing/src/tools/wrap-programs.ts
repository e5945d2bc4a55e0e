import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../run.ts';
import { type ProvidedTool } from './provide-tool.ts';

/** Where the wrappers lie, below the folder that packages were unpacked into. */
export const WRAPPERS = 'bin-with-libraries';

/**
 * Puts a script beside each unpacked program that starts it with the libraries that were unpacked with it. The script
 * becomes the program (`exec`), so its process id is the program's and signals reach it.
 */
export async function wrapPrograms(folder: string, programs: readonly string[]): Promise<void> {
  await mkdir(path.join(folder, WRAPPERS));
  for (const program of programs) {
    await writeFile(path.join(folder, WRAPPERS, program), SCRIPT, { mode: 0o755 });
  }
}

/** Throws when a program does not find its libraries, or the machine's C library is too old for it. */
export async function seesLibraries(tool: ProvidedTool): Promise<void> {
  for (const program of Object.values(tool.programs)) await run(program, ['--version']);
}

/** `$0` is absolute, since tools are started by their path. */
const SCRIPT = `#!/bin/sh
root=\${0%/*}/..
LD_LIBRARY_PATH=$(echo "$root"/usr/lib/*-linux-gnu* "$root"/lib/*-linux-gnu* | tr ' ' ':')
export LD_LIBRARY_PATH
exec "$root/usr/bin/\${0##*/}" "$@"
`;
