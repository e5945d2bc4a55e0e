import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { bundleService } from './build-services.ts';

const root = path.resolve(import.meta.dirname, '..');

describe('the bundle of a service', () => {
  // Inside the repository: from there Node finds the packages.
  let folder: string;
  beforeAll(async () => {
    await mkdir(path.join(root, '.cache'), { recursive: true });
    folder = await mkdtemp(path.join(root, '.cache/build-services-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function bundle(name: string, main: string) {
    const dist = path.join(folder, name, 'dist');
    const { outputs } = await bundleService({ main, folder: dist });
    const imports = Object.values(outputs).flatMap((output) =>
      output.imports.filter(({ external }) => external),
    );
    return { dist, packages: new Set(imports.map((each) => each.path).filter((each) => !isNodes(each))) };
  }

  it('runs, with decorators and names of classes, and leaves packages where they are', async () => {
    const { dist, packages } = await bundle(
      'decorated',
      path.join(root, 'tools/spec-support/decorated-service.ts'),
    );
    const { stderr } = await promisify(execFile)(process.execPath, [path.join(dist, 'main.js')]);
    expect(stderr).toBe('said by OddError');
    expect(packages).toEqual(new Set(['@nestjs/common', '@nestjs/core']));
    expect(existsSync(path.join(dist, 'pipeline-thread.js'))).toBe(false);
  });

  it('has the program of its threads beside it, when it has threads', async () => {
    const main = path.join(folder, 'threads.ts');
    await writeFile(
      main,
      `import { PipelineThreads } from '@etcd-kloset/pipeline';\nglobalThis.x = PipelineThreads;\n`,
    );
    const { dist } = await bundle('threads', main);
    expect(existsSync(path.join(dist, 'pipeline-thread.js'))).toBe(true);
  });

  it('holds a package itself that Node would find in another version from there', async () => {
    const app = path.join(folder, 'twice');
    const nested = path.join(app, 'lib/node_modules/pino');
    await mkdir(nested, { recursive: true });
    await writeFile(
      path.join(nested, 'package.json'),
      '{"name":"pino","type":"module","exports":"./index.js"}',
    );
    await writeFile(path.join(nested, 'index.js'), 'export default "another pino";\n');
    await writeFile(
      path.join(app, 'lib/lib.ts'),
      `import pino from 'pino';\nprocess.stdout.write(String(pino));\n`,
    );
    await writeFile(path.join(app, 'main.ts'), `import './lib/lib.ts';\n`);
    const { dist, packages } = await bundle('twice', path.join(app, 'main.ts'));
    expect(packages).toEqual(new Set());
    const { stdout } = await promisify(execFile)(process.execPath, [path.join(dist, 'main.js')]);
    expect(stdout).toBe('another pino');
  });

  it('is alone in its folder: what was built before is gone', async () => {
    const dist = path.join(folder, 'again/dist');
    await mkdir(dist, { recursive: true });
    await writeFile(path.join(dist, 'chunk-OLD.js'), '');
    await bundle('again', path.join(root, 'tools/spec-support/decorated-service.ts'));
    expect(await readdir(dist)).not.toContain('chunk-OLD.js');
    expect(await readFile(path.join(dist, 'main.js'), 'utf8')).toContain('sourceMappingURL=main.js.map');
  });
});

function isNodes(name: string): boolean {
  return name.startsWith('node:') || builtinModules.includes(name);
}
