import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../run.ts';
import { ToolUnavailableError } from './tool-unavailable.ts';

/** The oldest that the packages are pinned for. */
const LEAST_PYTHON = { major: 3, minor: 11 };

/**
 * Installs what a file of requirements pins, each package by its hash and none that would run code to be built, into a
 * virtual environment of its own. `programs` maps a program's name to the Python module that it is.
 */
export async function installPipPrograms(
  folder: string,
  requirements: string,
  programs: Readonly<Record<string, string>>,
): Promise<void> {
  await run('python3', ['-m', 'venv', folder]);
  await run(path.join(folder, 'bin', 'python'), [
    ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input'],
    ...['--only-binary', ':all:', '--require-hashes', '--requirement', requirements],
  ]);
  for (const [name, module] of Object.entries(programs)) {
    // Pip's own scripts name the folder that this was before it got its final name.
    const script = `#!/bin/sh\nexec "\${0%/*}/python" -m ${module} "$@"\n`;
    await writeFile(path.join(folder, 'bin', name), script, { mode: 0o755 });
  }
}

/** Changes with what is pinned, and with the Python that it was installed for: names the folder in the cache. */
export async function pipFingerprint(requirements: string): Promise<string> {
  const python = await pythonVersion();
  const hash = createHash('sha256').update(await readFile(requirements));
  return `${hash.digest('hex').slice(0, 12)}-python-${python}`;
}

async function pythonVersion(): Promise<string> {
  const { stdout } = await run('python3', ['--version']);
  const [, major, minor] = /^Python (\d+)\.(\d+)\./.exec(stdout) ?? [];
  if (Number(major) !== LEAST_PYTHON.major || Number(minor) < LEAST_PYTHON.minor) {
    throw new ToolUnavailableError(`the Python of this machine is too old: ${stdout.trim()}`);
  }
  return `${major}.${minor}`;
}
