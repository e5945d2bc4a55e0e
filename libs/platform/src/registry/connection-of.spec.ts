import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ClusterDefinition } from '../config/cluster-definition.ts';
import { connectionOf } from './connection-of.ts';

let folder: string;
let secrets: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kloset-secrets-'));
  secrets = path.join(folder, 'secrets');
  await mkdir(path.join(secrets, 'prod'), { recursive: true });
  await writeFile(path.join(secrets, 'prod/password'), 'open sesame\n', { mode: 0o600 });
  await writeFile(path.join(secrets, 'prod/ca.crt'), 'PEM');
  await writeFile(path.join(folder, 'outside'), 'of the machine\n', { mode: 0o600 });
});
afterEach(() => rm(folder, { recursive: true }));

type Definition = Parameters<typeof connectionOf>[0];
const definition = (more: Partial<Definition>): Definition => ({
  name: 'prod',
  endpoints: ['etcd.example.net:2379'],
  onlyEndpoints: false,
  tls: undefined,
  auth: undefined,
  origin: 'store',
  ...more,
});
const tls = (files: Partial<NonNullable<ClusterDefinition['tls']>>): Definition['tls'] => ({
  caFile: undefined,
  certFile: undefined,
  keyFile: undefined,
  serverName: undefined,
  insecureSkipVerify: false,
  ...files,
});
const auth = (passwordFile: string | undefined, passwordEnv?: string): Definition['auth'] => ({
  user: 'backup',
  passwordFile,
  passwordEnv,
});

describe('the connection of a cluster that was registered', () => {
  it('has its files in the folder for secrets, and the password of now', async () => {
    const given = definition({ tls: tls({ caFile: 'prod/ca.crt' }), auth: auth('prod/password') });
    expect(await connectionOf(given, secrets)).toMatchObject({
      endpoints: ['etcd.example.net:2379'],
      onlyEndpoints: false,
      tls: { caFile: path.join(secrets, 'prod/ca.crt'), insecureSkipVerify: false },
      auth: { user: 'backup', password: 'open sesame' },
    });
    await writeFile(path.join(secrets, 'prod/password'), 'another\n');
    expect((await connectionOf(given, secrets)).auth?.password).toBe('another');
  });

  it('follows links within the folder, as Kubernetes has them, and gives the name that stays', async () => {
    await mkdir(path.join(secrets, '..2026_11_24'));
    await writeFile(path.join(secrets, '..2026_11_24/token'), 'rotated\n', { mode: 0o600 });
    await symlink('..2026_11_24', path.join(secrets, '..data'));
    await symlink('..data/token', path.join(secrets, 'token'));
    const { auth: found, tls: files } = await connectionOf(
      definition({ auth: auth('token'), tls: tls({ caFile: 'token' }) }),
      secrets,
    );
    expect(found?.password).toBe('rotated');
    expect(files?.caFile).toBe(path.join(secrets, 'token'));
  });

  it('never leads out of the folder', async () => {
    await symlink(path.join(folder, 'outside'), path.join(secrets, 'link'));
    await symlink(folder, path.join(secrets, 'up'));
    const files = [
      '../outside',
      'prod/../../outside',
      path.join(folder, 'outside'),
      path.join(secrets, 'prod/password'),
      'link',
      'up/outside',
      '.',
      '',
    ];
    for (const file of files) {
      for (const more of [{ auth: auth(file) }, { tls: tls({ caFile: file }) }]) {
        await expect(connectionOf(definition(more), secrets)).rejects.toMatchObject({
          code: 'secret.outside-folder',
        });
      }
    }
  });

  it('takes nothing from the environment', async () => {
    const environment = { PASSWORD: 'of the machine' };
    const given = definition({ auth: auth(undefined, 'PASSWORD') });
    await expect(connectionOf(given, secrets, { environment })).rejects.toMatchObject({
      code: 'secret.unreadable',
    });
  });

  it('tells which file is missing, or which folder', async () => {
    const failing = connectionOf(definition({ auth: auth('prod/pasword') }), secrets);
    await expect(failing).rejects.toMatchObject({
      code: 'secret.unreadable',
      message: expect.stringContaining('prod/pasword') as unknown,
    });
    const elsewhere = connectionOf(definition({ auth: auth('prod/password') }), '/nowhere');
    await expect(elsewhere).rejects.toMatchObject({ code: 'secret.unreadable' });
  });
});

describe('the connection of a cluster of the configuration file', () => {
  const origin = 'configuration';

  it('may have files anywhere, and passwords in variables', async () => {
    const file = path.join(folder, 'outside');
    expect((await connectionOf(definition({ origin, auth: auth(file) }), secrets)).auth?.password).toBe(
      'of the machine',
    );
    const environment = { PASSWORD: 'p' };
    const given = definition({ origin, auth: auth(undefined, 'PASSWORD') });
    expect((await connectionOf(given, secrets, { environment })).auth?.password).toBe('p');
    await expect(connectionOf(given, secrets, { environment: {} })).rejects.toThrow('PASSWORD');
  });

  it('warns of a password that others can read', async () => {
    const file = path.join(folder, 'outside');
    await chmod(file, 0o644);
    const warnings: string[] = [];
    const onWarning = (sentence: string): number => warnings.push(sentence);
    await connectionOf(definition({ origin, auth: auth(file) }), secrets, { onWarning });
    expect(warnings).toEqual([expect.stringContaining('chmod 600')]);
  });

  it('has endpoints that are some', async () => {
    const failing = connectionOf(definition({ origin, endpoints: ['a'] }), secrets);
    await expect(failing).rejects.toMatchObject({ code: 'etcd.bad-endpoint' });
  });
});
