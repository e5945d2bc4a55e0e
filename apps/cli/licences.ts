import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Metafile } from 'esbuild';

interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/** The folders of the packages that are in a bundle. */
export function packagesIn(metafile: Metafile, root: string): string[] {
  const folders = new Set<string>();
  for (const input of Object.keys(metafile.inputs)) {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match !== null) folders.add(path.resolve(root, match[1]!));
  }
  return [...folders].sort();
}

/**
 * The names and the licences of packages, one after the other.
 *
 * @throws Error for a package that says of no licence that it is under it: it must not be passed on
 */
export function licencesOf(folders: readonly string[]): string {
  return folders.map(licenceOf).join('\n');
}

function licenceOf(folder: string): string {
  const packageJson = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as PackageJson;
  const { name, version, license } = packageJson;
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  if (license === undefined && file === undefined) throw new Error(`${name} ${version} names no licence`);
  const text =
    file === undefined
      ? `Licence: ${license!} (the package has no text of it)\n`
      : readFileSync(path.join(folder, file), 'utf8');
  const title = `${name} ${version}${license === undefined ? '' : ` (${license})`}`;
  return `${'='.repeat(78)}\n${title}\n${'='.repeat(78)}\n${text.trim()}\n`;
}

/** The licence of Node, which has those of all that it is made of. */
export function nodeLicence(folder: string, version: string): string {
  const file = path.join(folder, 'LICENSE');
  if (!existsSync(file)) throw new Error(`there is no LICENSE in the package of Node ${version}`);
  return `${'='.repeat(78)}\nNode.js ${version}\n${'='.repeat(78)}\n${readFileSync(file, 'utf8').trim()}\n`;
}
