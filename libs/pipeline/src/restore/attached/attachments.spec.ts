import {
  mkdirSync,
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
import { type AttachedFile, requireSafeName } from './read-attachments.ts';
import { requireRoomFor, writeAttachments } from './write-attachments.ts';

const file = (name: string, mode = 0o600): AttachedFile => ({
  name,
  mode,
  bytes: Buffer.from(`bytes of ${name}`),
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'etcd-kloset-attached-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const withCode = (code: string): Error => expect.objectContaining({ code }) as Error;

describe('requireSafeName', () => {
  it.each(['a', 'a/b', '..a', 'a..', 'pki/etcd/ca.crt', '.hidden'])('takes %s', (name) => {
    expect(() => requireSafeName(name)).not.toThrow();
  });

  it.each(['', '/etc/passwd', '../x', 'a/../x', 'a/..', '.', './a', 'a//b', 'a/', 'a\\b', 'a\0b'])(
    'refuses %j',
    (name) => {
      expect(() => requireSafeName(name)).toThrow(withCode('restore.bad-attachment'));
    },
  );
});

describe('writeAttachments', () => {
  it('writes files with their modes, in folders that it makes', async () => {
    const target = path.join(folder, 'new');
    const written = await writeAttachments([file('a', 0o640), file('pki/ca/b', 0o444)], target);
    expect(written).toEqual([path.join(target, 'a'), path.join(target, 'pki/ca/b')]);
    expect(readFileSync(written[0]!, 'utf8')).toBe('bytes of a');
    expect(readFileSync(written[1]!, 'utf8')).toBe('bytes of pki/ca/b');
    expect(statSync(written[0]!).mode & 0o777).toBe(0o640);
    expect(statSync(written[1]!).mode & 0o777).toBe(0o444);
    expect(statSync(path.join(target, 'pki')).mode & 0o777).toBe(0o700);
  });

  it('writes nothing when one of the files is there already', async () => {
    mkdirSync(path.join(folder, 'pki'));
    writeFileSync(path.join(folder, 'pki/b'), 'mine');
    const writing = writeAttachments([file('a'), file('pki/b')], folder);
    await expect(writing).rejects.toMatchObject({ code: 'restore.attachment-exists' });
    expect(readdirSync(folder)).toEqual(['pki']);
    expect(readFileSync(path.join(folder, 'pki/b'), 'utf8')).toBe('mine');
  });

  it('follows no link out of the folder, whether to a folder, to a file or to nothing', async () => {
    const outside = path.join(folder, 'outside');
    const target = path.join(folder, 'target');
    mkdirSync(outside);
    mkdirSync(target);
    symlinkSync(outside, path.join(target, 'pki'));
    symlinkSync(path.join(outside, 'nothing'), path.join(target, 'a'));
    for (const name of ['pki/x', 'a']) {
      const writing = writeAttachments([file(name)], target);
      await expect(writing).rejects.toMatchObject({ code: 'restore.attachment-exists' });
    }
    expect(readdirSync(outside)).toEqual([]);
  });

  it('takes back what it wrote when it cannot go on', async () => {
    const target = path.join(folder, 'target');
    const writing = writeAttachments([file('a'), file('b/c'), file('x'.repeat(300))], target);
    await expect(writing).rejects.toMatchObject({ code: 'restore.attachments-failed' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says where a folder should be and a file is', async () => {
    writeFileSync(path.join(folder, 'pki'), 'a file');
    await expect(requireRoomFor([file('pki/x')], folder)).rejects.toMatchObject({
      code: 'restore.attachment-exists',
    });
    await expect(requireRoomFor([file('a')], path.join(folder, 'pki'))).rejects.toMatchObject({
      code: 'restore.attachments-failed',
    });
  });
});
