/**
 * Bundles the command line into `dist/`: `etcd-kloset.js`, the program of its threads beside it, and what
 * both load when they need it.
 *
 *   node apps/cli/build.ts [another folder, inside the repository]
 */
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { build, type Metafile } from 'esbuild';

const here = import.meta.dirname;

/** Native code: it stays a package of its own. */
export const NATIVE_PACKAGE = '@node-rs/crc32';

export async function bundleProgram(folder: string): Promise<Metafile> {
  await removeBuilt(folder);
  const { metafile } = await build({
    absWorkingDir: path.resolve(here, '../..'),
    entryPoints: {
      'etcd-kloset': path.join(here, 'src/main.ts'),
      // libs/pipeline/src/worker-url.ts looks for it by this name.
      'pipeline-thread': path.join(here, '../../libs/pipeline/src/threads/pipeline-thread.ts'),
    },
    outdir: folder,
    bundle: true,
    // What a command needs is loaded when the command runs.
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    external: [NATIVE_PACKAGE],
    // CommonJS packages in the bundle ask for Node's modules with `require`.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
    },
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    sourcemap: 'linked',
    sourcesContent: false,
    metafile: true,
    logLevel: 'warning',
  });
  return metafile;
}

/** Names of chunks change with what is in them. Archives of `npm run bundle` lie in the same folder, and stay. */
async function removeBuilt(folder: string): Promise<void> {
  for (const name of existsSync(folder) ? await readdir(folder) : []) {
    if (/\.js(\.map)?$/.test(name)) await rm(path.join(folder, name));
  }
}

if (import.meta.main) {
  const folder = path.resolve(process.argv[2] ?? path.join(here, 'dist'));
  const metafile = await bundleProgram(folder);
  const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  process.stdout.write(`built ${path.relative(process.cwd(), folder)} (${(bytes / 1e6).toFixed(1)} MB)\n`);
}
