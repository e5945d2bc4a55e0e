import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { KlosetStoreError } from '../errors.ts';
import { type Credential, issueKeeperCredential, issueWriterCredential } from './credential.ts';
import {
  encodeCredential,
  parseCredential,
  readCredentialFile,
  writeCredentialFile,
} from './credential-file.ts';
import { addEpoch, createMasterBundle } from './master-bundle.ts';

const bundle = addEpoch(createMasterBundle());
const credentials: [string, Credential][] = [
  ['a writer', issueWriterCredential(bundle)],
  ['a writer of one cluster', issueWriterCredential(bundle, 'prod "eu"\nwest')],
  ['a keeper', issueKeeperCredential(bundle)],
];

const errorOf = (text: string): KlosetStoreError => {
  try {
    parseCredential(text, 'backup.key');
  } catch (error) {
    if (error instanceof KlosetStoreError) return error;
    throw error;
  }
  throw new Error('it should have failed');
};
const keyLine = (text: string): string => text.split('\n').find((line) => line.startsWith('ETCD'))!;

describe.each(credentials)('the file of %s', (_who, credential) => {
  const text = encodeCredential(credential);

  it('is read back as it was written', () => {
    expect(parseCredential(text, 'backup.key')).toEqual(credential);
  });

  it('is read without its comments, with more of them, and with the line ends of Windows', () => {
    expect(parseCredential(keyLine(text), 'backup.key')).toEqual(credential);
    const windows = `# mine\r\n\r\n${text.replaceAll('\n', '\r\n')}`;
    expect(parseCredential(windows, 'backup.key')).toEqual(credential);
  });

  it('begins with comments that say what it is, for which store, and what it can do', () => {
    const comments = text.split('\n').filter((line) => line.startsWith('#'));
    expect(comments.join('\n')).toContain(`${credential.role} key of store ${bundle.store}`);
    expect(comments.join('\n')).toMatch(/cannot decrypt a backup/);
    expect(text.split('\n')).toHaveLength(4);
  });

  it('is refused wherever it is cut short', () => {
    const line = keyLine(text);
    fc.assert(
      fc.property(fc.nat(line.length - 1), (length) => {
        const { code } = errorOf(line.slice(0, length));
        expect(['key.unreadable', 'key.wrong-kind']).toContain(code);
      }),
    );
    expect(errorOf(line.slice(0, -30)).message).toMatch(/cut short/);
  });

  it('is refused with any character of its key changed', () => {
    const line = keyLine(text);
    const start = line.indexOf(':') + 1;
    fc.assert(
      fc.property(
        fc.integer({ min: start, max: line.length - 1 }),
        fc.constantFrom('A', 'z'),
        (at, letter) => {
          fc.pre(line[at] !== letter);
          const altered = line.slice(0, at) + letter + line.slice(at + 1);
          // The last character may carry bits that stand for nothing.
          fc.pre(
            !Buffer.from(altered.slice(start), 'base64url').equals(
              Buffer.from(line.slice(start), 'base64url'),
            ),
          );
          expect(errorOf(altered).code).toBe('key.unreadable');
        },
      ),
    );
  });
});

describe('a file that is no credential', () => {
  const text = encodeCredential(issueWriterCredential(bundle));

  it('is told apart: a newer format', () => {
    expect(errorOf(text.replace('-KEY-1:', '-KEY-2:')).code).toBe('key.newer-format');
  });

  it('is told apart: an identity of age', () => {
    const error = errorOf('# created: now\nAGE-SECRET-KEY-1QQQ\n');
    expect(error.code).toBe('key.wrong-kind');
    expect(error.advice).toMatch(/--identity-file/);
  });

  it('is told apart: something else, nothing, and two keys', () => {
    expect(errorOf('hunter2').code).toBe('key.wrong-kind');
    expect(errorOf('# only words\n').message).toMatch(/no key in it/);
    expect(errorOf(`${text}${text}`).message).toMatch(/more than one line/);
    expect(errorOf(text.replace('WRITER', 'KEEPER')).code).toBe('key.unreadable');
  });

  it('is never quoted in the error', () => {
    expect(JSON.stringify(errorOf('hunter2'))).not.toContain('hunter2');
    expect(errorOf('hunter2').message).not.toContain('hunter2');
  });
});

describe('a credential on the disk', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'kloset-credential-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is written for its owner alone, and never over a file that is there', async () => {
    const file = path.join(folder, 'writer.key');
    const credential = issueWriterCredential(bundle);
    await writeCredentialFile(file, credential);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readCredentialFile(file)).toEqual({ credential, warnings: [] });

    const other = issueKeeperCredential(bundle);
    await expect(writeCredentialFile(file, other)).rejects.toMatchObject({ code: 'key.file-exists' });
    expect(await readFile(file, 'utf8')).toBe(encodeCredential(credential));
  });

  it('is read with a warning when others can read it', async () => {
    const file = path.join(folder, 'writer.key');
    await writeFile(file, encodeCredential(issueWriterCredential(bundle)), { mode: 0o640 });
    const { warnings } = await readCredentialFile(file);
    expect(warnings).toEqual([expect.stringContaining('chmod 600')]);
  });

  it('is missed with a clear error', async () => {
    const file = path.join(folder, 'none.key');
    await expect(readCredentialFile(file)).rejects.toMatchObject({ code: 'key.file-failed' });
    await expect(readCredentialFile(folder)).rejects.toMatchObject({ code: 'key.file-failed' });
    const nowhere = path.join(folder, 'no', 'folder.key');
    await expect(writeCredentialFile(nowhere, issueKeeperCredential(bundle))).rejects.toMatchObject({
      code: 'key.file-failed',
    });
  });
});
