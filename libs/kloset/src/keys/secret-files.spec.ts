import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkRecipient, isPostQuantum } from './age-recipient.ts';
import { generateIdentity, readIdentityFile, writeIdentityFile } from './identity-file.ts';
import { readPassphraseFile } from './passphrase-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kloset-secret-'));
});
afterEach(() => rm(folder, { recursive: true }));

const fileWith = async (content: string | Uint8Array, mode = 0o600): Promise<string> => {
  const file = path.join(folder, 'secret');
  await writeFile(file, content, { mode });
  return file;
};

describe('a passphrase file', () => {
  it.each([
    ['a line', 'correct horse\n', 'correct horse'],
    ['a line without its end', 'correct horse', 'correct horse'],
    ['a line as Windows ends it', 'correct horse\r\n', 'correct horse'],
    ['spaces around', ' correct horse \n', ' correct horse '],
    ['more lines', 'correct\nhorse\n', 'correct'],
    ['letters of all kinds', 'Pferd für 馬\n', 'Pferd für 馬'],
  ])('gives the first line: %s', async (_what, content, passphrase) => {
    expect(await readPassphraseFile(await fileWith(content))).toEqual({ passphrase, warnings: [] });
  });

  it.each([
    ['empty', ''],
    ['without a first line', '\nsecond'],
    ['not text', Buffer.of(0x80, 0xff)],
    ['far too large', 'x'.repeat(2 << 20)],
  ])('is refused when it is %s', async (_what, content) => {
    const reading = readPassphraseFile(await fileWith(content));
    await expect(reading).rejects.toMatchObject({ code: 'key.unreadable' });
  });

  it('that others can read comes with a warning', async () => {
    const { passphrase, warnings } = await readPassphraseFile(await fileWith('open\n', 0o644));
    expect(passphrase).toBe('open');
    expect(warnings).toEqual([expect.stringMatching(/0644.*chmod 600/)]);
  });

  it('can be a pipe', async () => {
    const pipe = path.join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const reading = readPassphraseFile(pipe);
    await writeFile(pipe, 'from a pipe\n');
    expect(await reading).toEqual({ passphrase: 'from a pipe', warnings: [] });
  });
});

describe('an identity file', () => {
  it('is written as age-keygen does, for its owner alone, and never over a file that is there', async () => {
    const file = path.join(folder, 'me.txt');
    const generated = await generateIdentity();
    await writeIdentityFile(file, generated, new Date('2026-01-02T03:04:05.678Z'));
    expect(await readFile(file, 'utf8')).toBe(
      `# created: 2026-01-02T03:04:05Z\n# public key: ${generated.recipient}\n${generated.identity}\n`,
    );
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readIdentityFile(file)).toEqual({ identities: [generated.identity], warnings: [] });
    const again = writeIdentityFile(file, await generateIdentity());
    await expect(again).rejects.toMatchObject({ code: 'key.file-exists' });
    expect((await readIdentityFile(file)).identities).toEqual([generated.identity]);
  });

  it('gives all of its identities, of either kind, among comments and empty lines', async () => {
    const [hybrid, classic] = [await generateIdentity(), await generateIdentity('x25519')];
    const file = await fileWith(`# old\r\n${classic.identity}\r\n\n  # new\n${hybrid.identity}`);
    expect((await readIdentityFile(file)).identities).toEqual([classic.identity, hybrid.identity]);
  });

  it.each([
    ['nothing but comments', '# nothing\n', /no identity in it/],
    ['an encrypted file', 'age-encryption.org/v1\n-> scrypt', /itself encrypted/],
    [
      'an encrypted file, whose data is no text',
      Buffer.from('age-encryption.org/v1\n--- \xff\xfe', 'latin1'),
      /age -d/,
    ],
    ['an armored encrypted file', '-----BEGIN AGE ENCRYPTED FILE-----\n', /itself encrypted/],
    ['an SSH key', '-----BEGIN OPENSSH PRIVATE KEY-----\n', /SSH/],
    ['a plugin’s identity', 'AGE-PLUGIN-YUBIKEY-1QQQ\n', /plugin/],
    ['a recipient', 'age1qqq\n', /public half/],
    ['a writer key', 'ETCD-KLOSET-WRITER-KEY-1:AAAA\n', /writer/],
    ['a passphrase', '# mine\nhunter2\n', /line 2/],
  ])('is refused with a reason when it is %s', async (_what, content, reason) => {
    const reading = readIdentityFile(await fileWith(content));
    await expect(reading).rejects.toMatchObject({
      code: 'key.unreadable',
      message: expect.stringMatching(reason) as string,
    });
    await expect(reading).rejects.not.toMatchObject({
      message: expect.stringContaining('hunter2') as string,
    });
  });
});

describe('a recipient', () => {
  it('is post-quantum or classic', async () => {
    const [hybrid, classic] = [await generateIdentity(), await generateIdentity('x25519')];
    expect(isPostQuantum(hybrid.recipient)).toBe(true);
    expect(isPostQuantum(classic.recipient)).toBe(false);
    await expect(checkRecipient(hybrid.recipient)).resolves.toBeUndefined();
    await expect(checkRecipient(classic.recipient)).resolves.toBeUndefined();
  });

  it('is refused when it is mistyped, cut short or of a kind that this program has no identity for', async () => {
    const { recipient, identity } = await generateIdentity('x25519');
    const mistyped = recipient.slice(0, -1) + (recipient.endsWith('q') ? 'p' : 'q');
    for (const wrong of [
      mistyped,
      recipient.slice(0, -1),
      (await generateIdentity()).recipient.slice(0, -3),
      'age1yubikey1qqqqqq',
      'age1tag1qqqqqq',
      'ssh-ed25519 AAAA',
      '',
      'age1'.padEnd(5000, 'q'),
      identity,
    ]) {
      await expect(checkRecipient(wrong)).rejects.toMatchObject({ code: 'key.bad-recipient' });
    }
    await expect(checkRecipient(identity)).rejects.not.toMatchObject({
      message: expect.stringContaining(identity) as string,
    });
  });
});
