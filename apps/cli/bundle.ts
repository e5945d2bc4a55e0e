/**
 * Makes an archive for each architecture with the program and its Node, for a machine without npm or network:
 * `etcd-kloset-<version>-linux-<architecture>.tar.gz` in `apps/cli/dist`.
 *
 *   node apps/cli/bundle.ts [--output FOLDER] [x64] [arm64]
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import packageJson from './package.json' with { type: 'json' };
import { bundleProgram, NATIVE_PACKAGE } from './build.ts';
import { licencesOf, nodeLicence, packagesIn } from './licences.ts';

const ARCHITECTURES = ['x64', 'arm64'] as const;
type Architecture = (typeof ARCHITECTURES)[number];

const here = import.meta.dirname;
const root = path.resolve(here, '../..');
/** What was fetched once is not fetched again. */
const cache = path.join(root, '.cache/bundle');

const { values, positionals: wanted } = parseArgs({
  options: { output: { type: 'string', default: path.join(here, 'dist') } },
  allowPositionals: true,
});
const output = path.resolve(values.output);
const unknown = wanted.find((each) => !ARCHITECTURES.includes(each as Architecture));
if (unknown !== undefined) throw new Error(`${unknown} is none of ${ARCHITECTURES.join(', ')}`);

const staging = mkdtempSync(path.join(tmpdir(), 'etcd-kloset-bundle-'));
try {
  const program = path.join(staging, 'program');
  const metafile = await bundleProgram(program);
  const packages = packagesIn(metafile, root);
  for (const architecture of ARCHITECTURES) {
    if (wanted.length === 0 || wanted.includes(architecture)) makeArchive(architecture, program, packages);
  }
} finally {
  rmSync(staging, { recursive: true, force: true });
}

function makeArchive(architecture: Architecture, program: string, packages: readonly string[]): void {
  const name = `etcd-kloset-${packageJson.version}-linux-${architecture}`;
  const folder = path.join(staging, name);
  const lib = path.join(folder, 'lib');
  cpSync(program, lib, { recursive: true, filter: (file) => !file.endsWith('.map') });
  writeFileSync(path.join(lib, 'package.json'), '{ "type": "module" }\n');

  const nodeVersion = process.versions.node;
  const node = fetchPackage(`node-linux-${architecture}`, nodeVersion);
  cpSync(path.join(node, 'bin/node'), path.join(lib, 'node'));
  chmodSync(path.join(lib, 'node'), 0o755);

  const native = path.join(root, 'node_modules', NATIVE_PACKAGE);
  const binary = fetchPackage(`${NATIVE_PACKAGE}-linux-${architecture}-gnu`, versionOf(native));
  for (const [from, to] of [
    [native, NATIVE_PACKAGE],
    [binary, `${NATIVE_PACKAGE}-linux-${architecture}-gnu`],
  ] as const) {
    cpSync(from, path.join(lib, 'node_modules', to), { recursive: true, filter: isNeeded });
  }

  for (const file of ['etcd-kloset', 'README.md'])
    cpSync(path.join(here, 'archive', file), path.join(folder, file));
  chmodSync(path.join(folder, 'etcd-kloset'), 0o755);
  cpSync(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'));
  writeFileSync(
    path.join(folder, 'THIRD-PARTY-LICENSES.txt'),
    [nodeLicence(node, nodeVersion), licencesOf([...packages, native])].join('\n'),
  );

  mkdirSync(output, { recursive: true });
  const archive = path.join(output, `${name}.tar.gz`);
  rmSync(archive, { force: true });
  run('tar', [
    '-C',
    staging,
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--sort=name',
    '-czf',
    archive,
    name,
  ]);
  process.stdout.write(
    `made ${path.relative(root, archive)} (${(statSync(archive).size / 1e6).toFixed(1)} MB)\n`,
  );
}

/** The folder of an unpacked package. */
function fetchPackage(name: string, version: string): string {
  const folder = path.join(cache, `${name.replace('/', '-')}-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const fetching = mkdtempSync(path.join(cache, 'fetching-'));
  try {
    const file = run('npm', [
      'pack',
      `${name}@${version}`,
      '--silent',
      '--pack-destination',
      fetching,
    ]).trim();
    run('tar', ['-C', fetching, '-xzf', path.join(fetching, file)]);
    // The folder appears whole or not at all.
    renameSync(path.join(fetching, 'package'), folder);
    return folder;
  } finally {
    rmSync(fetching, { recursive: true, force: true });
  }
}

function versionOf(folder: string): string {
  return (JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}

/** Of a package with native code: what runs, what describes it, and its licence. */
function isNeeded(file: string): boolean {
  return !/\.(d\.ts|md|wasm|map)$/.test(file) && !file.includes('wasm');
}

function run(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? stderr}`);
}
