import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from '@etcd-kloset/testing';
import { inRepository, text } from './support/repository.ts';

const EXAMPLES = ['request-and-follow.ts', 'consume-events.ts', 'receive-webhook.ts'];

/** What another team has: a folder outside of the repository, in which npm has put the tarballs and what they need. */
let folder: string;
const manifest = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(path.join(folder, 'node_modules', name, 'package.json'), 'utf8')) as never;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'etcd-kloset-packages-'));
  const modules = path.join(folder, 'node_modules');
  await run(process.execPath, [inRepository('tools/pack-libs.ts'), folder]);
  for (const name of ['jobs', 'client']) {
    const into = path.join(modules, '@etcd-kloset', name);
    mkdirSync(into, { recursive: true });
    const { version } = JSON.parse(text(`libs/${name}/package.json`)) as { version: string };
    const tarball = path.join(folder, `etcd-kloset-${name}-${version}.tgz`);
    await run('tar', ['-xzf', tarball, '-C', into, '--strip-components=1']);
  }
  // Packages from the registry, which npm would fetch: those of the repository, and only those that are asked for.
  const needed = ['jobs', 'client'].flatMap((name) =>
    Object.keys(manifest(`@etcd-kloset/${name}`)['dependencies'] as object),
  );
  for (const name of [...needed, '@types/node'].filter((each) => !each.startsWith('@etcd-kloset/'))) {
    mkdirSync(path.dirname(path.join(modules, name)), { recursive: true });
    symlinkSync(inRepository('node_modules', name), path.join(modules, name));
  }
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
  for (const name of EXAMPLES) cpSync(inRepository('libs/jobs/examples', name), path.join(folder, name));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('what other teams install', () => {
  it('is whole: no package of ours is looked for elsewhere, and no TypeScript is run', () => {
    expect(manifest('@etcd-kloset/jobs')).toMatchObject({
      bundleDependencies: ['@etcd-kloset/errors'],
      exports: { types: './dist/index.d.ts', default: './dist/index.js' },
    });
    for (const name of ['@etcd-kloset/jobs', '@etcd-kloset/client']) {
      expect(manifest(name)).not.toHaveProperty('private');
    }
  });

  it.each([
    ['@etcd-kloset/jobs', ['requestBackup', 'followBackup', 'consumeEvents', 'verifyWebhook', 'parseEvent']],
    ['@etcd-kloset/client', ['createClient', 'bodyOf', 'itemsOf', 'events', 'ApiProblem']],
  ])('gives plain Node what %s exports', async (name, names) => {
    writeFileSync(path.join(folder, 'names.js'), `console.log(Object.keys(await import('${name}')).join());`);
    const { stdout } = await run(process.execPath, ['names.js'], { cwd: folder });
    expect(stdout.trim().split(',')).toEqual(expect.arrayContaining(names));
  });

  it('has types by which the examples compile, and what is wrong does not', async () => {
    writeFileSync(
      path.join(folder, 'wrong.ts'),
      `import { connectRedis, requestBackup } from '@etcd-kloset/jobs';
import { createClient } from '@etcd-kloset/client';
const redis = connectRedis({ url: 'redis://127.0.0.1' });
// @ts-expect-error: a cluster has a name.
await requestBackup(redis, { cluster: 7, requestedBy: 'x' });
// @ts-expect-error: the request's id is text.
const id: number = (await requestBackup(redis, { cluster: 'prod', requestedBy: 'x' })).request;
// @ts-expect-error: there is no such address.
await createClient({ url: 'http://127.0.0.1', key: 'x' }).GET('/v1/no-such');
export { id };
`,
    );
    const options = '--noEmit --strict --skipLibCheck --target es2024 --module nodenext --types node';
    await run(
      process.execPath,
      [inRepository('node_modules/typescript/bin/tsc'), ...options.split(' '), ...EXAMPLES, 'wrong.ts'],
      { cwd: folder },
    );
  });

  it('runs an example outside of the repository', async () => {
    const env = { ...process.env, WEBHOOK_SECRET: 'only we know', PORT: '0' };
    const example = spawn(process.execPath, ['receive-webhook.ts'], { cwd: folder, env });
    try {
      const [line] = (await once(example.stdout.setEncoding('utf8'), 'data')) as [string];
      expect(line).toMatch(/^listening /);
    } finally {
      example.kill('SIGKILL');
    }
  });
});

describe('libs/jobs/README.md', () => {
  it.each(['jobs', 'client'])('says how to make and install %s', (name) => {
    const scripts = (JSON.parse(text('package.json')) as { scripts: Record<string, string> }).scripts;
    expect(scripts['pack:libs']).toContain('tools/pack-libs.ts');
    const readme = text(`libs/${name}/README.md`);
    expect(readme).toContain('npm run pack:libs');
    expect(readme).toContain(`npm install ./etcd-kloset-${name}-0.1.0.tgz`);
  });
});
