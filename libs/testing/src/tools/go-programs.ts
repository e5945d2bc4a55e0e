import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../run.ts';

/**
 * Builds Go programs from a module that does nothing but pin them (etcd's own replace lines rule out
 * `go install package@version`). `programs` maps a program's name to the package that it is built from.
 */
export async function buildGoPrograms(
  folder: string,
  module: string,
  programs: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, goPackage] of Object.entries(programs)) {
    const output = path.join(folder, 'bin', name);
    await run('go', ['build', '-trimpath', '-buildvcs=false', '-o', output, goPackage], {
      cwd: module,
      env: { ...process.env, CGO_ENABLED: '0' },
    });
  }
}

/** Changes whenever the module pins something else: names the folder in the cache. */
export async function goModuleFingerprint(module: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) hash.update(await readFile(path.join(module, file)));
  return hash.digest('hex').slice(0, 12);
}
