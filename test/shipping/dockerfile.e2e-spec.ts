import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { buildContext, readIgnore } from './support/build-context.ts';
import { copyOf, globalArgument, lastArgument, lineage, stages } from './support/dockerfile.ts';
import { inRepository, text } from './support/repository.ts';

const SERVICES = ['api', 'snapshot-worker', 'chunk-worker', 'storage-writer'];
const TARGETS = [...SERVICES, 'cli'];
const packageJson = JSON.parse(text('package.json')) as {
  workspaces: string[];
  scripts: { build: string };
  devDependencies: { node: string };
};

describe('the Dockerfile', () => {
  const all = stages();
  const copies = all.flatMap(({ name, steps }) =>
    steps
      .filter(({ instruction }) => instruction === 'COPY')
      .map((step) => ({ stage: name, ...copyOf(step) })),
  );

  it.each(TARGETS)('has the target %s, which starts a program of the repository', (target) => {
    const command = JSON.parse(lastArgument(target, 'ENTRYPOINT')!) as string[];
    if (target === 'cli') expect(command).toEqual(['etcd-kloset']);
    else {
      expect(command).toEqual(['node', `apps/${target}/dist/main.js`]);
      // What tools/build-services.ts makes it of.
      expect(existsSync(inRepository('apps', target, 'src/main.ts'))).toBe(true);
      expect(text('tools/build-services.ts')).toContain(`'${target}'`);
    }
  });

  it.each(TARGETS)('has %s run as nobody, and end on SIGTERM', (target) => {
    expect(lastArgument(target, 'USER')).toBe('65532:65532');
    expect(lastArgument(target, 'STOPSIGNAL')).toBe('SIGTERM');
    expect(lineage(target)[0]!.base).toBe('${NODE_IMAGE}');
  });

  it.each(SERVICES)('has %s asked whether it lives', (target) => {
    expect(lastArgument(target, 'HEALTHCHECK')).toMatch(
      /CMD \["node", "\/opt\/etcd-kloset\/healthcheck\.mjs"\]$/,
    );
    const ports = lineage(target).flatMap(({ steps }) =>
      steps.filter(({ instruction }) => instruction === 'EXPOSE'),
    );
    expect(ports.map(({ argument }) => argument)).toEqual(target === 'api' ? ['9464', '8080'] : ['9464']);
  });

  it('builds on the Node that the repository is tested with, by a tag that says which', () => {
    const image = globalArgument('NODE_IMAGE');
    expect(image).toMatch(
      new RegExp(`^node:${packageJson.devDependencies.node.replaceAll('.', '\\.')}-\\w+-slim$`),
    );
  });

  it('builds with the command that everybody builds with', () => {
    const build = all
      .find(({ name }) => name === 'build')!
      .steps.filter(({ instruction }) => instruction === 'RUN');
    expect(build.map(({ argument }) => argument)).toContain('npm run build');
    expect(packageJson.scripts.build).toContain('build-services');
  });

  it('copies only what is there', () => {
    const context = buildContext();
    const names = all.map(({ name }) => name);
    for (const [index, { stage, from, sources }] of copies.entries()) {
      if (from !== undefined) {
        expect(names.slice(0, names.indexOf(stage))).toContain(from);
        continue;
      }
      for (const source of sources) {
        const found =
          source === '.' || context.some((file) => file === source || file.startsWith(`${source}/`));
        expect({ index, source, found }).toEqual({ index, source, found: true });
      }
    }
  });

  it('names every workspace, without which npm would not take the lock file', () => {
    const workspaces = globSync(
      packageJson.workspaces.map((pattern) => `${pattern}/package.json`),
      {
        cwd: inRepository(),
      },
    );
    const copied = copies.filter(({ stage }) => stage === 'packages').flatMap(({ sources }) => sources);
    expect(copied).toEqual(expect.arrayContaining(workspaces));
  });

  it('has the version of the command', () => {
    const { version } = JSON.parse(text('apps/cli/package.json')) as { version: string };
    expect(lastArgument('cli', 'LABEL')).toContain(`org.opencontainers.image.version="${version}"`);
    for (const file of globSync('k8s/**/kustomization.yaml', { cwd: inRepository() })) {
      for (const [, tag] of text(file).matchAll(/name: etcd-kloset\/[\w-]+, newTag: (\S+) \}/g)) {
        expect({ file, tag }).toEqual({ file, tag: version });
      }
    }
  });

  it('holds nothing that is secret', () => {
    for (const { steps } of all) {
      for (const { instruction, argument } of steps) {
        if (instruction === 'ENV' || instruction === 'ARG')
          expect(argument).not.toMatch(/password|secret|token|passphrase/i);
      }
    }
  });
});

describe('what a builder gets', () => {
  const context = buildContext();

  it('is small', () => {
    const bytes = context.reduce((sum, file) => sum + statSync(inRepository(file)).size, 0);
    expect(bytes).toBeLessThan(8_000_000);
  });

  it('is no test, no documentation, no configuration and no key', () => {
    const unwanted = context.filter((file) =>
      /spec\.ts$|^docs\/|^k8s\/|^docker\/compose\/|^test\/(?!package\.json)|\.(key|pem)$|^\.git\//.test(file),
    );
    expect(unwanted).toEqual([]);
  });

  it('is decided by the last line of .dockerignore that takes a file', () => {
    const ignored = readIgnore('*\n!apps/\n**/dist\n!apps/x/dist/keep.js\n');
    expect(['README.md', 'apps/a.ts', 'apps/x/dist/main.js', 'apps/x/dist/keep.js'].map(ignored)).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it('has the files of the configuration where a container looks for them', () => {
    const base = readFileSync(inRepository('Dockerfile'), 'utf8');
    for (const folder of ['keys', 'access', 'owner']) expect(base).toContain(`/etc/etcd-kloset/${folder}`);
  });
});
