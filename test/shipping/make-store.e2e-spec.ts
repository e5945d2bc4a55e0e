import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { apiKeys } from '@etcd-kloset/platform';
import { run } from '@etcd-kloset/testing';
import { inRepository } from './support/repository.ts';

/** What the job store-init of docker-compose.yml does, with the folders of its container in one of ours. */
describe('make-store.sh', () => {
  let folder: string;
  const at = (...names: string[]): string => path.join(folder, ...names);
  const read = (...names: string[]): string => readFileSync(at(...names), 'utf8');

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'etcd-kloset-make-store-'));
    for (const name of ['owner', 'keys', 'access', 'bin']) mkdirSync(at(name));
    // As the image has it on its PATH.
    const command = inRepository('apps/cli/dist/etcd-kloset.js');
    writeFileSync(at('bin/etcd-kloset'), `#!/bin/sh\nexec "${process.execPath}" "${command}" "$@"\n`, {
      mode: 0o755,
    });
    await makeStore();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function makeStore(): Promise<void> {
    await run('/bin/sh', [inRepository('docker/compose/make-store.sh')], { env: environment() });
  }
  const environment = (): NodeJS.ProcessEnv => ({
    PATH: [at('bin'), path.dirname(process.execPath), process.env['PATH']].join(path.delimiter),
    STORE: at('store'),
    OWNER: at('owner'),
    KEYS: at('keys'),
    ACCESS: at('access'),
  });
  const etcdKloset = (...args: string[]) => run(at('bin/etcd-kloset'), args, { env: environment() });

  it('makes a store, and a writer key that opens it', async () => {
    const { stdout } = await etcdKloset(
      ...['snapshots', '--store', at('store'), '--writer-key-file', at('keys/writer.key'), '--json'],
    );
    expect(JSON.parse(stdout)).toEqual([]);
  });

  it('makes an API key, and gives the services no more than its hash', () => {
    const key = read('owner/api-key.txt').trim();
    const hash = read('access/api-key.hash').trim();
    const known = apiKeys([{ name: 'admin', role: 'admin', hash, clusters: undefined }]);
    expect(known.authenticate(key)).toMatchObject({ name: 'admin', role: 'admin' });
    expect(readdirSync(at('access'))).toEqual(['api-key.hash']);
  });

  it('leaves what is secret readable to nobody else', () => {
    for (const file of ['owner/identity.txt', 'owner/api-key.txt', 'keys/writer.key']) {
      expect({ file, others: statSync(at(file)).mode & 0o077 }).toEqual({ file, others: 0 });
    }
  });

  it('changes nothing when it is run again, and makes what is missing', async () => {
    const before = ['owner/identity.txt', 'owner/api-key.txt', 'access/api-key.hash'].map((file) =>
      read(file),
    );
    rmSync(at('keys/writer.key'));
    await makeStore();
    expect(
      ['owner/identity.txt', 'owner/api-key.txt', 'access/api-key.hash'].map((file) => read(file)),
    ).toEqual(before);
    expect(existsSync(at('keys/writer.key'))).toBe(true);
  });

  it('makes a store that may be carried elsewhere before its first backup, as docs/operations.md does', async () => {
    cpSync(at('store'), at('carried'), { recursive: true });
    const { stdout } = await etcdKloset(
      ...['snapshots', '--store', at('carried'), '--writer-key-file', at('keys/writer.key'), '--json'],
    );
    expect(JSON.parse(stdout)).toEqual([]);
  });
});
