/**
 * Bundles the services: `apps/<service>/dist/main.js`, and the program of its threads beside it.
 *
 *   node tools/build-services.ts [services]
 *
 * What is ours goes into the bundle; packages from the registry stay packages, loaded when the service starts.
 */
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';

const root = path.resolve(import.meta.dirname, '..');
/** Where threads are started, and what they run. */
const THREADS_START = 'libs/pipeline/src/worker-url.ts';
const PIPELINE_THREAD = 'libs/pipeline/src/threads/pipeline-thread.ts';

export const SERVICES = ['api', 'snapshot-worker', 'chunk-worker', 'storage-writer', 'embedded'] as const;

export interface Bundle {
  /** The program: TypeScript, its folder decides where packages are found. */
  readonly main: string;
  /** Gets `main.js`, and what lies beside it. Inside the package of `main`. */
  readonly folder: string;
}

/** @returns what esbuild says of the bundle. */
export async function bundleService({ main, folder }: Bundle): Promise<Metafile> {
  const programs = { main };
  const { inputs } = await bundle(programs, folder, false);
  const metafile = await bundle(
    THREADS_START in inputs
      ? // THREADS_START looks for it by this name.
        { ...programs, 'pipeline-thread': path.join(root, PIPELINE_THREAD) }
      : programs,
    folder,
    true,
  );
  await removeOlder(folder, Object.keys(metafile.outputs));
  return metafile;
}

async function bundle(
  entryPoints: Record<string, string>,
  folder: string,
  write: boolean,
): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints,
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    plugins: [packagesStay(folder)],
    // Errors and Nest's providers are known by the names of their classes.
    keepNames: true,
    sourcemap: write ? 'linked' : false,
    sourcesContent: false,
    metafile: true,
    write,
    logLevel: 'warning',
  });
  return metafile;
}

/**
 * Packages from the registry are not bundled, except one that is not the same when it is looked for from where the
 * bundle lies: npm keeps a second version of a package within the workspace that wants it.
 */
function packagesStay(folder: string): Plugin {
  return {
    name: 'packages-stay',
    setup(bundle) {
      bundle.onResolve({ filter: /^[^./]/ }, ({ path: name, resolveDir, kind }) => {
        if (kind === 'entry-point' || name.startsWith('@etcd-kloset/')) return undefined;
        const seenFromBundle = packageFolder(name, folder);
        return packageFolder(name, resolveDir) === seenFromBundle
          ? { path: name, external: true }
          : undefined;
      });
    },
  };
}

/** Where Node finds the package of a module's name; nothing for Node's own modules. */
function packageFolder(module: string, from: string): string | undefined {
  const name = module
    .split('/')
    .slice(0, module.startsWith('@') ? 2 : 1)
    .join('/');
  for (let folder = from; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'node_modules', name);
    if (existsSync(candidate)) return candidate;
    if (folder === path.dirname(folder)) return undefined;
  }
}

/** Names of chunks change with what is in them. Afterwards, so that at no time there is no program. */
async function removeOlder(folder: string, outputs: readonly string[]): Promise<void> {
  const built = new Set(outputs.map((output) => path.resolve(root, output)));
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    if (/\.js(\.map)?$/.test(name) && !built.has(file)) await rm(file, { force: true });
  }
}

async function buildServices(names: readonly string[]): Promise<void> {
  for (const name of names) {
    if (!(SERVICES as readonly string[]).includes(name)) {
      throw new Error(`there is no service "${name}": choose from ${SERVICES.join(', ')}`);
    }
  }
  await Promise.all(
    names.map(async (name) => {
      const app = path.join(root, 'apps', name);
      const { outputs } = await bundleService({
        main: path.join(app, 'src/main.ts'),
        folder: path.join(app, 'dist'),
      });
      const bytes = Object.entries(outputs).reduce(
        (sum, [file, output]) => sum + (file.endsWith('.js') ? output.bytes : 0),
        0,
      );
      process.stdout.write(`built apps/${name}/dist (${(bytes / 1e3).toFixed(0)} kB)\n`);
    }),
  );
}

if (import.meta.main) {
  const wanted = process.argv.slice(2);
  await buildServices(wanted.length > 0 ? wanted : SERVICES);
}
