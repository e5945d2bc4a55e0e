import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildProgram, type Program } from './testing/program.ts';

interface MadeKeyFile {
  readonly name: string;
  readonly label: string;
  readonly recipient: string | null;
  readonly postQuantum: boolean;
}

describe('the keys of a store', () => {
  let program: Program;
  let folder: string;
  const at = (name: string): string => path.join(folder, name);

  beforeAll(async () => {
    program = await buildProgram();
    folder = mkdtempSync(path.join(tmpdir(), 'etcd-kloset-keys-'));
    writeFileSync(at('safe'), 'correct horse battery staple\n', { mode: 0o600 });
    await program.json([
      'init',
      at('first'),
      '--generate-identity',
      at('alice.key'),
      '--passphrase-file',
      at('safe'),
    ]);
  });

  afterAll(() => {
    program.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const store = (): string[] => ['--store', at('first')];
  const names = async (): Promise<string[]> =>
    (await program.json<MadeKeyFile[]>(['keys', 'list', ...store()])).map(({ label }) => label);

  it('are made for whoever is named, and the identity is for its owner alone', async () => {
    expect(await names()).toEqual(['alice', 'safe']);
    expect(statSync(at('alice.key')).mode & 0o777).toBe(0o600);
    expect(readFileSync(at('alice.key'), 'utf8')).toMatch(
      /^# created: .*\n# public key: age1pq1.*\nAGE-SECRET-KEY-PQ-1/,
    );
    for (const key of [
      ['--identity-file', at('alice.key')],
      ['--passphrase-file', at('safe')],
    ]) {
      await expect(program.json(['snapshots', ...store(), ...key])).resolves.toEqual([]);
    }
  });

  it('tell a person what to keep safe, and warn of a classic one', async () => {
    const recipient = /age1pq1\S+/.exec(readFileSync(at('alice.key'), 'utf8'))![0];
    const made = await program.run([
      ...['init', at('second'), '--generate-identity', at('classic.key'), '--classic'],
      ...['--recipient', `alice=${recipient}`, '--recipient', recipient],
    ]);
    expect(made.code).toBe(0);
    expect(made.stdout).toMatch(/Keep safe[\s\S]*the identity file .*classic\.key/);
    expect(made.stderr).toMatch(/warning: the key of classic is classic \(X25519\)/);
    const listed = await program.json<MadeKeyFile[]>(['keys', 'list', '--store', at('second')]);
    expect(listed.map(({ label, postQuantum }) => [label, postQuantum])).toEqual([
      ['alice', true],
      ['classic', false],
      [`recipient-${recipient.slice(-6)}`, true],
    ]);
  });

  it('are added with an owner’s key and removed, but never the last one', async () => {
    const [added] = await program.json<MadeKeyFile[]>([
      ...[
        'keys',
        'add',
        ...store(),
        '--identity-file',
        at('alice.key'),
        '--generate-identity',
        at('bob.key'),
      ],
    ]);
    expect(added).toMatchObject({ label: 'bob', postQuantum: true });
    await expect(program.json(['snapshots', ...store(), '--identity-file', at('bob.key')])).resolves.toEqual(
      [],
    );
    const bob = ['--identity-file', at('bob.key')];
    const ofAlice = await program.run([
      ...['keys', 'remove', 'alice', ...store()],
      ...['--identity-file', at('alice.key')],
    ]);
    expect(ofAlice).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /no other key file is known[\s\S]*of a key file that is to stay/,
      ) as string,
    });
    const removed = await program.run(['keys', 'remove', 'alice', ...store(), ...bob]);
    expect(removed).toMatchObject({ code: 0, stderr: expect.stringContaining('still has them') as string });
    const gone = await program.run(['snapshots', ...store(), '--identity-file', at('alice.key')]);
    expect(gone).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('opens with the identity') as string,
    });
    expect(await program.run(['keys', 'remove', 'safe', ...store()])).toMatchObject({ code: 2 });
    await program.json(['keys', 'remove', 'safe', ...store(), ...bob]);
    expect(await program.run(['keys', 'remove', 'bob', ...store(), ...bob])).toMatchObject({ code: 1 });
    expect(await names()).toEqual(['bob']);
  });

  it('do not count when they are those of another store', async () => {
    await program.json(['init', at('sixth'), '--generate-identity', at('dan.key')]);
    await program.json(['init', at('dead'), '--generate-identity', at('eve.key')]);
    const [left] = readdirSync(at('dead/keys'));
    copyFileSync(at(`dead/keys/${left!}`), at(`sixth/keys/${left!}`));
    const keys = ['--identity-file', at('dan.key'), '--identity-file', at('eve.key')];
    const ended = await program.run(['keys', 'remove', 'dan', '--store', at('sixth'), ...keys]);
    expect(ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('holds the keys of store') as string,
    });
    await program.json(['keys', 'remove', 'eve', '--store', at('sixth'), ...keys]);
  });

  it('are those of the command line, not those that the environment has for other stores', async () => {
    const words = ['init', at('third'), '--generate-identity', at('third.key')];
    await program.json(words, { env: { ETCD_KLOSET_PASSPHRASE_FILE: at('safe') } });
    const listed = await program.json<MadeKeyFile[]>(['keys', 'list', '--store', at('third')]);
    expect(listed.map(({ label }) => label)).toEqual(['third']);
    await program.json(['init', at('fourth')], { env: { ETCD_KLOSET_PASSPHRASE_FILE: at('safe') } });
  });

  it('that were made for a store that could not be made are told of', async () => {
    symlinkSync('.', at('link'));
    const words = [
      'init',
      at('fifth'),
      '--generate-identity',
      at('one.key'),
      '--generate-identity',
      // The same file once more, which shows only when it is there.
      at('link/one.key'),
    ];
    const ended = await program.run(words);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain(`there is no store, but ${at('one.key')} was made already`);
    expect(await program.run(['keys', 'list', '--store', at('fifth')])).toMatchObject({ code: 1 });
  });

  it('of a writer and a keeper are for their owner alone, and never written over', async () => {
    const owner = [...store(), '--identity-file', at('bob.key')];
    for (const role of ['writer', 'keeper']) {
      await program.json(['keys', role, ...owner, '--output', at(role)]);
      expect(statSync(at(role)).mode & 0o777).toBe(0o600);
      const text = readFileSync(at(role), 'utf8');
      expect(await program.run(['keys', role, ...owner, '--output', at(role)])).toMatchObject({ code: 1 });
      expect(readFileSync(at(role), 'utf8')).toBe(text);
      await expect(program.json(['snapshots', ...store(), `--${role}-key-file`, at(role)])).resolves.toEqual(
        [],
      );
    }
  });

  it('that others can read are warned of', async () => {
    writeFileSync(at('open'), readFileSync(at('writer')), { mode: 0o644 });
    const ended = await program.run(['snapshots', ...store(), '--writer-key-file', at('open')]);
    expect(ended).toMatchObject({ code: 0, stderr: expect.stringContaining('chmod 600') as string });
  });
});
