import { execFileSync, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeWith, requireAge } from '@etcd-kloset/testing';
import { generateIdentity, readIdentityFile, writeIdentityFile } from './identity-file.ts';
import { type KeyFileFor, openBundle, wrapBundle } from './key-file.ts';
import { keyFileName } from './key-file-name.ts';
import { createMasterBundle, encodeMasterBundle } from './master-bundle.ts';

/** Finds a program on PATH. */
const which = (program: string): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .map((folder) => path.join(folder, program))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });

/** Gives a program a terminal, which is where `age` asks for a passphrase. */
const script = which('script');
const withTerminal = script === undefined ? it.skip : it;

const bundle = createMasterBundle();
const plain = Buffer.from(encodeMasterBundle(bundle)).toString();

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kloset-age-'));
});
afterEach(() => rm(folder, { recursive: true }));

const at = (name: string): string => path.join(folder, name);
const writeKeyFile = async (keyFor: KeyFileFor): Promise<string> => {
  const bytes = await wrapBundle(bundle, keyFor);
  const file = at(keyFileName('mine', bytes));
  await writeFile(file, bytes);
  return file;
};

/** Runs `age` on a terminal and types each answer when it has asked. */
const onTerminal = async (command: string, answers: string[]): Promise<void> => {
  const child = spawn(script!, ['-qec', command, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: 30_000,
  });
  const left = [...answers];
  let heard = '';
  child.stdout.on('data', (chunk: Buffer) => {
    heard += chunk.toString();
    if (!/passphrase[^:]*: ?$/i.test(heard)) return;
    heard = '';
    const answer = left.shift();
    if (answer !== undefined) child.stdin.write(`${answer}\n`);
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect({ code, left, heard }).toMatchObject({ code: 0, left: [] });
};

await describeWith(requireAge(), 'the age command', ({ age, keygen }) => {
  it('opens a key file of ours with an identity that it made', async () => {
    execFileSync(keygen, ['-o', at('identity.txt')], { stdio: 'ignore' });
    const recipient = execFileSync(keygen, ['-y', at('identity.txt')], { encoding: 'utf8' }).trim();
    const file = await writeKeyFile({ recipient });
    expect(execFileSync(age, ['-d', '-i', at('identity.txt'), file], { encoding: 'utf8' })).toBe(plain);
  });

  it('opens a key file of ours with a hybrid identity that it made', async () => {
    execFileSync(keygen, ['-pq', '-o', at('identity.txt')], { stdio: 'ignore' });
    const recipient = execFileSync(keygen, ['-y', at('identity.txt')], { encoding: 'utf8' }).trim();
    const file = await writeKeyFile({ recipient });
    expect(execFileSync(age, ['-d', '-i', at('identity.txt'), file], { encoding: 'utf8' })).toBe(plain);
  });

  it('uses an identity file of ours, and we what it encrypts to it', async () => {
    const generated = await generateIdentity('x25519');
    await writeIdentityFile(at('identity.txt'), generated);
    expect(execFileSync(keygen, ['-y', at('identity.txt')], { encoding: 'utf8' }).trim()).toBe(
      generated.recipient,
    );
    const bytes = execFileSync(age, ['-r', generated.recipient], { input: plain });
    const { identities } = await readIdentityFile(at('identity.txt'));
    const file = { name: keyFileName('theirs', bytes), bytes };
    expect(await openBundle(file, { identities, passphrases: [] })).toEqual(bundle);
  });

  it('uses a hybrid identity file of ours, and we what it encrypts to it', async () => {
    const generated = await generateIdentity();
    await writeIdentityFile(at('identity.txt'), generated);
    expect(execFileSync(keygen, ['-y', at('identity.txt')], { encoding: 'utf8' }).trim()).toBe(
      generated.recipient,
    );
    const bytes = execFileSync(age, ['-r', generated.recipient], { input: plain });
    const file = { name: keyFileName('theirs', bytes), bytes };
    const opened = await openBundle(file, { identities: [generated.identity], passphrases: [] });
    expect(opened).toEqual(bundle);
  });

  it('wrote an identity file that we read', async () => {
    execFileSync(keygen, ['-o', at('identity.txt')], { stdio: 'ignore' });
    const { identities, warnings } = await readIdentityFile(at('identity.txt'));
    expect(identities).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  withTerminal('opens a key file of ours with its passphrase', async () => {
    const file = await writeKeyFile({ passphrase: 'correct horse', workFactor: 10 });
    await onTerminal(`${age} -d -o ${at('plain.json')} ${file}`, ['correct horse']);
    expect(await readFile(at('plain.json'), 'utf8')).toBe(plain);
  });

  withTerminal('makes a key file with a passphrase that we open', async () => {
    await writeFile(at('plain.json'), plain);
    const words = 'correct horse battery';
    await onTerminal(`${age} -p -o ${at('theirs.age')} ${at('plain.json')}`, [words, words]);
    const bytes = await readFile(at('theirs.age'));
    const file = { name: keyFileName('theirs', bytes), bytes };
    expect(await openBundle(file, { identities: [], passphrases: [words] })).toEqual(bundle);
  });
});
