import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CommandFailedError, run, type RunResult } from '@etcd-kloset/testing';
import { filesBelow, Rehearsal } from './support/rehearsal.ts';

/**
 * The steps of the Dockerfile, carried out in a folder: npm ci, npm run build, the packages for production. Minutes on
 * a machine that has none of the packages in npm's cache.
 */
describe('the image', () => {
  let folder: string;
  let root: string;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'etcd-kloset-image-'));
    chmodSync(folder, 0o755);
    // What becomes /opt/etcd-kloset.
    root = path.join(await new Rehearsal(folder).stage('tree'), 'src/out');
  }, 900_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** As the image's user, when this process may become it. */
  const start = (program: string, ...args: string[]): Promise<RunResult> => {
    const command = [process.execPath, path.join(root, program), ...args];
    if (process.getuid?.() === 0)
      command.unshift('setpriv', '--reuid=65532', '--regid=65532', '--clear-groups', '--no-new-privs');
    return run(command[0]!, command.slice(1), {
      cwd: root,
      env: { NODE_ENV: 'production', PATH: process.env['PATH'] },
    });
  };

  it.each(['api', 'snapshot-worker', 'chunk-worker', 'storage-writer'])('starts %s', async (service) => {
    const { stdout } = await start(`apps/${service}/dist/main.js`, '--help');
    expect(stdout).toContain(`Usage: ${service}`);
  });

  it.each(['api', 'snapshot-worker', 'chunk-worker', 'storage-writer'])(
    'has all that %s loads: it gets as far as the configuration that is missing',
    async (service) => {
      const failed: unknown = await start(`apps/${service}/dist/main.js`, '--config', '/nowhere.yaml').catch(
        (error: unknown) => error,
      );
      expect(failed).toBeInstanceOf(CommandFailedError);
      expect(String(failed)).toContain('There is no configuration file /nowhere.yaml.');
    },
  );

  it('starts the command line', async () => {
    const { stdout } = await start('apps/cli/bin/etcd-kloset.js', '--version');
    expect(stdout.trim()).toBe('etcd-kloset 0.1.0');
  });

  it('holds what runs, and neither sources, tests, types nor tools', async () => {
    const files = await filesBelow(root);
    const unwanted = files.filter((file) =>
      /\.ts$|\.map$|(^|\/)(typescript|jest|esbuild|nx|prettier|eslint)\/package\.json$|@etcd-kloset/.test(
        file,
      ),
    );
    expect(unwanted).toEqual([]);
    const bytes = files.reduce((sum, file) => sum + statSync(path.join(root, file)).size, 0);
    expect(bytes).toBeLessThan(100_000_000);
  });
});
