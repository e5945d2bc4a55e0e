/**
 * Makes what other teams install, a tarball each: `dist/etcd-kloset-jobs-<version>.tgz` and `…-client-<version>.tgz`.
 *
 *   node tools/pack-libs.ts [FOLDER]
 *
 * JavaScript with types; packages from the registry stay dependencies, ours lie in the tarball.
 */
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import ts from 'typescript';

const root = path.resolve(import.meta.dirname, '..');
const PACKED = ['jobs', 'client'];
const OURS = '@etcd-kloset/';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function manifestOf(lib: string): Manifest {
  return JSON.parse(readFileSync(path.join(root, 'libs', lib, 'package.json'), 'utf8')) as Manifest;
}

/** The libraries of ours that this one needs. */
function ours(lib: string): string[] {
  const { dependencies = {} } = manifestOf(lib);
  return Object.keys(dependencies)
    .filter((name) => name.startsWith(OURS))
    .map((name) => name.slice(OURS.length));
}

/** Compiles libraries, and what of ours they import, to `folder/<lib>/src`. */
function compile(libs: readonly string[], folder: string): void {
  const { config } = ts.readConfigFile(path.join(root, 'tsconfig.base.json'), (file) =>
    ts.sys.readFile(file),
  ) as {
    config: object;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root, {
    noEmit: false,
    declaration: true,
    rewriteRelativeImportExtensions: true,
    rootDir: path.join(root, 'libs'),
    outDir: folder,
  });
  const program = ts.createProgram(
    libs.map((lib) => path.join(root, 'libs', lib, 'src/index.ts')),
    options,
  );
  const { diagnostics } = program.emit();
  const problems = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (problems.length > 0) throw new Error(ts.formatDiagnostics(problems, host));
  // Types name each other by the names of their sources.
  for (const file of globSync('**/*.d.ts', { cwd: folder })) {
    const text = readFileSync(path.join(folder, file), 'utf8');
    writeFileSync(path.join(folder, file), text.replaceAll(/(['"])(\.{1,2}\/[^'"]+)\.ts\1/g, '$1$2.js$1'));
  }
}

const host: ts.FormatDiagnosticsHost = {
  getCurrentDirectory: () => root,
  getCanonicalFileName: (name) => name,
  getNewLine: () => '\n',
};

/** Puts a package together, with what it needs of ours below it. */
function assemble(lib: string, compiled: string, folder: string): void {
  const { name, version, description, license, dependencies = {} } = manifestOf(lib);
  cpSync(path.join(compiled, lib, 'src'), path.join(folder, 'dist'), { recursive: true });
  cpSync(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'));
  const bundled = ours(lib);
  for (const each of bundled) assemble(each, compiled, path.join(folder, 'node_modules', OURS + each));
  const versions = Object.entries(dependencies).map(([dependency, range]) => [
    dependency,
    dependency.startsWith(OURS) ? manifestOf(dependency.slice(OURS.length)).version : range,
  ]);
  const manifest = {
    name,
    version,
    description,
    license,
    type: 'module',
    engines: { node: '>=24' },
    exports: { types: './dist/index.d.ts', default: './dist/index.js' },
    files: ['dist'],
    dependencies: Object.fromEntries(versions) as Record<string, string>,
    bundleDependencies: bundled.map((each) => OURS + each),
  };
  writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

const into = path.resolve(process.argv[2] ?? path.join(root, 'dist'));
const work = mkdtempSync(path.join(tmpdir(), 'etcd-kloset-pack-'));
try {
  const compiled = path.join(work, 'compiled');
  compile([...PACKED, ...PACKED.flatMap(ours)], compiled);
  mkdirSync(into, { recursive: true });
  for (const lib of PACKED) {
    const folder = path.join(work, lib);
    assemble(lib, compiled, folder);
    const readme = path.join(root, 'libs', lib, 'README.md');
    cpSync(readme, path.join(folder, 'README.md'));
    const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', into];
    const tarball = execFileSync('npm', args, { cwd: folder, encoding: 'utf8' }).trim();
    process.stdout.write(`packed ${path.join(into, tarball)}\n`);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
