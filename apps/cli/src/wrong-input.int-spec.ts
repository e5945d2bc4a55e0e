import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildProgram, type Program } from './testing/program.ts';

/** Wrong calls end with 2, failures with 1; both say in a sentence what is wrong, and leave nothing behind. */
describe('a wrong call', () => {
  let program: Program;
  let folder: string;
  let before: string[];

  beforeAll(async () => {
    program = await buildProgram();
    folder = mkdtempSync(path.join(tmpdir(), 'etcd-kloset-wrong-'));
    const at = (name: string): string => path.join(folder, name);
    await program.json(['init', at('s'), '--generate-identity', at('me.key')]);
    await program.json(['init', at('other'), '--generate-identity', at('other.key')]);
    const owner = ['--store', at('s'), '--identity-file', at('me.key')];
    await program.json(['keys', 'writer', ...owner, '--output', at('w.key')]);
    await program.json(['keys', 'writer', ...owner, '--cluster', 'prod', '--output', at('prod.key')]);
    await program.json(['keys', 'keeper', ...owner, '--output', at('k.key')]);
    writeFileSync(at('passphrase'), 'wrong\n', { mode: 0o600 });
    writeFileSync(at('file'), 'x'.repeat(512 + 32));
    writeFileSync(at('later'), 'x');
    utimesSync(at('later'), new Date(), new Date(Date.now() + 3_600_000));
    mkdirSync(at('full/d'), { recursive: true });
    before = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  });

  afterAll(() => {
    expect(readdirSync(folder, { recursive: true, encoding: 'utf8' })).toEqual(before);
    program.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const backup = 'backup --store s --cluster c --writer-key-file w.key';
  const imported = 'import file --store s --cluster c --writer-key-file w.key';
  const restore = 'restore latest --store s --identity-file me.key';

  it.each([
    ['', 2, 'Usage: etcd-kloset COMMAND'],
    ['frobnicate', 2, "unknown command 'frobnicate'"],
    ['bakcup', 2, 'did you mean backup?'],
    ['keys', 2, 'Usage: etcd-kloset keys'],
    ['keys frobnicate', 2, "unknown command 'frobnicate'"],
    ['backup --frobnicate', 2, "unknown option '--frobnicate'\nSee `etcd-kloset backup --help`"],
    ['keys add --frobnicate', 2, 'See `etcd-kloset keys add --help`'],
    ['backup --store', 2, "option '--store <STORE>' argument missing"],
    ['snapshots extra --store s', 2, 'too many arguments'],
    ['import --store s', 2, "missing required argument 'FILE'"],
    ['api-key --name a --role root', 2, '--role root is not one of: viewer, operator, admin'],
    ['api-key --name a/b --role viewer', 2, '--name a/b is not up to 64 letters'],
    ['api-key --role viewer', 2, '--name is missing'],
    ['completion tcsh', 2, 'no completion for "tcsh"'],

    ['init', 2, 'Where the store is to be is missing'],
    ['init new', 2, 'A store needs an owner'],
    ['init new --recipient age1xyz', 2, 'recipient cannot be used'],
    ['init new --recipient bad_LABEL!=age1xyz', 2, 'recipient cannot be used'],
    ['init new --generate-identity me.key', 1, 'exists already and is not overwritten'],
    ['init new --generate-identity a --generate-identity ./a', 2, 'names the same file twice'],
    ['init new --passphrase-file nothing', 1, 'passphrase file nothing cannot be read'],
    ['init new --generate-identity nodir/new.key', 1, 'nodir/new.key cannot be made'],
    ['init new --store other --generate-identity new.key', 2, 'is given twice'],
    ['init s --generate-identity new.key', 1, 'there is a store in'],
    ['init ftp://host/x --generate-identity new.key', 2, 'nothing here serves ftp:'],

    ['snapshots', 2, '--store is missing'],
    ['snapshots --store s', 2, 'No key was given'],
    ['snapshots --store nothing --writer-key-file w.key', 1, 'is not there'],
    ['snapshots --store full --writer-key-file w.key', 1, 'is not a store'],
    ['snapshots --store other --writer-key-file w.key', 1, 'is of store'],
    ['snapshots --store other --identity-file me.key', 1, 'does not open with the identity'],
    ['snapshots --store s --passphrase-file passphrase', 1, 'give --identity-file'],
    ['snapshots --store s --writer-key-file k.key', 1, 'holds a keeper key, not a writer key'],
    ['snapshots --store s --writer-key-file me.key', 1, 'is an identity file of age'],
    ['snapshots --store s --writer-key-file prod.key --cluster c', 1, 'good for the cluster "prod" only'],
    ['snapshots --store s --writer-key-file w.key --label x', 2, '--label x is not KEY=VALUE'],

    ['backup --store s --writer-key-file w.key', 2, '--cluster is missing'],
    ['backup --store s --cluster c --keeper-key-file k.key', 1, 'keeper key was given, which cannot back up'],
    [`${backup} --proof some`, 2, '--proof some is not one of: all, source, none'],
    [`${backup} --proof none --require-proof`, 2, 'exclude each other'],
    [`${backup} --endpoints 127.0.0.1`, 2, 'names no port'],
    [`${backup} --endpoints http://u:p@127.0.0.1:2379`, 2, 'holds a user or a password'],
    [`${backup} --cert x`, 2, '--cert is given without --key'],
    [`${backup} --user root`, 2, 'There is no password'],
    [`${backup} --dial-timeout soon`, 2, 'is not a duration'],
    [`${backup} --attach nothing`, 1, 'nothing cannot be read'],
    [`${backup} --endpoints 127.0.0.1:1`, 1, 'refuses connections'],
    [`${backup} --endpoints 127.0.0.1:1 --cacert nothing`, 1, 'nothing cannot be read'],

    ['import nothing --store s --cluster c --writer-key-file w.key', 1, 'nothing cannot be opened'],
    ['import full --store s --cluster c --writer-key-file w.key', 1, 'full is not a file'],
    ['import later --store s --cluster c --writer-key-file w.key', 2, 'is in the future'],
    [imported, 1, 'is damaged: its SHA-256 is'],
    [`${imported} --time tomorrow`, 2, '--time tomorrow is not a time'],
    [`${imported} --time 2026-02-30`, 2, 'is not a time that exists'],
    [`${imported} --time 9999-01-01`, 2, 'is in the future'],

    ['restore latest --store s --identity-file me.key', 2, 'Where to restore to is missing'],
    [`${restore} --output x --data-dir y`, 2, 'exclude each other'],
    [`${restore} --output -`, 2, '--output - is not standard output'],
    [`${restore} --output x --name m1`, 2, '--name says how to make a data directory'],
    [`${restore} --data-dir x --bump-revision -1`, 2, '--bump-revision'],
    [`${restore} --data-dir x --bump-revision 5 --no-mark-compacted`, 2, 'both or none'],
    [`${restore} --data-dir x --initial-cluster m1`, 2, 'is not NAME=URL'],
    [`${restore} --data-dir x --initial-cluster m1=http://a:1,m2=http://b:1`, 2, '--name must say which one'],
    [`${restore} --output x`, 1, 'there is no snapshot in'],
    ['restore latest --store s --output x', 2, 'No key was given'],
    ['restore latest --store s --output x --writer-key-file w.key', 1, "this needs the owner's key"],
    ['show latest --store s --writer-key-file w.key', 1, 'there is no snapshot in'],

    ['check', 2, '--store is missing'],
    ['check --store s --note', 2, '--note needs a key'],
    ['check --store s --read-data', 2, 'No key was given'],
    ['check --store s --read-data --writer-key-file w.key', 1, "this needs the owner's key"],
    ['check --store nothing', 1, 'is not there'],
    ['status --store s --writer-key-file w.key --max-age 2', 2, '--max-age 2 is not a duration'],
    ['status --store s --writer-key-file w.key', 1, 'there is no backup of any cluster'],

    ['keys add --store s --identity-file me.key', 2, 'Nobody is named'],
    ['keys add --store s --new-passphrase-file passphrase', 2, 'No key was given'],
    ['keys add --store s --identity-file other.key --new-passphrase-file passphrase', 1, 'does not open'],
    ['keys remove nobody --store s', 1, 'No key file of the store begins with "nobody"'],
    ['keys remove me --store s', 1, 'the last key file'],
    ['keys writer --store s --identity-file me.key', 2, '--output is missing'],
    [
      'keys writer --store s --identity-file me.key --output w.key',
      1,
      'exists already and is not overwritten',
    ],
  ])('%j ends with %d and says %j', async (line, code, sentence) => {
    const words = line.split(' ').filter((word) => word !== '');
    const ended = await program.run(words, { cwd: folder });
    expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(sentence) as string });
    expect(ended.stderr).not.toContain('unexpected error');
  });

  it('is told of as JSON on standard error when JSON is wanted', async () => {
    for (const words of [
      ['snapshots', '--store', 's', '--json'],
      ['frobnicate', '--json'],
    ]) {
      const ended = await program.run(words, { cwd: folder });
      expect(ended).toMatchObject({ code: 2, stdout: '' });
      expect(JSON.parse(ended.stderr)).toEqual({
        error: {
          code: 'usage',
          message: expect.any(String) as string,
          advice: expect.any(String) as string,
        },
      });
    }
  });

  it('by the environment names the variable', async () => {
    const env = { ETCD_KLOSET_STORE: 's', ETCD_KLOSET_WRITER_KEY_FILE: 'w.key', ETCD_KLOSET_MAX_AGE: 'x' };
    const ended = await program.run(['status'], { cwd: folder, env });
    expect(ended).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('ETCD_KLOSET_MAX_AGE x is not') as string,
    });
  });
});
